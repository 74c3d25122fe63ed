/** The body of an admin route: JSON, storable, and with no field that nothing acts on. */
import type { z } from "zod";
import { parseBody } from "#lib/api-fields.ts";
import { requireStorable } from "#lib/storable.ts";
import { readJson } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";

/** @param notActedOn LiteLLM's fields that are refused when they carry a value @throws GatewayError invalid_request */
export async function readBody<S extends z.ZodObject>(
  context: AuthenticatedContext,
  schema: S,
  notActedOn: readonly string[] = [],
): Promise<z.infer<S>> {
  const body = await readJson(context);
  requireStorable(body);
  return parseBody(schema, body, notActedOn);
}

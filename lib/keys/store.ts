/** Writes that may meet a taken name, told as a sentence instead of a constraint. */
import type { Tx } from "#db/client.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { GatewayError } from "../errors.ts";
import type { KeyRow } from "./view.ts";

/** Inserts a key. @throws GatewayError invalid_request when the secret or the alias is taken */
export async function insertKey(tx: Tx, values: typeof virtualKeys.$inferInsert): Promise<KeyRow> {
  const [row] = await refuseTaken(() => tx.insert(virtualKeys).values(values).returning());
  if (!row) throw new GatewayError("internal", "The key was not stored.");
  return row;
}

/** Runs a write and turns a unique violation into the field at fault. */
export async function refuseTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const constraint = uniqueViolation(error);
    if (constraint === "virtual_keys_alias")
      throw new GatewayError("invalid_request", "key_alias is taken by another key", {
        param: "key_alias",
        cause: error,
      });
    if (constraint?.startsWith("virtual_keys"))
      throw new GatewayError("invalid_request", "this key exists already", { param: "key", cause: error });
    throw error;
  }
}

/** The constraint that a write violated; drizzle wraps the driver's error as its cause. */
export function uniqueViolation(error: unknown): string | null {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = "cause" in at ? at.cause : null) {
    if ("code" in at && at.code === "23505" && "constraint_name" in at) return String(at.constraint_name);
  }
  return null;
}

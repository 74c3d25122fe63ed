/** The gateway's own door for its self-test: a request as a mount would make it, marked so that it is counted as nobody's. */
import type { FrontDoor } from "#lib/compliance/front-door.ts";
import type { Clock } from "../clock.ts";
import { departureOf, type GatewayRequest, type GatewayResponse } from "./http.ts";

/** @param handle of the gateway that is tested */
export function frontDoorOf(
  handle: (request: GatewayRequest) => Promise<GatewayResponse>,
  clock: Clock,
): FrontDoor {
  return async ({ body, headers, key, method, path, peer }) => {
    const given = new Headers({ ...headers });
    if (key !== null) given.set("authorization", `Bearer ${key}`);
    if (body !== undefined) given.set("content-type", "application/json");
    const bytes = Buffer.from(body === undefined ? "" : JSON.stringify(body));
    const begunMs = clock.monotonic();
    const answer = await handle({
      method,
      url: path,
      headers: given,
      peer,
      departure: departureOf(new AbortController().signal),
      bytes: async () => bytes,
      selfTest: true,
    });
    const text = await textOf(answer.body);
    return {
      status: answer.status,
      errorType: answer.status < 400 ? "" : typeOf(text),
      durationMs: clock.monotonic() - begunMs,
    };
  };
}

async function textOf(body: GatewayResponse["body"]): Promise<string> {
  if (typeof body === "string" || Buffer.isBuffer(body)) return body.toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function typeOf(text: string): string {
  const { error }: { error?: { type?: string } } = JSON.parse(text);
  return error?.type ?? "";
}

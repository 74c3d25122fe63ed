/**
 * `Idempotency-Key` on its way through the gateway: the second request with a key hears the first one's answer, byte for
 * byte, and does nothing. Requests without the header pass and pay nothing.
 */
import { z } from "zod";
import { requireUsable, takesIdempotencyKey } from "#lib/idempotency/key.ts";
import { type Reservation, type Reserved, reserve } from "#lib/idempotency/reservation.ts";
import { isAway } from "../database-health.ts";
import { MOST_BYTES } from "./admin-context.ts";
import { asApiError, errorAnswer } from "./api-error.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { type GatewayRequest, type GatewayResponse, payloadTooLarge } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

/**
 * Runs the route, once for each key.
 * @throws what the route throws; GatewayError invalid_request for a key that is none, and those of `reserve`
 */
export async function runOnce(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  route: KeyRoute,
  run: KeyRoute["run"],
): Promise<GatewayResponse> {
  const { request } = context;
  const key = takesIdempotencyKey(route) ? request.headers.get("idempotency-key") : null;
  if (key === null) return run(deps, context);
  requireUsable(key);
  const body = await request.bytes(MOST_BYTES);
  const found = await deps.health.run(() => reserved(deps, context, key, body));
  if (found.kind === "answered") return replayed(found.answer);
  const { reservation } = found;
  const own = { ...deps, db: reservation.over(deps.db) };
  try {
    const answer = await whole(await run(own, { ...context, request: withBody(request, body) }));
    await settle(deps, context, reservation, answer);
    return answer;
  } catch (thrown) {
    await settle(deps, context, reservation, await whole(errorAnswer(asApiError(thrown), context.requestId)));
    throw thrown;
  }
}

function reserved(
  deps: GatewayDeps,
  { caller, path, request, requestId, session }: AuthenticatedContext,
  key: string,
  body: Buffer,
): Promise<Reserved> {
  const mark = request.url.indexOf("?");
  return reserve(deps.sql, deps.pseudonymKey, {
    // Of a key its id, which a new secret does not change; the master key is one caller through all its rotations.
    caller: session
      ? `user ${session.userId}`
      : caller.kind === "master"
        ? "master key"
        : `key ${caller.keyId}`,
    method: request.method,
    path,
    key,
    query: mark < 0 ? "" : request.url.slice(mark + 1),
    body,
    requestId,
    nowMs: deps.clock.now(),
  });
}

/** A body is read from its connection once; the handler gets it from here. */
function withBody(request: GatewayRequest, body: Buffer): GatewayRequest {
  const { departure, headers, method, peer, selfTest, url } = request;
  return {
    ...{ method, url, headers, departure, peer },
    ...(selfTest === undefined ? {} : { selfTest }),
    bytes: async (limitBytes) => {
      if (body.length > limitBytes) throw payloadTooLarge(limitBytes);
      return body;
    },
  };
}

interface WholeAnswer extends GatewayResponse {
  readonly body: Buffer;
}

async function whole(answer: GatewayResponse): Promise<WholeAnswer> {
  const { body } = answer;
  if (typeof body === "string" || Buffer.isBuffer(body)) return { ...answer, body: Buffer.from(body) };
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { ...answer, body: Buffer.concat(chunks) };
}

/**
 * Keeps the answer. One that refuses is kept only when something was done before: otherwise nothing happened, and the key
 * may be sent again with what was wrong put right. Never throws: what was done was done, whether or not this can be noted;
 * who asks again then hears that there is no answer.
 */
async function settle(
  { health, log }: GatewayDeps,
  { requestId }: AuthenticatedContext,
  reservation: Reservation,
  answer: WholeAnswer,
): Promise<void> {
  try {
    await health.run(async () => {
      if (answer.status >= 400 && (await reservation.release())) return;
      await reservation.keep(written(answer));
    });
  } catch (error) {
    if (!isAway(error)) log.error({ err: error, requestId }, "the answer to an Idempotency-Key was not kept");
  }
}

const storedAnswer = z.object({ status: z.number(), headers: z.array(z.string()), body: z.base64() });

function written({ body, headers, status }: WholeAnswer): string {
  return JSON.stringify({ status, headers, body: body.toString("base64") });
}

function replayed(text: string): GatewayResponse {
  const { body, headers, status } = storedAnswer.parse(JSON.parse(text));
  return {
    status,
    headers: [...headers, "idempotent-replayed", "true"],
    body: Buffer.from(body, "base64"),
  };
}

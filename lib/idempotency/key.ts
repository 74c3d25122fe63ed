/** The `Idempotency-Key` header: where it counts, and what it may be. */
import { GatewayError } from "../errors.ts";

export const IDEMPOTENCY_KEY = "Idempotency-Key";
/** How long an answer is kept and its key means that request. */
export const KEPT_MS = 24 * 3_600_000;

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

interface RouteKind {
  readonly method: string;
  readonly access: string;
}

/** Changes through the admin API. A call of a model is none: its answer is kept nowhere. */
export function takesIdempotencyKey({ access, method }: RouteKind): boolean {
  return method !== "GET" && access !== "public" && access !== "inference" && access !== "info";
}

/** @throws GatewayError invalid_request */
export function requireUsable(key: string): void {
  if (VISIBLE.test(key)) return;
  throw new GatewayError(
    "invalid_request",
    `${IDEMPOTENCY_KEY} must be 1 to 255 visible ASCII characters without spaces, such as a UUID.`,
    { param: IDEMPOTENCY_KEY },
  );
}

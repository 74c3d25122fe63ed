/** The throttle on the way through the gateway: refused keys by address, and the key API and privacy endpoints by caller. */
import { isIP } from "node:net";
import type { Caller } from "#lib/keys/caller.ts";
import { truncateAddress } from "#lib/privacy/anonymise.ts";
import { THROTTLE_POLICIES, type ThrottleName } from "#lib/throttle/policies.ts";
import type { Throttle, ThrottleVerdict } from "#lib/throttle/throttle.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { authenticate, readSecret } from "./authenticate.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import type { Headers } from "./http.ts";

/** Paths below which every caller is counted. */
const GUARDED: readonly (readonly [string, ThrottleName])[] = [
  ["/key/", "key_api"],
  ["/privacy/", "privacy"],
  ["/gdpr/", "privacy"],
];

/**
 * Authenticates, and counts what is refused: too many wrong keys from one address are answered 429 instead of 401. Good
 * keys never count, so nobody behind a shared address is locked out by a neighbour. A call of a model with a good key
 * pays nothing here.
 * @throws GatewayError of `authenticate`, rate_limit_exceeded
 */
export async function authenticateThrottled(deps: GatewayDeps, context: RequestContext): Promise<Caller> {
  const { ip, path, policy, request, startedAtMs } = context;
  const guarded = guardOf(path);
  let caller: Caller;
  try {
    caller = await authenticate(request, policy.config, deps, ip, startedAtMs);
  } catch (error) {
    // Who sends no key guesses none.
    if (!isGatewayError(error) || error.status !== 401 || error.code === "no_key") throw error;
    if (request.selfTest !== true) noteFailure(deps, context);
    const name = guarded === "key_api" ? "master_key" : "authentication";
    await requireRoom(deps.throttle, name, { kind: "ip", id: ip, counted: networkOf(ip) }, startedAtMs);
    throw error;
  }
  if (guarded === null) return caller;
  // The master key works from everywhere at once: one script gone wild must not stop the others.
  const counted = caller.kind === "master" ? `${caller.keyId} ${networkOf(ip)}` : caller.keyId;
  await requireRoom(deps.throttle, guarded, { kind: "key", id: caller.keyId, counted }, startedAtMs);
  return caller;
}

/** Off the request's path: what is counted here may become an alert. */
function noteFailure({ failureWatch }: GatewayDeps, { ip, policy, request }: RequestContext): void {
  const secret = readSecret(request, policy.config.keyHeaderName) ?? "";
  failureWatch.failed(policy.config.anonymizeLogs ? truncateAddress(ip) : networkOf(ip), secret);
}

interface Who {
  readonly kind: "ip" | "key" | "account";
  /** As the refusal names it. */
  readonly id: string;
  /** As it is counted. */
  readonly counted: string;
}

async function requireRoom(throttle: Throttle, name: ThrottleName, who: Who, nowMs: number): Promise<void> {
  const verdict = await throttle.take(name, who.counted);
  if (!verdict.allowed) throw throttled(verdict, who, nowMs);
}

/** The refusal, in the shape of every other one. */
export function throttled(verdict: ThrottleVerdict, who: Omit<Who, "counted">, nowMs: number): GatewayError {
  const { limit, policy, resetMs } = verdict;
  const ceiling = limit?.limit ?? 0;
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  const resetAt = new Date(nowMs + resetMs).toISOString();
  const headers: Headers = {
    "retry-after": String(seconds),
    "retry-after-ms": String(Math.max(1, Math.ceil(resetMs))),
    rate_limit_type: "requests",
    reset_at: resetAt,
  };
  const span = spanOf(limit?.windowMs ?? 0);
  const whose = `${who.kind === "ip" ? "address" : who.kind} ${who.id}`;
  const message = `Too many ${THROTTLE_POLICIES[policy].what}: ${whose} has had ${ceiling} of ${ceiling} ${span}. Retry in ${seconds} s.`;
  return new GatewayError("rate_limit_exceeded", message, {
    headers,
    extra: {
      reason: `throttle_${policy}`,
      scope: { kind: who.kind, id: who.id, name: who.id },
      limit: ceiling,
      used: ceiling,
      reset_at: resetAt,
      retry_after: seconds,
    },
  });
}

function guardOf(path: string): ThrottleName | null {
  for (const [prefix, policy] of GUARDED) if (path.startsWith(prefix)) return policy;
  return null;
}

/** An IPv6 client has at least a /64 of its own to change addresses in: it is counted as one. */
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  const [head = "", tail] = ip.toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const groups = [...first, ...gap, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(":")}::/64`;
}

function spanOf(windowMs: number): string {
  if (windowMs === 60_000) return "per minute";
  return `in ${windowMs % 60_000 === 0 ? `${windowMs / 60_000} minutes` : `${windowMs / 1000} s`}`;
}

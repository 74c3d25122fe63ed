/** Who calls: reads the key from the headers, never from the URL, and finds its caller. */
import type { Config } from "#lib/config/config.ts";
import type { MasterKeyRing } from "#lib/incident/master-key-ring.ts";
import { type Caller, MASTER } from "#lib/keys/caller.ts";
import { hashSecret, isMistyped, sameHash } from "#lib/keys/secret.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps } from "./context.ts";
import type { GatewayRequest } from "./http.ts";

/** Besides `Authorization: Bearer`: LiteLLM, Anthropic, Azure and Google clients. */
const KEY_HEADERS = ["x-litellm-api-key", "x-api-key", "api-key", "x-goog-api-key"];
const LONGEST_KEY = 512;

/** The secret a request carries, or null. */
export function readSecret(request: GatewayRequest, keyHeaderName: string | null): string | null {
  const own = keyHeaderName === null ? null : request.headers.get(keyHeaderName);
  if (own) return withoutBearer(own);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const bearer = /^bearer +(\S+) *$/i.exec(authorization);
    if (bearer?.[1]) return bearer[1];
  }
  for (const name of KEY_HEADERS) {
    const value = request.headers.get(name);
    if (value) return withoutBearer(value);
  }
  return null;
}

export type AuthenticationDeps = Pick<GatewayDeps, "lookup" | "safeguards" | "masterKeyUse">;

/** @throws GatewayError no_key, invalid_key, expired_key, blocked_key, processing_restricted, no_db_connection */
export async function authenticate(
  request: GatewayRequest,
  config: Config,
  deps: AuthenticationDeps,
  ip: string,
  nowMs: number,
): Promise<Caller> {
  const { lookup } = deps;
  const { masterKeys } = deps.safeguards;
  const secret = readSecret(request, config.keyHeaderName);
  if (secret === null) {
    throw new GatewayError(
      "no_key",
      "Authentication Error, No api key passed in. Send it as 'Authorization: Bearer sk-...'.",
      {
        param: "None",
      },
    );
  }
  const hash = hashSecret(secret);
  const configured = configuredMaster(hash, config, masterKeys, nowMs);
  if (configured !== null) return asMaster(deps, configured, ip, request);
  const cached = lookup.cached(hash);
  // A key that a rotation made and the configuration does not name yet; calls with other keys are past this point.
  if (cached === null && masterKeys.opens(hash, nowMs))
    return asMaster(deps, masterKeys.sealOf(hash), ip, request);
  const caller =
    cached ?? (secret.length > LONGEST_KEY || isMistyped(secret) ? null : await lookup.find(hash));
  if (!caller) {
    throw new GatewayError(
      "invalid_key",
      "Authentication Error, Invalid proxy server token passed. The key is unknown here or has been deleted.",
      { param: "key" },
    );
  }
  if (caller.expiresAtMs !== null && caller.expiresAtMs <= nowMs) {
    const at = new Date(caller.expiresAtMs).toISOString();
    throw new GatewayError(
      "expired_key",
      `Authentication Error - Expired Key. Key Expiry time ${at} and current time ${new Date(nowMs).toISOString()}`,
      { internal: caller.keyId },
    );
  }
  refuseBlocked(caller);
  if (caller.restricted)
    throw new GatewayError(
      "processing_restricted",
      "The processing of this user's data is restricted at their request, so the gateway takes no calls of theirs. Whoever handles privacy requests can end that.",
      { param: "None", internal: caller.keyId },
    );
  return caller;
}

function asMaster(
  { masterKeyUse, safeguards }: AuthenticationDeps,
  sealedHash: string,
  ip: string,
  { headers }: GatewayRequest,
): Caller {
  const replaced = safeguards.masterKeys.isReplaced(sealedHash);
  masterKeyUse.note(sealedHash, replaced, ip, replaced ? headers.get("user-agent") : null);
  return MASTER;
}

function refuseBlocked(caller: Caller): void {
  const message = caller.key.blocked
    ? "Authentication Error, Key is blocked. Update via `/key/unblock` if you are an admin."
    : caller.user?.blocked
      ? "Authentication Error, the user that owns this key is blocked."
      : caller.team?.blocked
        ? "Authentication Error, the team that owns this key is blocked. Update via `/team/unblock` if you are an admin."
        : null;
  if (message) throw new GatewayError("blocked_key", message, { param: "None", internal: caller.keyId });
}

/**
 * Constant time whatever is sent. A configured key counts until a rotation's grace for it is over, the previous one until
 * its hour comes. @returns its hash's name in the database; null when it is none of them
 */
function configuredMaster(hash: string, config: Config, ring: MasterKeyRing, nowMs: number): string | null {
  const { masterKey, previousMasterKey, previousMasterKeyExpiresAt } = config;
  const known = masterKey !== null && sameHash(hash, masterHash(masterKey));
  const former =
    previousMasterKey !== null &&
    nowMs < (previousMasterKeyExpiresAt?.getTime() ?? 0) &&
    sameHash(hash, masterHash(previousMasterKey));
  if (!known && !former) return null;
  const endMs = ring.endOfConfigured(hash);
  return endMs === null || nowMs < endMs ? ring.sealedOf(hash) : null;
}

const masterHashes = new Map<string, string>();

/** There are one or two master keys in a process's life; every call asks for their hash. */
function masterHash(masterKey: string): string {
  const known = masterHashes.get(masterKey);
  if (known !== undefined) return known;
  const made = hashSecret(masterKey);
  masterHashes.set(masterKey, made);
  return made;
}

function withoutBearer(value: string): string {
  return value.replace(/^bearer +/i, "").trim();
}

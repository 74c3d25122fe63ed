/** What an incident is about: the scope as sent becomes one that names things by their ids, and the keys that fall under it. */
import type { Sql } from "#db/client.ts";
import { findScopeKey, findScopeOwner } from "#db/queries/incident-scope.ts";
import { toHash } from "#lib/keys/secret.ts";
import { canonicalCidr } from "../config/network.ts";
import { GatewayError } from "../errors.ts";
import type { ScopeKind } from "./names.ts";
import type { ScopeBody } from "./schema.ts";

export interface Scope {
  readonly kind: ScopeKind;
  /** Empty for all and master_key. Never a secret. */
  readonly id: string;
  /** For people. */
  readonly label: string;
}

/** @throws GatewayError invalid_request, not_found */
export async function resolveScope(sql: Sql, { id, kind }: ScopeBody, nowMs: number): Promise<Scope> {
  const named = id?.trim() ?? "";
  if (kind === "all") return { kind, id: "", label: "all calls" };
  if (kind === "master_key") return { kind, id: "", label: "the master key" };
  if (named === "") throw wrong(`scope.id is missing: which ${kind.replace("_", " ")}?`);
  if (kind === "ip") {
    const range = addressRange(named);
    return { kind, id: range, label: `keys used from ${range}` };
  }
  if (kind === "created_since") {
    const atMs = Date.parse(named);
    if (!/^\d{4}-\d\d-\d\d/.test(named) || Number.isNaN(atMs) || atMs > nowMs)
      throw wrong("scope.id must be an instant of the past, such as 2026-11-23T09:00:00Z");
    const at = new Date(atMs).toISOString();
    return { kind, id: at, label: `keys created since ${at}` };
  }
  if (kind === "key") {
    const key = await findScopeKey(sql, toHash(named));
    if (!key) throw new GatewayError("not_found", "There is no such key.", { param: "scope" });
    return { kind, id: key.id, label: `key ${key.alias ?? key.id}` };
  }
  const owner = await findScopeOwner(sql, kind, named);
  if (!owner)
    throw new GatewayError("not_found", `There is no ${kind} "${named}", and no key of one.`, {
      param: "scope",
    });
  return { kind, id: owner.id, label: `${kind} ${owner.name ?? owner.id}` };
}

function addressRange(text: string): string {
  try {
    const range = canonicalCidr(text);
    // A single address reads better without its prefix.
    return range.replace(/^([^:]+)\/32$/, "$1").replace(/^(.*:.*)\/128$/, "$1");
  } catch (error) {
    if (error instanceof RangeError) throw wrong(`scope.id ${error.message}`);
    throw error;
  }
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: "scope" });
}

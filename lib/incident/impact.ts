/** What an action on a scope would hit: keys, how busy they are, whose they are, and what has to be typed. */
import type { Sql } from "#db/client.ts";
import { keysOf, ownersToTell, scopeUse } from "#db/queries/incident-scope.ts";
import { phraseFor } from "./names.ts";
import type { Scope } from "./scope.ts";

const HOUR_MS = 3_600_000;
const MOST_APPLICATIONS = 10;
const MOST_OWNERS = 200;

export interface Impact {
  readonly scope: Scope;
  readonly keys: number;
  readonly calls_last_hour: number;
  readonly calls_per_minute: number;
  readonly top_applications: readonly {
    readonly key_id: string;
    readonly name: string;
    readonly owner: string | null;
    readonly calls_last_hour: number;
    readonly last_used_at: string | null;
  }[];
  readonly owners: readonly {
    readonly id: string;
    readonly name: string | null;
    readonly email: string | null;
    readonly keys: number;
  }[];
  /** To be typed before the keys are revoked. */
  readonly phrase: string | null;
}

export async function impactOf(sql: Sql, scope: Scope, nowMs: number): Promise<Impact> {
  const since = new Date(nowMs - HOUR_MS);
  const use = await scopeUse(sql, scope, since);
  const top = await keysOf(sql, scope, since, MOST_APPLICATIONS);
  const owners = await ownersToTell(sql, scope, MOST_OWNERS);
  return {
    scope,
    keys: use.keys,
    calls_last_hour: use.calls,
    calls_per_minute: Math.round((use.calls / 60) * 10) / 10,
    top_applications: top.map((key) => ({
      key_id: key.id,
      name: key.alias ?? `${key.start}…${key.last4}`,
      owner: key.team_name ?? key.team_id ?? key.user_name ?? key.user_id,
      calls_last_hour: key.calls,
      last_used_at: key.last_used_at?.toISOString() ?? null,
    })),
    owners: owners.map(({ email, id, keys, name }) => ({ id, name, email, keys })),
    phrase: phraseFor(use.keys > 0 ? ["revoke"] : ["rotate_master_key"], use.keys),
  };
}

/** What an action on a scope would hit: keys, how busy they are, whose they are, and what has to be typed. */
import { z } from "zod";
import type { Sql } from "#db/client.ts";
import { keysOf, ownersToTell, scopeUse } from "#db/queries/incident-scope.ts";
import { phraseFor, SCOPE_KINDS } from "./names.ts";
import type { Scope } from "./scope.ts";

const HOUR_MS = 3_600_000;
const MOST_APPLICATIONS = 10;
const MOST_OWNERS = 200;

const impactSchema = z.object({
  scope: z.object({ kind: z.enum(SCOPE_KINDS), id: z.string(), label: z.string() }),
  /** When it was looked at. */
  as_of: z.string(),
  keys: z.number(),
  calls_last_hour: z.number(),
  calls_per_minute: z.number(),
  top_applications: z.array(
    z.object({
      key_id: z.string(),
      name: z.string(),
      owner: z.string().nullable(),
      calls_last_hour: z.number(),
      last_used_at: z.string().nullable(),
    }),
  ),
  owners: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      email: z.string().nullable(),
      keys: z.number(),
    }),
  ),
  /** To be typed before the keys are revoked. */
  phrase: z.string().nullable(),
});

export type Impact = z.infer<typeof impactSchema>;

/** What an incident's record says it hit in its time; null where it says nothing. */
export function recordedImpact(record: unknown, openedAt: Date): Impact | null {
  const filled =
    typeof record === "object" && record !== null ? { as_of: openedAt.toISOString(), ...record } : null;
  return impactSchema.safeParse(filled).data ?? null;
}

export async function impactOf(sql: Sql, scope: Scope, nowMs: number): Promise<Impact> {
  const since = new Date(nowMs - HOUR_MS);
  const use = await scopeUse(sql, scope, since);
  const top = await keysOf(sql, scope, since, MOST_APPLICATIONS);
  const owners = await ownersToTell(sql, scope, MOST_OWNERS);
  return {
    scope,
    as_of: new Date(nowMs).toISOString(),
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

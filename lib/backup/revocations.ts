/**
 * What was taken away after a backup was taken stays taken away in what is restored from it: keys that were deleted, blocked or
 * given another secret, users, teams, end users and tags that were blocked, teams that were deleted, freezes in force, and
 * accounts and roles (departures.ts). Nothing is ever given back by this.
 */
import { z } from "zod";
import type { Reader, SqlTx } from "#db/client.ts";
import { type Departure, departureSchema, departuresOf } from "./departures.ts";
import type { SideFile } from "./side-file.ts";

const OWNERS = ["users", "teams", "end_users", "tags"] as const;

const revocationSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("key"),
    id: z.string(),
    deletedAt: z.string().nullable(),
    blocked: z.boolean(),
    rotations: z.number(),
    /** Of the secret, never the secret. */
    secretHash: z.string(),
    secretStart: z.string(),
    secretLast4: z.string(),
    previousHash: z.string().nullable(),
    previousUntil: z.string().nullable(),
  }),
  z.object({ kind: z.literal("owner"), table: z.enum(OWNERS), id: z.string() }),
  z.object({ kind: z.literal("freeze"), id: z.string(), row: z.record(z.string(), z.unknown()) }),
  ...departureSchema.options,
]);

export type Revocation = z.infer<typeof revocationSchema>;

/** Lies beside the backups, as fresh as the list of erasures. */
export const REVOCATIONS: SideFile<Revocation> = {
  name: "revocations.jsonl",
  parse: (line) => revocationSchema.parse(line),
  without: "keys that were revoked would be valid again, and people who left would be back",
};

/** Everything that a database knows to be taken away; none when it has no schema of ours, or an older one. */
export async function revocationsOf(sql: Reader): Promise<Revocation[]> {
  const [there] = await sql<{ there: boolean }[]>`
    select to_regclass('freezes') is not null and to_regclass('virtual_keys') is not null as there`;
  if (!there?.there) return [];
  const rows = await sql<{ text: string }[]>`
    select jsonb_build_object('kind', 'key', 'id', id, 'deletedAt', deleted_at, 'blocked', blocked,
      'rotations', rotation_count, 'secretHash', secret_hash, 'secretStart', secret_start, 'secretLast4', secret_last4,
      'previousHash', previous_secret_hash, 'previousUntil', previous_secret_expires_at)::text as text
    from virtual_keys where deleted_at is not null or blocked or rotation_count > 0
    union all select jsonb_build_object('kind', 'owner', 'table', o.name, 'id', o.id)::text from (
      select 'users' as name, id from users where blocked union all select 'teams', id from teams where blocked
      union all select 'end_users', id from end_users where blocked union all select 'tags', name from tags where blocked
      union all select distinct 'teams', target_id from audit_events e where target_kind = 'team' and action = 'team.delete' and outcome = 'ok'
        and not exists (select from teams t where t.id = e.target_id)) o
    union all select jsonb_build_object('kind', 'freeze', 'id', id, 'row', to_jsonb(f))::text from freezes f
      where lifted_at is null`;
  const standing = rows.map(({ text }) => revocationSchema.parse(JSON.parse(text)));
  return [...standing, ...(await departuresOf(sql))];
}

/** What has a row of its own to be taken away in; departures wait for the start. */
export type Standing = Exclude<Revocation, Departure>;

/** Takes it away in restored rows, in their transaction. @returns how many rows were changed */
export async function revokeAgain(tx: SqlTx, revocations: readonly Standing[]): Promise<number> {
  let changed = 0;
  for (const one of revocations) {
    if (one.kind === "owner") {
      const named = tx(one.table === "tags" ? "name" : "id");
      const done =
        await tx`update ${tx(one.table)} set blocked = true where ${named} = ${one.id} and not blocked`;
      changed += done.count;
    } else if (one.kind === "freeze") {
      const row = JSON.stringify(one.row);
      const done = await tx`
        insert into freezes select * from json_populate_record(null::freezes, ${row}::text::json)
        on conflict (id) do nothing`;
      changed += done.count;
    } else changed += (await revokeKey(tx, one)) ? 1 : 0;
  }
  return changed;
}

async function revokeKey(tx: SqlTx, key: Extract<Revocation, { kind: "key" }>): Promise<boolean> {
  const ended = await tx`
    update virtual_keys set deleted_at = coalesce(deleted_at, ${key.deletedAt}), blocked = blocked or ${key.blocked},
      deleted_by = case when deleted_at is null and ${key.deletedAt}::timestamptz is not null then 'shin restore' else deleted_by end
    where id = ${key.id} and (deleted_at is null and ${key.deletedAt}::timestamptz is not null
      or not blocked and ${key.blocked})`;
  const rotated = await tx`
    update virtual_keys set secret_hash = ${key.secretHash}, secret_start = ${key.secretStart},
      secret_last4 = ${key.secretLast4}, previous_secret_hash = ${key.previousHash},
      previous_secret_expires_at = ${key.previousUntil}, rotation_count = ${key.rotations}
    where id = ${key.id} and rotation_count < ${key.rotations}`;
  return ended.count + rotated.count > 0;
}

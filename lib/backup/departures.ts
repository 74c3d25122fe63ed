/**
 * Accounts that were deleted and roles that were taken after a backup was taken, as the audit log tells of them: by event, and
 * by keyed hashes, so that the list beside the backups says of nobody who they were. Who is meant is found at the next start,
 * which has the key, and the same is done again by "shin restore", with an audit event, before anything is served.
 */
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Reader, SqlTx } from "#db/client.ts";
import { users } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { operationsOf } from "../operations.ts";
import { removeMember, updateMember } from "../people/member-operations.ts";
import { deleteUsers } from "../people/user-operations.ts";
import { subjectHash } from "../privacy/subject.ts";

/** The audit event after which it was so. */
const event = z.string();
export const departureSchema = z.discriminatedUnion("kind", [
  /** A user's role since then; null: deleted. */
  z.object({ kind: z.literal("account"), event, subjectHash: z.string(), role: z.string().nullable() }),
  /** A member's role since then; null: no member any more. */
  z.object({
    kind: z.literal("member"),
    event,
    team: z.string(),
    subjectHash: z.string(),
    role: z.string().nullable(),
  }),
]);

export type Departure = Readonly<z.infer<typeof departureSchema>>;

export function isDeparture(one: { readonly kind: string }): one is Departure {
  return one.kind === "account" || one.kind === "member";
}

/** What stands at the end for each account that was ever deleted or changed its role, and for each such place in a team. */
export async function departuresOf(sql: Reader): Promise<Departure[]> {
  const rows = await sql<{ text: string }[]>`
    with told as (
      select e.seq, e.id, 'account' as kind, null as team, e.target_id as person, e.action in ('user.delete', 'user.update') as taking,
        case when e.action = 'user.delete' then null else e.after ->> 'role' end as role
      from audit_events e where e.target_kind = 'user' and e.outcome = 'ok' and (e.action in ('user.create', 'user.delete')
        or e.action = 'user.update' and e.before ->> 'role' <> e.after ->> 'role')
      union all
      select e.seq, e.id, 'member', e.target_id, m ->> 'userId', e.action in ('team.member_delete', 'team.member_update'),
        case when e.action = 'team.member_delete' then null else m ->> 'role' end
      from audit_events e, jsonb_array_elements(coalesce(e.after, e.before) -> 'members') m
      where e.target_kind = 'team' and e.outcome = 'ok'
        and e.action in ('team.member_add', 'team.member_update', 'team.member_delete')),
    last as (
      select distinct on (kind, team, person) *, bool_or(taking) over (partition by kind, team, person) as ever from told
      order by kind, team, person, seq desc)
    select jsonb_build_object('kind', l.kind, 'event', l.id, 'team', l.team, 'subjectHash', k.subject_hash, 'role', l.role)::text as text
    from last l join subject_keys k on k.pseudonym = l.person and k.subject_hash is not null
    where l.ever order by l.seq`;
  return rows.map(({ text }) => departureSchema.parse(JSON.parse(text)));
}

/** The setting that holds what the next start must take away again. */
export const PENDING_DEPARTURES = "pending_departures";

/** Keeps those that the restored log does not know, in the restore's transaction. @returns how many */
export async function leaveDepartures(tx: SqlTx, departures: readonly Departure[]): Promise<number> {
  const events = departures.map((one) => one.event);
  const known = await tx<{ id: string }[]>`select id from audit_events where id = any(${events})`;
  const seen = new Set(known.map(({ id }) => id));
  const since = departures.filter((one) => !seen.has(one.event));
  if (since.length > 0)
    await tx`insert into settings (name, value, updated_by) values (${PENDING_DEPARTURES}, ${tx.json(since)}, 'shin restore')
      on conflict (name) do update set value = settings.value || excluded.value`;
  return since.length;
}

export type ReplayDeps = Parameters<typeof operationsOf>[0] & Pick<JobDeps, "sql" | "log" | "pseudonymKey">;
const ACTOR: Actor = { kind: "system", id: "shin restore", claimedBy: null, ip: null, requestId: null };

/**
 * Takes away again what a restored backup brought back. Alone (replay.ts); a start that is killed on its way leaves the rest
 * to the next.
 * @returns how many accounts and places in teams were changed
 */
export async function replayDepartures(deps: ReplayDeps): Promise<number> {
  const { sql } = deps;
  const [row] = await sql<
    { value: unknown }[]
  >`select value from settings where name = ${PENDING_DEPARTURES}`;
  if (!row) return 0;
  const pending = z.array(departureSchema).parse(row.value);
  const wanted = new Map(pending.map((one) => [`${one.kind} ${placeOf(one)}`, one]));
  const hash = (id: string) => subjectHash(deps.pseudonymKey, "user", id);
  const operations = operationsOf(deps);
  let changed = 0;
  const members = await sql<{ team: string; id: string; role: string }[]>`
    select team_id as team, user_id as id, role from memberships`;
  for (const { id, role, team } of members) {
    const since = wanted.get(`member ${team} ${hash(id)}`);
    if (!since || !isLess(since.role, role)) continue;
    if (since.role === null) await removeMember(operations, ACTOR, team, { user_id: id });
    else
      await updateMember(operations, ACTOR, {
        ...{ team_id: team, user_id: id, role: "user" },
        ...{ max_budget_in_team: undefined, budget_duration: undefined },
      });
    changed += 1;
  }
  const accounts = await sql<{ id: string; role: string }[]>`select id, role from users`;
  for (const { id, role } of accounts) {
    const since = wanted.get(`account ${hash(id)}`);
    if (!since || !isLess(since.role, role)) continue;
    if (since.role === null) await deleteUsers(operations, ACTOR, [id]);
    else await lower(operations, id, role, since.role);
    changed += 1;
  }
  await sql`delete from settings where name = ${PENDING_DEPARTURES}`;
  deps.log.info({ changed }, "accounts and roles that were taken since the backup were taken again");
  return changed;
}

const placeOf = (one: Departure) =>
  one.kind === "member" ? `${one.team} ${one.subjectHash}` : one.subjectHash;

/** The more a role may, the further back; in a team `admin` may more than `user`. */
const ROLES = ["internal_user_viewer", "internal_user", "proxy_admin_viewer", "proxy_admin"];
const IN_TEAM = ["user", "admin"];

/** Nothing is given back: a role that was raised since stays what the backup has. */
function isLess(since: string | null, now: string): boolean {
  if (since === null) return true;
  return [ROLES, IN_TEAM].some((order) => order.includes(since) && order.indexOf(since) < order.indexOf(now));
}

/** The role alone: whatever else is wrong with the account must not keep the gateway from starting. */
async function lower(operations: Operations, id: string, before: string, role: string): Promise<void> {
  await change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    await tx
      .update(users)
      .set({ role, updatedAt: new Date(nowMs) })
      .where(eq(users.id, id));
    const target = { kind: "user", id } as const;
    await writeAudit(tx, ACTOR, nowMs, {
      action: "user.update",
      target,
      before: { role: before },
      after: { role },
    });
    return { result: null, changes: [target] };
  });
}

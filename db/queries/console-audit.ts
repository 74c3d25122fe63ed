/** Audit events as the console lists and exports them: the newest first, by keyset, so that page 400 costs what page 1 does. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";

export interface AuditFilter {
  readonly fromMs?: number;
  /** By any of these ids: a user's own (events from before ids were sealed) and their pseudonym. */
  readonly actor?: { readonly kind: string; readonly ids: readonly string[] };
  readonly action?: string;
  readonly targetKind?: string;
  /** As `actor`. */
  readonly targetIds?: readonly string[];
  readonly outcome?: string;
  /** Part of an action, a name, an id or an address. */
  readonly text?: string;
  /** Pseudonyms of the people whom the text finds, and the forms in which it stands sealed as an address. */
  readonly textPseudonyms?: readonly string[];
  readonly textSealed?: readonly string[];
  /** The highest sequence number that counts: what came later is left out. */
  readonly upTo?: bigint;
}

/** Where a page begins: events older than a number, or newer than it. */
export type AuditCursor = { readonly older: bigint } | { readonly newer: bigint } | null;

export interface AuditRow {
  seq: bigint;
  id: string;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_name: string | null;
  claimed_by: string | null;
  action: string;
  target_kind: string;
  target_id: string;
  target_name: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  outcome: string;
  reason: string | null;
  ip: string | null;
  request_id: string | null;
}

/** At most `limit` events, the newest first whichever way the cursor points. */
export async function listAudit(
  sql: Sql,
  filter: AuditFilter,
  cursor: AuditCursor,
  limit: number,
): Promise<AuditRow[]> {
  const upwards = cursor !== null && "newer" in cursor;
  const from =
    cursor === null
      ? sql`true`
      : "newer" in cursor
        ? sql`e.seq > ${cursor.newer}`
        : sql`e.seq < ${cursor.older}`;
  const rows = await sql<AuditRow[]>`
    ${selected(sql)} where ${from} and ${matching(sql, filter)}
    order by e.seq ${upwards ? sql`asc` : sql`desc`} limit ${limit}`;
  return upwards ? rows.reverse() : rows;
}

/** One event, or null. */
export async function findAudit(sql: Sql, seq: bigint): Promise<AuditRow | null> {
  const [row] = await sql<AuditRow[]>`${selected(sql)} where e.seq = ${seq}`;
  return row ?? null;
}

/** The number of the newest event; 0n when there is none. */
export async function newestAudit(sql: Sql): Promise<bigint> {
  const [row] = await sql<{ seq: bigint }[]>`select coalesce(max(seq), 0)::bigint as seq from audit_events`;
  return row?.seq ?? 0n;
}

export interface AuditChoices {
  readonly actions: readonly string[];
  readonly targets: readonly string[];
  readonly actors: readonly { kind: string; id: string; name: string | null }[];
}

/** What the latest events hold, for the filters. @param latest how many events are looked at */
export async function auditChoices(sql: Sql, latest: number): Promise<AuditChoices> {
  const recent = sql`select action, target_kind, actor_kind, actor_id from audit_events order by seq desc limit ${latest}`;
  const actions = await sql<{ action: string }[]>`select distinct action from (${recent}) r order by action`;
  const targets = await sql<{ target_kind: string }[]>`
    select distinct target_kind from (${recent}) r order by target_kind`;
  const actors = await sql<{ kind: string; id: string; name: string | null }[]>`
    select r.actor_kind as kind, r.actor_id as id, coalesce(u.alias, u.email, k.alias) as name
    from (select actor_kind, actor_id, count(*) as events from (${recent}) r group by 1, 2 order by 3 desc limit 100) r
    left join users u on r.actor_kind = 'user' and u.id = r.actor_id
    left join virtual_keys k on r.actor_kind = 'key' and k.id = r.actor_id
    order by name nulls last, r.actor_id`;
  return {
    actions: actions.map((row) => row.action),
    targets: targets.map((row) => row.target_kind),
    actors: [...actors],
  };
}

function selected(sql: Sql): Fragment {
  return sql`
    select e.seq, e.id, e.at, e.actor_kind, e.actor_id, coalesce(au.alias, au.email, ak.alias) as actor_name, e.claimed_by,
      e.action, e.target_kind, e.target_id, ${targetName(sql)} as target_name,
      e.before, e.after, e.outcome, e.reason, e.ip, e.request_id
    from audit_events e
    left join users au on e.actor_kind = 'user' and au.id = e.actor_id
    left join virtual_keys ak on e.actor_kind = 'key' and ak.id = e.actor_id
    left join virtual_keys tk on e.target_kind = 'key' and tk.id = e.target_id
    left join users tu on e.target_kind = 'user' and tu.id = e.target_id
    left join teams tt on e.target_kind = 'team' and tt.id = e.target_id`;
}

/** What the object is called now, else what it was called then. */
function targetName(sql: Sql): Fragment {
  return sql`coalesce(tk.alias, tu.alias, tu.email, tt.alias, e.after ->> 'modelName', e.before ->> 'modelName',
    e.after ->> 'alias', e.before ->> 'alias')`;
}

function matching(sql: Sql, filter: AuditFilter): Fragment {
  const { fromMs, actor, action, targetKind, targetIds, outcome, text, upTo } = filter;
  const { textPseudonyms = [], textSealed = [] } = filter;
  const pattern = text === undefined ? "" : `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  const all = sql`true`;
  const found =
    text === undefined
      ? all
      : sql`(e.action ilike ${pattern} or e.target_id ilike ${pattern} or ${targetName(sql)} ilike ${pattern}
          or e.actor_id ilike ${pattern} or coalesce(au.alias, ak.alias) ilike ${pattern} or au.email ilike ${pattern}
          or e.claimed_by ilike ${pattern} or e.ip = ${text} or e.request_id = ${text} or e.id = ${text}
          or e.seq::text = ${text.replace(/^#/, "")}
          or ${among(sql, "actor_id", textPseudonyms)} or ${among(sql, "target_id", textPseudonyms)}
          or ${among(sql, "ip", textSealed)} or ${among(sql, "claimed_by", textSealed)})`;
  return sql`${fromMs === undefined ? all : sql`e.at >= ${new Date(fromMs)}`}
    and ${actor === undefined ? all : sql`e.actor_kind = ${actor.kind} and ${among(sql, "actor_id", actor.ids)}`}
    and ${action === undefined ? all : sql`e.action = ${action}`}
    and ${targetKind === undefined ? all : sql`e.target_kind = ${targetKind}`}
    and ${targetIds === undefined ? all : among(sql, "target_id", targetIds)}
    and ${outcome === undefined ? all : sql`e.outcome = ${outcome}`}
    and ${upTo === undefined ? all : sql`e.seq <= ${upTo}`} and ${found}`;
}

function among(sql: Sql, column: string, values: readonly string[]): Fragment {
  return values.length === 0 ? sql`false` : sql`e.${sql(column)} in ${sql(values)}`;
}

export interface PersonName {
  readonly kind: "user" | "end_user";
  readonly id: string;
  readonly name: string | null;
}

/** What people are called now. */
export async function namesOf(
  sql: Sql,
  userIds: readonly string[],
  endUserIds: readonly string[],
): Promise<PersonName[]> {
  const users =
    userIds.length === 0
      ? []
      : await sql<PersonName[]>`
        select 'user' as kind, id, coalesce(alias, email) as name from users where id in ${sql(userIds)}`;
  const endUsers =
    endUserIds.length === 0
      ? []
      : await sql<
          PersonName[]
        >`select 'end_user' as kind, id, alias as name from end_users where id in ${sql(endUserIds)}`;
  return [...users, ...endUsers];
}

/** People whose id, name or address holds a text. */
export async function peopleLike(sql: Sql, text: string, limit: number): Promise<PersonName[]> {
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return sql<PersonName[]>`
    (select 'user' as kind, id, alias as name from users
      where id ilike ${pattern} or alias ilike ${pattern} or email ilike ${pattern} limit ${limit})
    union all
    (select 'end_user' as kind, id, alias as name from end_users
      where id ilike ${pattern} or alias ilike ${pattern} limit ${limit})`;
}

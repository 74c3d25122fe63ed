/**
 * A person's spend records, found without an index: partition by partition, a stretch of blocks at a time, so that no
 * statement is long, no lock wide, and a crash loses one stretch's work at most.
 */
import type { Sql } from "../client.ts";

/** Whose rows: a user's or an end user's, under any of their ids. */
export interface RecordOwner {
  readonly column: "user_id" | "end_user";
  readonly ids: readonly string[];
}

export interface Stretch {
  readonly partition: string;
  readonly from: number;
  /** The first block that is no longer in it. */
  readonly to: number;
}

export interface Sum {
  readonly rows: number;
  readonly costNanoUsd: bigint;
}

export interface StretchSum extends Sum {
  /** Addresses that the calls came from. */
  readonly ips: readonly string[];
}

/** Tables that hold spend records, with their size in blocks; the oldest first. */
export async function recordPartitions(sql: Sql): Promise<{ name: string; blocks: number }[]> {
  const rows = await sql<{ name: string; blocks: bigint }[]>`
    select c.relname as name, (pg_relation_size(c.oid) / current_setting('block_size')::int)::bigint as blocks
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'spend_records'::regclass order by c.relname`;
  return rows.map(({ blocks, name }) => ({ name, blocks: Number(blocks) }));
}

/**
 * A condition that is always true: the statement's commit does not wait for the disk, nor do calls' commits behind it. A crash
 * may undo it; noting the place waits for the disk, and for all that was written before.
 */
const lazily = (sql: Sql) => sql`(select set_config('synchronous_commit', 'off', true)) = 'off'`;

/** How many rows there are in a stretch, and what they cost. */
export async function sumStretch(sql: Sql, owner: RecordOwner, stretch: Stretch): Promise<StretchSum> {
  const [row] = await sql<{ rows: bigint; cost: string; ips: string[] }[]>`
    select count(*) as rows, coalesce(sum(cost_nano_usd), 0)::text as cost,
      coalesce(array_agg(distinct ip) filter (where ip is not null), '{}') as ips
    from ${sql(stretch.partition)} where ${within(sql, stretch)} and ${sql(owner.column)} in ${sql(owner.ids)}`;
  return { rows: Number(row?.rows ?? 0n), costNanoUsd: BigInt(row?.cost ?? "0"), ips: row?.ips ?? [] };
}

/**
 * Puts the pseudonym in the person's place and empties what only described the call; times are cut to the hour, which the
 * hourly sums hold anyway. A call that still runs keeps its time and its charges, under the pseudonym: it is yet to settle.
 * @returns how many rows were changed
 */
export async function pseudonymiseStretch(
  sql: Sql,
  owner: RecordOwner,
  pseudonym: string,
  stretch: Stretch,
): Promise<number> {
  const { count } = await sql`
    update ${sql(stretch.partition)} set ${sql(owner.column)} = ${pseudonym},
      ip = null, client_request_id = null, response_id = null, tags = null, metadata = null,
      started_at = case when state = 'started' then started_at else date_trunc('hour', started_at, 'UTC') end,
      charges = case when state = 'started' then ${renamedCharges(sql, owner.ids, pseudonym)} end
    where ${within(sql, stretch)} and ${sql(owner.column)} in ${sql(owner.ids)} and ${lazily(sql)}`;
  return count;
}

/** `anonymize_logs` for what was written before it was switched on. @returns how many rows were changed */
export async function anonymiseStretch(
  sql: Sql,
  stretch: Stretch,
  hashes: Readonly<Record<string, string>>,
): Promise<number> {
  const { count } = await sql`
    update ${sql(stretch.partition)} set
      end_user = coalesce(${sql.json(hashes)}::jsonb ->> end_user, end_user), ip = ${shortened(sql)},
      charges = null
    where ${within(sql, stretch)} and ${lazily(sql)} and state <> 'started'
      and (${sql.json(hashes)}::jsonb ? end_user or ip is distinct from ${shortened(sql)})`;
  return count;
}

/** End users of a stretch that stand there by their own id. */
export async function namedEndUsers(sql: Sql, stretch: Stretch): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct end_user as id from ${sql(stretch.partition)}
    where ${within(sql, stretch)} and end_user is not null and end_user !~ '^(anon_[0-9a-f]{20}|psn_[0-9A-Z]{26})$'`;
  return rows.map(({ id }) => id);
}

/** As lib/privacy/anonymise.ts shortens: the /24 of IPv4, the /48 of IPv6, nothing for what is no address. */
function shortened(sql: Sql) {
  return sql`case when ip ~ '^[0-9]{1,3}([.][0-9]{1,3}){3}$' then regexp_replace(ip, '[0-9]+$', '0')
    when ip ~ '^(::|0:0:0::)' then '0:0:0::'
    when ip ~ '^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$'
      then host(network(set_masklen(ip::inet, 48))) end`;
}

function within(sql: Sql, { from, to }: Stretch) {
  return sql`ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid`;
}

/** A charge's subject is the person, or the person in a team (`team/person`). */
function renamedCharges(sql: Sql, ids: readonly string[], pseudonym: string) {
  return sql`(select jsonb_agg(case
      when c ->> 0 in ('user', 'end_user') and c ->> 1 in ${sql(ids)} then jsonb_set(c, '{1}', to_jsonb(${pseudonym}::text))
      when c ->> 0 = 'team_member' and regexp_replace(c ->> 1, '^[^/]*/', '') in ${sql(ids)}
        then jsonb_set(c, '{1}', to_jsonb(split_part(c ->> 1, '/', 1) || '/' || ${pseudonym}::text))
      else c end) from jsonb_array_elements(charges) c)`;
}

/**
 * The one statement that settles calls: rows, counters of every budget, and the hourly rollup move together or not at all.
 * It has only the parts that its rows need: each costs the database something, also when it finds nothing to do.
 */
import type { Sql } from "../client.ts";

const SETTLED = `with incoming as materialized (
      select * from json_populate_recordset(jsonb_populate_record(null::spend_records, $1::text::jsonb), $2::text::json)
    ), settled as (
      insert into spend_records select * from incoming
      on conflict (id, started_at) do update set
        state = excluded.state, outcome = excluded.outcome, status_code = excluded.status_code,
        deployment_id = excluded.deployment_id, provider = excluded.provider, upstream_model = excluded.upstream_model,
        prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,
        cache_read_tokens = excluded.cache_read_tokens, cache_write_tokens = excluded.cache_write_tokens,
        reasoning_tokens = excluded.reasoning_tokens, usage_source = excluded.usage_source,
        cost_nano_usd = excluded.cost_nano_usd, unpriced = excluded.unpriced, duration_ms = excluded.duration_ms,
        first_byte_ms = excluded.first_byte_ms, attempts = excluded.attempts, response_id = excluded.response_id,
        error_code = excluded.error_code, charges = null
      where spend_records.state = 'started'
      returning id, key_id, user_id, team_id, model_group, provider, outcome, started_at, cost_nano_usd, prompt_tokens,
        completion_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, key_period_started_at,
        user_period_started_at, team_period_started_at
    ),`;

const CHARGES = `pairs as (
      select n, pair from json_array_elements($3::text::json) with ordinality as p(pair, n)
    ), costs as (
      select p.n, sum(s.cost_nano_usd) as cost
      from pairs p cross join json_array_elements_text(p.pair->0) i(id) join settled s on s.id = i.id
      where s.cost_nano_usd > 0 group by 1
    ), charged as (
      insert into budget_spend as b
      select c->>0, c->>1, c->>2, to_timestamp((c->>3)::float8 / 1000), sum(cost)::bigint
      from costs join pairs using (n) cross join json_array_elements(pair->1) c
      group by 1, 2, 3, 4 order by 1, 2, 3, 4
      on conflict (kind, subject_id, budget, period_started_at) do update
        set spend_nano_usd = b.spend_nano_usd + excluded.spend_nano_usd
    ),`;

const KEYS = `by_key as (
      select key_id as id, key_period_started_at as period, sum(cost_nano_usd)::bigint as cost, max(started_at) as used
      from settled where outcome <> 'refused' group by 1, 2
    ), latest_key as (
      select distinct on (id) id, period, cost, max(used) over (partition by id) as used from by_key
      order by id, period desc nulls last
    ), key_counters as (
      update virtual_keys k set last_used_at = greatest(k.last_used_at, l.used),
        spend_nano_usd = case when k.budget_duration is null then k.spend_nano_usd + l.cost
          when l.period > coalesce(k.spend_period_started_at, '-infinity') then l.cost
          when l.period < k.spend_period_started_at then k.spend_nano_usd else k.spend_nano_usd + l.cost end,
        spend_period_started_at = case when k.budget_duration is not null
          then greatest(k.spend_period_started_at, l.period) end
      from latest_key l where k.id = l.id
    ),`;

const USERS = `by_user as (
      -- What a call for a team costs is on the team's budget, and on no person's.
      select distinct on (user_id) user_id as id, user_period_started_at as period, sum(cost_nano_usd)::bigint as cost
      from settled where user_id <> '' and team_id = '' and cost_nano_usd > 0
      group by 1, 2 order by 1, 2 desc nulls last
    ), user_counters as (
      update users u set
        spend_nano_usd = case when u.budget_duration is null then u.spend_nano_usd + l.cost
          when l.period > coalesce(u.spend_period_started_at, '-infinity') then l.cost
          when l.period < u.spend_period_started_at then u.spend_nano_usd else u.spend_nano_usd + l.cost end,
        spend_period_started_at = case when u.budget_duration is not null
          then greatest(u.spend_period_started_at, l.period) end
      from by_user l where u.id = l.id
    ),`;

const TEAMS = `by_team as (
      select distinct on (team_id) team_id as id, team_period_started_at as period, sum(cost_nano_usd)::bigint as cost
      from settled where team_id <> '' and cost_nano_usd > 0 group by 1, 2 order by 1, 2 desc nulls last
    ), team_counters as (
      update teams t set
        spend_nano_usd = case when t.budget_duration is null then t.spend_nano_usd + l.cost
          when l.period > coalesce(t.spend_period_started_at, '-infinity') then l.cost
          when l.period < t.spend_period_started_at then t.spend_nano_usd else t.spend_nano_usd + l.cost end,
        spend_period_started_at = case when t.budget_duration is not null
          then greatest(t.spend_period_started_at, l.period) end
      from by_team l where t.id = l.id
    ),`;

const ROLLUP = `rollup as (
      insert into spend_hourly as h
      select date_trunc('hour', started_at, 'UTC'), key_id, user_id, team_id, model_group, provider, count(*),
        count(*) filter (where outcome not in ('ok', 'refused')), count(*) filter (where outcome = 'refused'),
        sum(prompt_tokens), sum(completion_tokens), sum(cache_read_tokens), sum(cache_write_tokens),
        sum(reasoning_tokens), sum(cost_nano_usd)
      from settled group by 1, 2, 3, 4, 5, 6
      on conflict (hour, key_id, user_id, team_id, model_group, provider) do update set
        requests = h.requests + excluded.requests, failures = h.failures + excluded.failures,
        refusals = h.refusals + excluded.refusals, prompt_tokens = h.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = h.completion_tokens + excluded.completion_tokens,
        cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
        cache_write_tokens = h.cache_write_tokens + excluded.cache_write_tokens,
        reasoning_tokens = h.reasoning_tokens + excluded.reasoning_tokens,
        cost_nano_usd = h.cost_nano_usd + excluded.cost_nano_usd
    )
    select count(*) as settled from settled`;

/**
 * Settles records, each exactly once: a row that is settled already changes nothing, here or in any counter.
 * @param defaults JSON object text: the columns that a row leaves out
 * @param batch `rows`: JSON array text, members named as the columns; `charges`: JSON text, pairs of ids and of the
 *   budgets that each of them charges as `[kind, subject, budget, period's start in ms]`
 * @returns how many rows were settled by this call
 */
export async function settleRows(
  sql: Sql,
  defaults: string,
  { charges, rows }: { readonly rows: string; readonly charges: string | null },
): Promise<number> {
  // A name that only stands in some text of a row brings a part too many, which changes nothing.
  const of = (member: string, part: string) => (rows.includes(`"${member}"`) ? part : "");
  const charged = charges === null ? "" : CHARGES;
  const statement = `${SETTLED} ${charged} ${KEYS} ${of("user_id", USERS)} ${of("team_id", TEAMS)} ${ROLLUP}`;
  const parameters = charges === null ? [defaults, rows] : [defaults, rows, charges];
  const result = await sql.unsafe<{ settled: bigint }[]>(statement, parameters, { prepare: true });
  return Number(result[0]?.settled ?? 0n);
}

/** Writes rows of calls that have begun; those that settled meanwhile are left alone. */
export async function startRows(sql: Sql, defaults: string, rows: string): Promise<void> {
  await sql`
    insert into spend_records select * from json_populate_recordset(jsonb_populate_record(null::spend_records, ${defaults}::text::jsonb), ${rows}::text::json)
    on conflict (id, started_at) do nothing`;
}

/**
 * The rows that an earlier start of this instance left `started`, as settled `interrupted` rows at what was reserved:
 * the provider may have billed it. Settle them with {@link settleRows}.
 */
export async function interruptedRows(
  sql: Sql,
  instanceId: string,
  boot: number,
): Promise<{ rows: string; charges: string | null } | null> {
  const [cut] = await sql<{ rows: string | null; charges: string | null }[]>`
    select json_agg(to_jsonb(r) - 'charges' || jsonb_build_object('state', 'settled', 'outcome', 'interrupted',
        'status_code', 499, 'usage_source', 'estimated'))::text as rows,
      (json_agg(json_build_array(json_build_array(id), charges)) filter (where charges is not null))::text as charges
    from spend_records r where r.state = 'started' and r.instance_id = ${instanceId} and r.instance_boot < ${boot}`;
  return cut?.rows ? { rows: cut.rows, charges: cut.charges } : null;
}

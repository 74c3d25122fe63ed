/** The counters of keys, people, teams, end users and tags, and whether everything adds up to the records. */
import type { Sql } from "../../db/client.ts";

/** What calls are charged to besides: end users and tags, of one day. */
export async function addUpCharges(sql: Sql, startMs: number, endMs: number): Promise<void> {
  await sql`insert into budget_spend as b
    select c.kind, c.id, 'life', to_timestamp(0), sum(cost_nano_usd)::bigint
    from spend_records, lateral (
      select 'end_user' as kind, end_user as id where end_user is not null union all select 'tag', unnest(tags)
    ) c
    where started_at >= ${new Date(startMs)} and started_at < ${new Date(endMs)} and cost_nano_usd > 0
    group by 1, 2 order by 1, 2
    on conflict (kind, subject_id, budget, period_started_at) do update
      set spend_nano_usd = b.spend_nano_usd + excluded.spend_nano_usd`;
}

/** Counters of budgets whose periods are months, as the statement that settles would have left them; by the rollups. */
export async function addUpCounters(sql: Sql): Promise<void> {
  const month = sql`sum(cost_nano_usd) filter (where hour >= date_trunc('month', now(), 'UTC'))`;
  await sql`update virtual_keys k set
      spend_nano_usd = case when k.budget_duration is null then r.life else coalesce(r.month, 0) end,
      spend_period_started_at = case when k.budget_duration is not null then r.period end,
      last_used_at = (select started_at from spend_records where key_id = k.id and outcome <> 'refused' order by started_at desc limit 1)
    from (
      select key_id, date_trunc('month', now(), 'UTC') as period, sum(cost_nano_usd)::bigint as life, (${month})::bigint as month
      from spend_hourly group by 1
    ) r where r.key_id = k.id`;
  for (const [table, column] of [
    ["users", "user_id"],
    ["teams", "team_id"],
  ] as const)
    await sql`update ${sql(table)} o set spend_nano_usd = case when o.budget_duration is null then r.life else coalesce(r.month, 0) end,
        spend_period_started_at = case when o.budget_duration is not null then date_trunc('month', now(), 'UTC') end
      from (
        select ${sql(column)} as id, sum(cost_nano_usd)::bigint as life,
          (${month})::bigint as month
        from spend_hourly where ${table === "users" ? sql`team_id = ''` : sql`team_id <> ''`} group by 1
      ) r where r.id = o.id`;
}

/** @returns how many records there are @throws when rollups or counters tell anything else than the records */
export async function expectAgreement(
  sql: Sql,
): Promise<{ records: number; hours: number; costNanoUsd: bigint }> {
  const [wrong] = await sql<{ hours: bigint }[]>`
    with records as (
      select date_trunc('hour', started_at, 'UTC') as hour, key_id, user_id, team_id, model_group, provider, count(*) as requests,
        count(*) filter (where outcome not in ('ok', 'refused')) as failures, count(*) filter (where outcome = 'refused') as refusals,
        sum(prompt_tokens) as prompt, sum(completion_tokens) as completion, sum(cost_nano_usd) as cost
      from spend_records where state = 'settled' group by 1, 2, 3, 4, 5, 6
    )
    select count(*) as hours from records r full join spend_hourly h using (hour, key_id, user_id, team_id, model_group, provider)
    where (r.requests, r.failures, r.refusals, r.prompt, r.completion, r.cost) is distinct from
      (h.requests, h.failures, h.refusals, h.prompt_tokens::numeric, h.completion_tokens::numeric, h.cost_nano_usd::numeric)`;
  if (wrong?.hours !== 0n) throw new Error(`${wrong?.hours} rows of spend_hourly differ from the records.`);
  const [sums] = await sql<
    {
      records: bigint;
      rolled: string;
      hours: bigint;
      cost: string;
      by_hour: string;
      charged: string;
      budgets: string;
    }[]
  >`
    select (select count(*) from spend_records) as records, (select sum(requests) from spend_hourly)::text as rolled,
      (select count(*) from spend_hourly) as hours, (select sum(cost_nano_usd) from spend_records)::text as cost,
      (select sum(cost_nano_usd) from spend_hourly)::text as by_hour,
      (select sum(cost_nano_usd * ((end_user is not null)::int + coalesce(cardinality(tags), 0))) from spend_records)::text as charged,
      (select coalesce(sum(spend_nano_usd), 0) from budget_spend)::text as budgets`;
  if (
    !sums ||
    sums.cost !== sums.by_hour ||
    String(sums.records) !== sums.rolled ||
    sums.charged !== sums.budgets
  )
    throw new Error(
      `records, rollups and counters do not agree: ${JSON.stringify(sums, (_, value) => (typeof value === "bigint" ? String(value) : value))}`,
    );
  const [keys] = await sql<{ wrong: bigint }[]>`
    select count(*) as wrong from virtual_keys k cross join lateral (
      select coalesce(sum(cost_nano_usd), 0) as cost from spend_records where key_id = k.id
        and (k.budget_duration is null or started_at >= date_trunc('month', now(), 'UTC'))
    ) r where k.created_by = 'seed' and r.cost <> k.spend_nano_usd`;
  if (keys?.wrong !== 0n) throw new Error(`${keys?.wrong} keys have another spend than their records.`);
  return { records: Number(sums.records), hours: Number(sums.hours), costNanoUsd: BigInt(sums.cost) };
}

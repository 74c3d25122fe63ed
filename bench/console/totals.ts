/** The counters of keys, people, teams, end users and tags, and whether everything adds up to the records. */
import type { Sql } from "../../db/client.ts";

/** Counters from the records, as the statement that settles would have left them. */
export async function addUpCounters(sql: Sql): Promise<void> {
  await sql`update virtual_keys k set last_used_at = r.used, spend_nano_usd = r.spent, spend_period_started_at = r.period
    from (
      select key_id, max(used) as used, max(period) as period,
        coalesce(sum(cost) filter (where period is not distinct from latest), 0)::bigint as spent
      from (
        select key_id, key_period_started_at as period, max(started_at) filter (where outcome <> 'refused') as used,
          sum(cost_nano_usd) filter (where outcome <> 'refused') as cost,
          max(key_period_started_at) over (partition by key_id) as latest
        from spend_records group by 1, 2
      ) p group by 1
    ) r where r.key_id = k.id`;
  await sql`update users u set spend_nano_usd = r.spent, spend_period_started_at = r.period
    from (select distinct on (user_id) user_id, user_period_started_at as period, sum(cost_nano_usd)::bigint as spent
      from spend_records where team_id = '' and cost_nano_usd > 0 group by 1, 2 order by 1, 2 desc nulls last) r
    where r.user_id = u.id`;
  await sql`update teams t set spend_nano_usd = r.spent, spend_period_started_at = r.period
    from (select distinct on (team_id) team_id, team_period_started_at as period, sum(cost_nano_usd)::bigint as spent
      from spend_records where team_id <> '' and cost_nano_usd > 0 group by 1, 2 order by 1, 2 desc nulls last) r
    where r.team_id = t.id`;
  await sql`insert into budget_spend
    select c->>0, c->>1, c->>2, to_timestamp((c->>3)::float8 / 1000), sum(cost)::bigint
    from (select charges, sum(cost_nano_usd) as cost from spend_records where cost_nano_usd > 0 group by 1) s
      cross join jsonb_array_elements(s.charges) c
    group by 1, 2, 3, 4`;
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
      (select coalesce(sum(cost_nano_usd * jsonb_array_length(charges)), 0) from spend_records where charges is not null)::text as charged,
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
  return { records: Number(sums.records), hours: Number(sums.hours), costNanoUsd: BigInt(sums.cost) };
}

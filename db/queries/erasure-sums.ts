/** Sums that accounts keep: they move to the pseudonym, row by row, and stay what they are. */
import type { Sql } from "../client.ts";
import type { RecordOwner, Sum } from "./erasure-records.ts";

const LONG = "120s";

/** Hourly rollups of a user. Those of the same hour that came late are added. @returns how many were moved */
export function renameHourly(sql: Sql, ids: readonly string[], pseudonym: string): Promise<number> {
  return sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${LONG}, true)`;
    const { count } = await tx`
      with gone as (delete from spend_hourly where user_id in ${tx(ids)} returning *)
      insert into spend_hourly as h
      select hour, key_id, ${pseudonym}, team_id, model_group, provider, sum(requests), sum(failures), sum(refusals),
        sum(prompt_tokens), sum(completion_tokens), sum(cache_read_tokens), sum(cache_write_tokens),
        sum(reasoning_tokens), sum(cost_nano_usd)
      from gone group by 1, 2, 4, 5, 6 order by 1, 2, 4, 5, 6
      on conflict (hour, key_id, user_id, team_id, model_group, provider) do update set
        requests = h.requests + excluded.requests, failures = h.failures + excluded.failures,
        refusals = h.refusals + excluded.refusals, prompt_tokens = h.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = h.completion_tokens + excluded.completion_tokens,
        cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
        cache_write_tokens = h.cache_write_tokens + excluded.cache_write_tokens,
        reasoning_tokens = h.reasoning_tokens + excluded.reasoning_tokens,
        cost_nano_usd = h.cost_nano_usd + excluded.cost_nano_usd`;
    return count;
  });
}

/** Budgets of a person: their own, and as a member of teams. @returns how many were moved */
export async function renameBudgets(
  sql: Sql,
  kind: "user" | "end_user",
  ids: readonly string[],
  pseudonym: string,
): Promise<number> {
  const { count } = await sql`
    with gone as (delete from budget_spend b where ${budgetsOf(sql, kind, ids)} returning *)
    insert into budget_spend as b
    select kind, case kind when 'team_member' then split_part(subject_id, '/', 1) || '/' || ${pseudonym} else ${pseudonym} end,
      budget, period_started_at, sum(spend_nano_usd)
    from gone group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (kind, subject_id, budget, period_started_at) do update
      set spend_nano_usd = b.spend_nano_usd + excluded.spend_nano_usd`;
  return count;
}

/** Tags that name a person: their sums go on under the pseudonym. @param pattern finds the name in a tag */
export async function renameTags(sql: Sql, pattern: string, pseudonym: string): Promise<void> {
  await sql`
    with gone as (delete from budget_spend where kind = 'tag' and subject_id ~ ${pattern} returning *)
    insert into budget_spend as b
    select kind, regexp_replace(subject_id, ${pattern}, ${pseudonym}, 'g'), budget, period_started_at, sum(spend_nano_usd)
    from gone group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (kind, subject_id, budget, period_started_at) do update
      set spend_nano_usd = b.spend_nano_usd + excluded.spend_nano_usd`;
}

export async function sumHourly(sql: Sql, ids: readonly string[]): Promise<Sum> {
  const [row] = await sql<{ rows: bigint; cost: string }[]>`
    select count(*) as rows, coalesce(sum(cost_nano_usd), 0)::text as cost from spend_hourly where user_id in ${sql(ids)}`;
  return { rows: Number(row?.rows ?? 0n), costNanoUsd: BigInt(row?.cost ?? "0") };
}

export async function countBudgets(
  sql: Sql,
  kind: "user" | "end_user",
  ids: readonly string[],
): Promise<number> {
  const [row] = await sql<{ rows: bigint }[]>`
    select count(*) as rows from budget_spend b where ${budgetsOf(sql, kind, ids)}`;
  return Number(row?.rows ?? 0n);
}

function budgetsOf(sql: Sql, kind: "user" | "end_user", ids: readonly string[]) {
  const own = sql`b.kind = ${kind} and b.subject_id in ${sql(ids)}`;
  if (kind === "end_user") return own;
  return sql`(${own} or b.kind = 'team_member' and regexp_replace(b.subject_id, '^[^/]*/', '') in ${sql(ids)})`;
}

/** Which column of the records names them. */
export function recordOwner(kind: "user" | "end_user", ids: readonly string[]): RecordOwner {
  return { column: kind === "user" ? "user_id" : "end_user", ids };
}

/** End users whose sums stand under their own id. */
export async function namedBudgets(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct subject_id as id from budget_spend
    where kind = 'end_user' and subject_id !~ '^(anon_[0-9a-f]{20}|psn_[0-9A-Z]{26})$'`;
  return rows.map(({ id }) => id);
}

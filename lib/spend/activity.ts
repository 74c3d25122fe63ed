/** Daily sums in LiteLLM's shapes: `/user/daily/activity`, `/team/daily/activity` and the summary of `/spend/logs`. Pure. */
import type { SpendDimension, SpendSums } from "#db/queries/spend.ts";
import type { DailySums } from "#db/queries/spend-daily.ts";
import { nanoToUsd } from "../money.ts";

/** How keys and teams are called in an answer. */
export interface Names {
  readonly key: (id: string) => { readonly name: string; readonly metadata: Record<string, unknown> };
  readonly team: (id: string) => Record<string, unknown>;
}

const NOTHING: SpendSums = {
  requests: 0,
  failures: 0,
  refusals: 0,
  promptTokens: 0,
  completionTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costNanoUsd: 0n,
};

/** What every day and every part of one is measured by. A refused call counts as failed, as in LiteLLM. */
export function metrics(sums: SpendSums): Record<string, number> {
  return {
    spend: nanoToUsd(sums.costNanoUsd),
    prompt_tokens: sums.promptTokens,
    completion_tokens: sums.completionTokens,
    cache_read_input_tokens: sums.cacheReadTokens,
    cache_creation_input_tokens: sums.cacheWriteTokens,
    total_tokens: sums.promptTokens + sums.completionTokens,
    successful_requests: sums.requests - sums.failures - sums.refusals,
    failed_requests: sums.failures + sums.refusals,
    refused_requests: sums.refusals,
    api_requests: sums.requests,
  };
}

/** Days with calls, newest first, and their totals. @param dates of the days, by place @param byTeam adds `entities` */
export function activity(
  rows: readonly DailySums[],
  dates: readonly string[],
  names: Names,
  byTeam: boolean,
) {
  const byDay = Map.groupBy(rows, (row) => row.day);
  const totals = rows.filter((row) => row.by === null);
  const results = totals
    .toSorted((a, b) => b.day - a.day)
    .map(({ day, sums }) => ({
      date: dates[day] ?? "",
      metrics: metrics(sums),
      breakdown: breakdown(byDay.get(day) ?? [], names, byTeam),
    }));
  return { results, metadata: totalFields(totals.map((row) => row.sums)) };
}

function breakdown(rows: readonly DailySums[], names: Names, byTeam: boolean): Record<string, unknown> {
  const part = (dimension: SpendDimension, describe: (id: string) => [string, Record<string, unknown>]) =>
    Object.fromEntries(
      rows
        .flatMap((row) => (row.by?.dimension === dimension ? [{ id: row.by.id, sums: row.sums }] : []))
        .map(({ id, sums }) => {
          const [name, metadata] = describe(id);
          return [name, { metrics: metrics(sums), metadata }];
        }),
    );
  return {
    models: part("model_group", (id) => [id, {}]),
    // A call that was refused never met a provider.
    providers: part("provider", (id) => [id === "" ? "none" : id, {}]),
    api_keys: part("key_id", (id) => [names.key(id).name, names.key(id).metadata]),
    ...(byTeam ? { entities: part("team_id", (id) => [id, names.team(id)]) } : {}),
  };
}

function totalFields(days: readonly SpendSums[]) {
  const total = metrics(days.reduce(add, NOTHING));
  const named = Object.fromEntries(
    Object.entries(total).map(([name, value]) => [`total_${name.replace(/^total_/, "")}`, value]),
  );
  return { ...named, page: 1, total_pages: 1, has_more: false };
}

function add(a: SpendSums, b: SpendSums): SpendSums {
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    refusals: a.refusals + b.refusals,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
  };
}

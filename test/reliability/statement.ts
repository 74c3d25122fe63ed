/** Compares what clients saw with what the ledger says, and every counter with the records it sums. */
import type postgres from "postgres";
import { expect } from "vitest";

export interface Seen {
  /** Sent as `x-request-id`. */
  readonly id: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The whole answer arrived: a status of 200 and a body to its last byte. */
  complete: boolean;
  /** `x-litellm-response-cost`, where the answer had one. */
  cost: string | null;
}

export const INPUT_NANO_USD = 3_000n;
export const OUTPUT_NANO_USD = 7_000n;

/** Prices of the model `priced`, in the configuration's words. */
export const PRICES = "input_cost_per_token: 0.000003, output_cost_per_token: 0.000007";

/** A config.yaml with the model `priced` at that provider. @param general entries of general_settings */
export const pricedConfig = (providerUrl: string, general: string) => `
model_list:
  - model_name: priced
    litellm_params: { model: openai/upstream, api_key: k, api_base: "${providerUrl}", ${PRICES} }
general_settings: { ${general} }
`;

export function exactCost(seen: Seen): bigint {
  return BigInt(seen.promptTokens) * INPUT_NANO_USD + BigInt(seen.completionTokens) * OUTPUT_NANO_USD;
}

interface Row {
  readonly client_request_id: string;
  readonly state: string;
  readonly outcome: string;
  readonly usage_source: string;
  readonly cost_nano_usd: string;
  readonly prompt_tokens: string;
  readonly completion_tokens: string;
}

/** @returns how many calls were settled `interrupted` */
export async function expectTrueLedger(sql: postgres.Sql, calls: readonly Seen[]): Promise<number> {
  const rows = await sql<Row[]>`
    select client_request_id, state, outcome, usage_source, cost_nano_usd, prompt_tokens, completion_tokens
    from spend_records`;
  const byCall = Map.groupBy(rows, (row) => row.client_request_id);
  const faults: string[] = [];
  let interrupted = 0;
  for (const seen of calls) {
    const own = byCall.get(seen.id) ?? [];
    if (own.length > 1) faults.push(`${seen.id}: recorded ${own.length} times`);
    const [row] = own;
    if (row && row.state !== "settled") faults.push(`${seen.id}: left ${row.state}`);
    if (row?.outcome === "interrupted") {
      interrupted += 1;
      if (row.usage_source !== "estimated" || BigInt(row.cost_nano_usd) === 0n)
        faults.push(`${seen.id}: interrupted without an estimate`);
    }
    if (seen.complete) faults.push(...faultsOfAnswered(seen, row));
  }
  expect(faults).toEqual([]);
  await expectExactSums(sql);
  return interrupted;
}

function faultsOfAnswered(seen: Seen, row: Row | undefined): string[] {
  if (!row) return [`${seen.id}: answered and not recorded`];
  const cost = exactCost(seen);
  const faults: string[] = [];
  if (row.outcome !== "ok") faults.push(`${seen.id}: answered and recorded as ${row.outcome}`);
  if (BigInt(row.cost_nano_usd) !== cost) faults.push(`${seen.id}: cost ${row.cost_nano_usd}, not ${cost}`);
  if (seen.cost !== null && Math.round(Number(seen.cost) * 1e9) !== Number(cost))
    faults.push(`${seen.id}: the header says ${seen.cost}`);
  return faults;
}

/**
 * Counters of keys, users and teams and the hourly rollup equal the sum of the records, to the nano-dollar. What a call for
 * a team costs is the team's and not its user's.
 */
export async function expectExactSums(sql: postgres.Sql): Promise<void> {
  const differing = await sql`
    with sums as (
      select 'key' as kind, key_id as id, sum(cost_nano_usd) as cost from spend_records where state = 'settled' group by 2
      union all select 'user', user_id, sum(cost_nano_usd) from spend_records
        where state = 'settled' and team_id = '' group by 2
      union all select 'team', team_id, sum(cost_nano_usd) from spend_records where state = 'settled' group by 2
    ), counters as (
      select 'key' as kind, id, spend_nano_usd as cost from virtual_keys
      union all select 'user', id, spend_nano_usd from users
      union all select 'team', id, spend_nano_usd from teams
    )
    select kind, id, c.cost as counted, coalesce(s.cost, 0) as recorded from counters c left join sums s using (kind, id)
    where c.cost <> coalesce(s.cost, 0)`;
  expect(differing.map((row) => ({ ...row }))).toEqual([]);
  const [totals] = await sql`
    select (select coalesce(sum(cost_nano_usd), 0) from spend_hourly) as hourly_cost,
      (select coalesce(sum(cost_nano_usd), 0) from spend_records) as cost,
      (select coalesce(sum(requests), 0) from spend_hourly) as hourly_requests,
      (select count(*) from spend_records where state = 'settled') as requests,
      (select coalesce(sum(prompt_tokens + completion_tokens), 0) from spend_hourly) as hourly_tokens,
      (select coalesce(sum(prompt_tokens + completion_tokens), 0) from spend_records) as tokens,
      (select count(*) from spend_records where state <> 'settled') as unsettled`;
  expect(totals).toMatchObject({
    hourly_cost: totals?.cost,
    hourly_requests: totals?.requests,
    hourly_tokens: totals?.tokens,
    unsettled: "0",
  });
}

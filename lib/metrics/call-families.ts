/** The families that come from settled calls: ours, and those of LiteLLM that dashboards ask for. */

import type { Exposition, Labels } from "./exposition.ts";
import type { CallFigures, Figures } from "./figures.ts";
import { CALL_BOUNDS, OVERHEAD_BOUNDS } from "./histogram.ts";

const NANO_USD = 1e9;

/** Names of teams, for the label that LiteLLM calls `team_alias`. */
export type TeamAliases = ReadonlyMap<string, string>;

export function writeCalls(into: Exposition, { calls, turnedAway }: Figures, aliases: TeamAliases): void {
  const ours = ({ model, team }: CallFigures) => ({ model, team });
  into.numbers(
    "shin_requests_total",
    "counter",
    "Calls that have ended, by how they ended.",
    summed(
      calls,
      (call) => ({ ...ours(call), outcome: call.outcome, reason: call.reason }),
      (call) => call.calls,
    ),
  );
  into.numbers("shin_tokens_total", "counter", "Tokens of calls that have ended.", [
    ...summed(
      calls,
      (call) => ({ ...ours(call), direction: "input" }),
      (call) => call.promptTokens,
    ),
    ...summed(
      calls,
      (call) => ({ ...ours(call), direction: "output" }),
      (call) => call.completionTokens,
    ),
  ]);
  into.numbers(
    "shin_spend_usd_total",
    "counter",
    "Cost of calls that have ended, in US dollars.",
    summed(calls, ours, (call) => call.costNanoUsd / NANO_USD),
  );
  const denied = new Map<string, number>(Object.entries(turnedAway));
  for (const call of calls)
    if (call.outcome === "refused") denied.set(call.reason, (denied.get(call.reason) ?? 0) + call.calls);
  into.numbers(
    "shin_denied_total",
    "counter",
    "Requests refused by a rule of the gateway, by error code; wrong keys and addresses among them.",
    [...denied].map(([reason, amount]) => [{ reason }, amount] as const),
  );
  writeLiteLlm(into, calls, aliases);
}

/** LiteLLM's counters under the names of its own exposition, less the labels of single keys and users. */
function writeLiteLlm(into: Exposition, calls: readonly CallFigures[], aliases: TeamAliases): void {
  const owner = ({ team }: CallFigures) => ({ team, team_alias: aliases.get(team) ?? "" });
  const byModel = (call: CallFigures) => ({ ...owner(call), model: call.model });
  const asked = (call: CallFigures) => ({ ...owner(call), requested_model: call.model });
  into.numbers(
    "litellm_proxy_total_requests_metric_total",
    "counter",
    "Calls that have ended.",
    summed(
      calls,
      (call) => ({ ...asked(call), status_code: String(call.status) }),
      (call) => call.calls,
    ),
  );
  into.numbers(
    "litellm_proxy_failed_requests_metric_total",
    "counter",
    "Calls whose client did not get a whole answer.",
    summed(
      calls.filter(({ outcome }) => outcome !== "ok"),
      (call) => ({ ...asked(call), exception_status: String(call.status), exception_class: call.reason }),
      (call) => call.calls,
    ),
  );
  const amounts = [
    ["litellm_spend_metric_total", "Cost in US dollars.", ({ costNanoUsd }) => costNanoUsd / NANO_USD],
    [
      "litellm_total_tokens_metric_total",
      "Input and output tokens.",
      ({ completionTokens, promptTokens }) => promptTokens + completionTokens,
    ],
    ["litellm_input_tokens_metric_total", "Input tokens.", ({ promptTokens }) => promptTokens],
    ["litellm_output_tokens_metric_total", "Output tokens.", ({ completionTokens }) => completionTokens],
  ] as const satisfies readonly (readonly [string, string, (call: CallFigures) => number])[];
  for (const [name, help, amountOf] of amounts)
    into.numbers(name, "counter", help, summed(calls, byModel, amountOf));
}

export function writeTimes(into: Exposition, { models }: Figures): void {
  const families = [
    ["shin_request_duration_seconds", "A whole call, as its client saw it.", "duration"],
    ["shin_ttft_seconds", "To the first byte of streams.", "firstByte"],
    ["litellm_request_total_latency_metric", "As shin_request_duration_seconds.", "duration"],
    ["litellm_llm_api_latency_metric", "Waiting for the provider.", "upstream"],
    ["litellm_llm_api_time_to_first_token_metric", "As shin_ttft_seconds.", "firstByte"],
  ] as const;
  for (const [name, help, member] of families)
    into.histograms(
      name,
      help,
      CALL_BOUNDS,
      models
        .filter((row) => row[member].buckets.some((amount) => amount > 0))
        .map((row) => [{ model: row.model }, row[member]]),
    );
  into.histograms(
    "litellm_overhead_latency_metric",
    "What the gateway added to the provider's time.",
    OVERHEAD_BOUNDS,
    models.map((row) => [{ model: row.model }, row.overhead]),
  );
}

export function writeDeployments(into: Exposition, { deployments }: Figures): void {
  const families = [
    ["litellm_deployment_success_responses_total", "Answers that were served.", "served"],
    ["litellm_deployment_failure_responses_total", "Calls that failed there at last.", "failed"],
  ] as const;
  const labels = ({ deployment, model, provider }: (typeof deployments)[number]) => ({
    model_id: deployment,
    requested_model: model,
    api_provider: provider,
  });
  into.numbers(
    "litellm_deployment_total_requests_total",
    "counter",
    "Calls that a deployment ended.",
    deployments.map((row) => [labels(row), row.served + row.failed]),
  );
  for (const [name, help, member] of families)
    into.numbers(
      name,
      "counter",
      help,
      deployments.map((row) => [labels(row), row[member]]),
    );
}

/** Amounts of rows that have the same labels, added up. */
function summed(
  calls: readonly CallFigures[],
  labelsOf: (call: CallFigures) => Labels,
  amountOf: (call: CallFigures) => number,
): (readonly [Labels, number])[] {
  const sums = new Map<string, { readonly labels: Labels; amount: number }>();
  for (const call of calls) {
    const labels = labelsOf(call);
    const key = JSON.stringify(labels);
    const sum = sums.get(key);
    if (sum) sum.amount += amountOf(call);
    else sums.set(key, { labels, amount: amountOf(call) });
  }
  return [...sums.values()].map(({ labels, amount }) => [labels, amount]);
}

/** Requests in the words of the Lua texts, and what the texts answer as standings and states. */
import type { Rule, RuleState, Settlement, WindowRule } from "./admission.ts";
import type { Plan } from "./plan.ts";
import { isOfCandidate, type Standing, stateOf, windowState } from "./standing.ts";
import { SLICES, SlidingWindow, sliceFreesInMs } from "./window.ts";

const MOST_NANO_USD = BigInt(Number.MAX_SAFE_INTEGER);

/** State of a rule after its take: a window's newest slice cannot be empty then, unless its older ones are told as well. */
export function stateAfterTake(rule: Rule, figure: string, nowMs: number): RuleState {
  if (rule.metric === "budget" || rule.metric === "parallel" || figure.includes(";"))
    return stateOf(standingOf(rule, figure), nowMs);
  const sumAt = figure.indexOf("/") + 1;
  const used = Number(figure.slice(sumAt, figure.indexOf("/", sumAt)));
  const resetMs = used === 0 ? 0 : sliceFreesInMs(Number(figure.slice(0, sumAt - 1)), rule.spanMs, nowMs);
  return windowState(rule, used, resetMs);
}

/** A rule beside what its counter held. */
export function standingOf(rule: Rule, figure: string): Standing {
  if (rule.metric === "parallel") return { rule, slots: { held: Number(figure) } };
  if (rule.metric !== "budget") return { rule, window: windowOf(rule, figure) };
  const [spent = "0", reserved = "0"] = figure.split("/");
  return { rule, money: { spentNanoUsd: BigInt(spent), reservedNanoUsd: BigInt(reserved) } };
}

/** A window as its hash has it: `newest/sum/count;slice:count,slice:count,`. */
function windowOf(rule: WindowRule, figure: string): SlidingWindow {
  const [header = "", older = ""] = figure.split(";");
  const [newest = 0, , count = 0] = header.split("/").map(Number);
  const counts = new Map([[newest % SLICES, count]]);
  for (const entry of older.split(",")) {
    if (entry === "") continue;
    const [slice = 0, amount = 0] = entry.split(":").map(Number);
    if (newest - slice < SLICES) counts.set(slice % SLICES, amount);
  }
  return SlidingWindow.of(rule.spanMs, newest, counts);
}

/** The candidate's own budgets and what they were charged, where that is not what the call cost. */
export function apart({ rules }: Plan, { candidateCostNanoUsd: cost }: Settlement): string {
  if (cost === undefined) return "";
  const own = rules.flatMap((rule, index) =>
    rule.metric === "budget" && isOfCandidate(rule) ? [index] : [],
  );
  return own.length === 0 ? "" : `${money(cost)},${own.join(",")},`;
}

/** No call costs more than 9 million dollars: what asks for more is refused as if it asked for that. */
export function money(nanoUsd: bigint): string {
  return String(nanoUsd < MOST_NANO_USD ? nanoUsd : MOST_NANO_USD);
}

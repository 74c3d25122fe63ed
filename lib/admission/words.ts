/** Requests in the words of the Lua texts, and what the texts answer as standings and states. */
import type { Lease, Rule, RuleState, Settlement, WindowRule } from "./admission.ts";
import { isOfCandidate, type Standing, stateOf, windowState } from "./standing.ts";
import { SlidingWindow, sliceFreesInMs } from "./window.ts";

const MOST_NANO_USD = BigInt(Number.MAX_SAFE_INTEGER);

/** `metric ceiling span-or-duration period`; see lua/take.lua.ts. */
export function ruleText(rule: Rule): string {
  if (rule.metric === "parallel") return `p ${rule.ceiling} - -`;
  if (rule.metric !== "budget")
    return `${rule.metric === "tokens" ? "t" : "r"} ${rule.ceiling} ${rule.spanMs} -`;
  const { ceilingNanoUsd, duration, periodStartMs, soft } = rule;
  return `${soft ? "s" : "b"} ${ceilingNanoUsd} ${duration ?? "-"} ${periodStartMs ?? "-"}`;
}

/** State of a rule after its take: a window answers `used/slice` then, since the running slice cannot be empty. */
export function stateAfterTake(rule: Rule, figure: string, nowMs: number): RuleState {
  if (rule.metric === "budget" || rule.metric === "parallel" || !figure.includes("/"))
    return stateOf(standingOf(rule, figure), nowMs);
  const [used, slice] = figure.split("/");
  return windowState(rule, Number(used), sliceFreesInMs(Number(slice), rule.spanMs, nowMs));
}

/** A rule beside what its counter held. */
export function standingOf(rule: Rule, figure: string): Standing {
  if (rule.metric === "parallel") return { rule, slots: { held: Number(figure) } };
  if (rule.metric !== "budget") return { rule, window: windowOf(rule, figure) };
  const [spent = "0", reserved = "0"] = figure.split("/");
  return { rule, money: { spentNanoUsd: BigInt(spent), reservedNanoUsd: BigInt(reserved) } };
}

/** A window from the fields of its hash: `n,1234,s,5,17,5`. */
function windowOf(rule: WindowRule, figure: string): SlidingWindow {
  const counts = new Map<number, number>();
  let newest = 0;
  const fields = figure === "" ? [] : figure.split(",");
  for (let i = 0; i < fields.length; i += 2) {
    const value = Number(fields[i + 1]);
    if (fields[i] === "n") newest = value;
    else if (fields[i] !== "s") counts.set(Number(fields[i]), value);
  }
  return SlidingWindow.of(rule.spanMs, newest, counts);
}

/** The candidate's own budgets and what they were charged, where that is not what the call cost. */
export function apart({ rules }: Lease, { candidateCostNanoUsd: cost }: Settlement): string {
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

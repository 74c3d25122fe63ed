/**
 * A list of rules as the Lua texts read it: subject by subject, since a subject's counters lie in one hash. Calls of one
 * caller come with the same list, so that its plan is made once.
 */
import type { BudgetRule, Rule, WindowRule } from "./admission.ts";

export interface Plan {
  /** The subjects whose hashes are read, in the plan's order. */
  readonly subjects: readonly string[];
  /** The rules in the plan's order; the scripts number them so. */
  readonly rules: readonly Rule[];
  /** Where each of those stands in the list. */
  readonly places: readonly number[];
  /**
   * `[[life, every, fields, rules], ...]`, one for each subject: for how long its hash lasts at least and how seldom that is
   * said, both in milliseconds; the fields that a call reads, `x` first; and three words for each rule: `r t p b` (`s`: a
   * soft budget), its ceiling, and the span of a window or `duration period` of a budget.
   */
  readonly text: string;
}

/** Where a counter lies: its subject (`key:ID`) has a hash, and what follows in its name is the field. */
export interface Place {
  readonly subject: string;
  readonly field: string;
}

const HOUR_MS = 3_600_000;
/** Slots and budgets last for two quiet days, windows for two spans. */
const QUIET_MS = 48 * HOUR_MS;

const plans = new WeakMap<readonly Rule[], Plan>();

export function planOf(rules: readonly Rule[]): Plan {
  const known = plans.get(rules);
  if (known) return known;
  const plan = build(rules);
  plans.set(rules, plan);
  return plan;
}

/** The first two parts of a counter's name are its subject's kind and id, which hold no colon (rule-list.ts). */
export function placeOf(counter: string): Place {
  const second = counter.indexOf(":", counter.indexOf(":") + 1);
  if (second < 0) return { subject: counter, field: "" };
  return { subject: counter.slice(0, second), field: counter.slice(second) };
}

/** What is made of each rule of a plan, in the order of the list that it was made from. */
export function listed<T>({ places, rules }: Plan, make: (rule: Rule, number: number) => T): T[] {
  const made = new Array<T>(rules.length);
  for (const [number, rule] of rules.entries()) made[places[number] ?? 0] = make(rule, number);
  return made;
}

/** Budgets by their numbers in the plan, as they stand in the list. */
export function budgetsIn(rules: readonly Rule[], numbers: readonly number[]): BudgetRule[] {
  const { places } = planOf(rules);
  const indexes = numbers.map((number) => places[number] ?? 0).sort((a, b) => a - b);
  return indexes.flatMap((index) => {
    const rule = rules[index];
    return rule?.metric === "budget" ? [rule] : [];
  });
}

function build(rules: readonly Rule[]): Plan {
  const bySubject = Map.groupBy(rules.keys(), (index) => placeOf(rules[index]?.counter ?? "").subject);
  const places = [...bySubject.values()].flat();
  const inOrder = (indexes: readonly number[]) => indexes.flatMap((index) => rules[index] ?? []);
  return {
    subjects: [...bySubject.keys()],
    rules: inOrder(places),
    places,
    text: JSON.stringify([...bySubject.values()].map((indexes) => subjectOf(inOrder(indexes)))),
  };
}

function subjectOf(rules: readonly Rule[]): unknown[] {
  const spans = rules.flatMap((rule) => ("spanMs" in rule ? rule.spanMs : []));
  const lifeMs = Math.max(...spans.map((ms) => 2 * ms + 60_000), spans.length < rules.length ? QUIET_MS : 0);
  return [
    lifeMs,
    Math.min(lifeMs, HOUR_MS),
    ["x", ...rules.flatMap(fieldsOf)],
    rules.flatMap((rule) =>
      rule.metric === "parallel"
        ? ["p", rule.ceiling, 0]
        : rule.metric === "budget"
          ? budgetWords(rule)
          : windowWords(rule),
    ),
  ];
}

function fieldsOf({ counter, metric }: Rule): string[] {
  const { field } = placeOf(counter);
  return metric === "budget" ? [`b${field}`, `s${field}`, `r${field}`] : [field];
}

function windowWords({ ceiling, metric, spanMs }: WindowRule): unknown[] {
  return [metric === "tokens" ? "t" : "r", ceiling, spanMs];
}

function budgetWords({ ceilingNanoUsd, duration, periodStartMs, soft }: BudgetRule): unknown[] {
  return [soft ? "s" : "b", String(ceilingNanoUsd), `${duration ?? "-"} ${periodStartMs ?? "-"}`];
}

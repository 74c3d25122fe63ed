/**
 * Admission by one process while the shared store does not answer: its own memory, with its share of every window and slot.
 * A budget keeps its whole ceiling, since money cannot be shared out; instead the ledger is asked again every few
 * seconds, because the other instances spend too. So an outage costs at most what all instances spend in that time.
 */
import type { Clock } from "../clock.ts";
import type {
  Admitted,
  BudgetRule,
  Lease,
  Refused,
  Rule,
  RuleState,
  Settlement,
  TakeRequest,
  Unprimed,
} from "./admission.ts";
import { MemoryAdmission } from "./memory.ts";
import { isOf } from "./rule-list.ts";

const PRIMED_FOR_MS = 3_000;

export class LocalShare {
  readonly #memory = new MemoryAdmission();
  readonly #clock: Clock;
  readonly #shares = new WeakMap<Rule, { readonly instances: number; readonly rule: Rule }>();
  readonly #primedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param instances how many processes share the ceilings */
  take(request: TakeRequest, instances: number): Admitted | Refused | Unprimed {
    const atMs = this.#clock.monotonic();
    for (const rule of request.rules) if (rule.metric === "budget") this.#age(rule, request, atMs);
    const rules = request.rules.map((rule) => this.#share(rule, instances));
    const verdict = this.#memory.take({ ...request, rules });
    if (verdict.kind === "unprimed") return verdict;
    if (verdict.kind === "refused") return { ...verdict, local: true };
    return { ...verdict, lease: { ...verdict.lease, local: true }, local: true };
  }

  settle(lease: Lease, actual: Settlement): readonly BudgetRule[] {
    return this.#memory.settle(lease, actual);
  }

  renew(nowMs: number, leaseTtlMs: number): void {
    this.#memory.renew(nowMs, leaseTtlMs);
  }

  look(rules: readonly Rule[], nowMs: number, instances: number): readonly (RuleState | null)[] {
    const shares = rules.map((rule) => this.#share(rule, instances));
    return this.#memory.look(shares, nowMs);
  }

  /** Spend was changed by hand. */
  forget(counter: string): void {
    this.#memory.setSpend(counter, null);
  }

  erase(kind: string, id: string): number {
    for (const counter of this.#primedAtMs.keys())
      if (isOf(counter, kind, id)) this.#primedAtMs.delete(counter);
    return this.#memory.erase(kind, id);
  }

  /** The outage is over: the next one asks the ledger anew. */
  forgetAll(): void {
    for (const counter of this.#primedAtMs.keys()) this.forget(counter);
    this.#primedAtMs.clear();
  }

  /** Makes a budget unprimed whose figure is too old to go by. */
  #age({ counter }: BudgetRule, request: TakeRequest, atMs: number): void {
    if (atMs - (this.#primedAtMs.get(counter) ?? -Infinity) < PRIMED_FOR_MS) return;
    this.forget(counter);
    if (request.primed?.has(counter)) this.#primedAtMs.set(counter, atMs);
  }

  #share(rule: Rule, instances: number): Rule {
    if (rule.metric === "budget" || instances <= 1) return rule;
    const known = this.#shares.get(rule);
    if (known?.instances === instances) return known.rule;
    const share = { ...rule, ceiling: Math.ceil(rule.ceiling / instances) };
    this.#shares.set(rule, { instances, rule: share });
    return share;
  }
}

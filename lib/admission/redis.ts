/**
 * Admission in a Redis that every process shares: one script to take, one to settle, one round trip each. The deciding
 * happens in Redis (lua/*.ts); here requests are put into words and answers into verdicts. Settlements of one turn of
 * the event loop travel as one call; nobody who answers a client should wait for them.
 */
import type {
  AdmissionStore,
  BudgetRule,
  Lease,
  Rule,
  RuleState,
  Settlement,
  TakeRequest,
  Verdict,
} from "./admission.ts";
import { eraseCounters } from "./erase-counters.ts";
import { lookScript } from "./lua/look.lua.ts";
import { renewScript } from "./lua/renew.lua.ts";
import { settleScript } from "./lua/settle.lua.ts";
import { heartbeatScript, setSpendScript, spentScript } from "./lua/spend.lua.ts";
import { takeScript } from "./lua/take.lua.ts";
import { budgetsIn, listed, type Plan, placeOf, planOf } from "./plan.ts";
import { ownerOf } from "./rule-list.ts";
import { refusalsOf, stateOf } from "./standing.ts";
import { isStoreAway, StoreAwayError } from "./store-away.ts";
import type { Transport } from "./transport.ts";
import { apart, money, standingOf, stateAfterTake } from "./words.ts";

export interface RedisAdmissionOptions {
  readonly transport: Transport;
  /** null: Redis's own time decides, so that the clocks of instances need not agree. Tests pass theirs. */
  readonly clock: (() => number) | null;
  /** Gateways with different ones share nothing. It stands in the hash tag, so a cluster keeps each on one shard. */
  readonly namespace?: string;
}

interface Waiting {
  readonly lease: Lease;
  readonly actual: Settlement;
  readonly done: (crossed: readonly BudgetRule[]) => void;
  readonly failed: (error: unknown) => void;
}

/** More in one call would hold up the takes of others. */
const SETTLE_AT_ONCE = 100;
const RENEW_AT_ONCE = 500;

/**
 * Stands in every key whose content the scripts read. It changes with their form: what an earlier release counted is left
 * to end by itself, budgets are asked of the ledger again, and both releases may run beside each other.
 */
const FORM = "2:";

export class RedisAdmission implements AdmissionStore {
  readonly #transport: Transport;
  readonly #clock: (() => number) | null;
  readonly #prefix: string;
  readonly #ground: readonly [clock: string, leases: string];
  /** Keys of a plan's subjects. */
  readonly #keys = new WeakMap<Plan, readonly string[]>();
  #waiting: Waiting[] = [];
  /** Leases that were taken here and have not been settled. */
  readonly #running = new Set<string>();

  constructor({ clock, namespace = "shin", transport }: RedisAdmissionOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#prefix = `{${namespace}}:`;
    this.#ground = [`${this.#prefix}${FORM}clock`, `${this.#prefix}${FORM}leases`];
  }

  /** @throws StoreAwayError, as every method does */
  async take(request: TakeRequest): Promise<Verdict> {
    const { least, primed } = request;
    const plan = planOf(request.rules);
    const args = [
      this.#time(),
      whole(request.leaseTtlMs),
      whole(request.tokens),
      money(request.costNanoUsd),
      least ? whole(least.tokens) : "",
      least ? money(least.costNanoUsd) : "",
      plan.text,
    ];
    if (primed)
      for (const [number, rule] of plan.rules.entries()) {
        const spent = primed.get(rule.counter);
        if (spent !== undefined) args.push(String(number), String(spent));
      }
    const keys = [...this.#ground, this.#leaseKey(request.leaseId), ...this.#keysOf(plan)];
    return this.#verdict(request, plan, await this.#transport.run(takeScript, keys, args));
  }

  settle(lease: Lease, actual: Settlement): Promise<readonly BudgetRule[]> {
    this.#running.delete(lease.id);
    return new Promise((done, failed) => {
      if (this.#waiting.push({ lease, actual, done, failed }) === 1) setImmediate(() => this.#flush());
    });
  }

  /** Many at a time would hold up the takes of others. */
  async renew(_nowMs: number, leaseTtlMs: number): Promise<void> {
    const ids = [...this.#running];
    for (let i = 0; i < ids.length; i += RENEW_AT_ONCE) {
      const keys = ids.slice(i, i + RENEW_AT_ONCE).map((id) => this.#leaseKey(id));
      await this.#transport.run(renewScript, [...this.#ground, ...keys], [this.#time(), whole(leaseTtlMs)]);
    }
  }

  async look(rules: readonly Rule[]): Promise<readonly (RuleState | null)[]> {
    const plan = planOf(rules);
    const keys = [...this.#ground, ...this.#keysOf(plan)];
    const reply = await this.#transport.run(lookScript, keys, [this.#time(), plan.text]);
    const [now = "", ...figures] = reply.split(" ");
    return listed(plan, (rule, number) => {
      const figure = figures[number] ?? "-";
      return figure === "-" ? null : stateOf(standingOf(rule, figure), Number(now));
    });
  }

  async setSpend(counter: string, spentNanoUsd: bigint | null): Promise<void> {
    const spent = spentNanoUsd === null ? "" : String(spentNanoUsd);
    const { field, subject } = placeOf(counter);
    await this.#transport.run(setSpendScript, [this.#subjectKey(subject)], [spent, field]);
  }

  /** Makes many budgets unprimed in one round trip. */
  async forget(counters: readonly string[]): Promise<void> {
    const places = counters.map((counter) => placeOf(counter));
    const keys = places.map(({ subject }) => this.#subjectKey(subject));
    const fields = places.map(({ field }) => field);
    if (keys.length > 0) await this.#transport.run(setSpendScript, keys, ["", ...fields]);
  }

  /** Leases that run keep naming the counters until they settle. */
  erase(kind: string, id: string): Promise<number> {
    const erased = { kind, idInKeys: line(ownerOf("", id).slice(1)), idBefore: line(id) };
    return eraseCounters(this.#transport, this.#prefix, this.#subjectKey(""), erased);
  }

  async spent(counter: string): Promise<bigint | null> {
    const { field, subject } = placeOf(counter);
    const text = await this.#transport.run(spentScript, [this.#subjectKey(subject)], [field]);
    return text === "" ? null : BigInt(text);
  }

  /**
   * A sign of life of one instance, which counts for so long.
   * @returns how many instances live
   */
  async beat(instance: string, lifeMs: number, leaving = false): Promise<number> {
    const args = [instance, whole(lifeMs), leaving ? "1" : ""];
    return Number(await this.#transport.run(heartbeatScript, [`${this.#prefix}instances`], args));
  }

  reconnect(): void {
    this.#transport.reconnect();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#transport.close();
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const batches: Promise<void>[] = [];
    for (let i = 0; i < waiting.length; i += SETTLE_AT_ONCE)
      batches.push(this.#settle(waiting.slice(i, i + SETTLE_AT_ONCE)));
    await Promise.all(batches);
  }

  /** Never rejects: each settlement hears its own end. */
  async #settle(batch: readonly Waiting[]): Promise<void> {
    const keys: string[] = [...this.#ground];
    const args = [this.#time()];
    for (const { actual, lease } of batch) {
      keys.push(this.#leaseKey(lease.id));
      args.push(whole(actual.tokens), money(actual.costNanoUsd), apart(planOf(lease.rules), actual));
    }
    try {
      const reply = await this.#transport.run(settleScript, keys, args);
      const crossed = batch.map((): number[] => []);
      for (const pair of reply === "" ? [] : reply.split(" ")) {
        const [lease = 0, number = 0] = pair.split("/").map(Number);
        crossed[lease]?.push(number);
      }
      for (const [index, { done, lease }] of batch.entries())
        done(budgetsIn(lease.rules, crossed[index] ?? []));
    } catch (error) {
      // A settlement that the script cannot digest must not take the others with it; twice is once.
      if (!isStoreAway(error) && batch.length > 1) await Promise.all(batch.map((one) => this.#settle([one])));
      else for (const { failed } of batch) failed(error);
    }
  }

  #verdict({ leaseId, rules }: TakeRequest, plan: Plan, reply: string): Verdict {
    const [kind, ...rest] = reply.split(" ");
    if (kind === "U") return { kind: "unprimed", budgets: budgetsIn(rules, rest.map(Number)) };
    const [now, tokens = "", cost = "", ...figures] = rest;
    const nowMs = Number(now);
    const amounts = { tokens: Number(tokens), costNanoUsd: BigInt(cost) };
    if (kind === "R") {
      const standings = listed(plan, (rule, number) => standingOf(rule, figures[number] ?? ""));
      const states = standings.map((standing) => stateOf(standing, nowMs));
      return { kind: "refused", states, refusals: refusalsOf(standings, amounts, nowMs) };
    }
    if (kind !== "A") throw new StoreAwayError(`the admission store answered "${reply.slice(0, 40)}"`);
    const states = listed(plan, (rule, number) => stateAfterTake(rule, figures[number + 1] ?? "", nowMs));
    const lease: Lease = {
      id: leaseId + "~".repeat(Number(figures[0])),
      rules,
      takenAtMs: nowMs,
      ...amounts,
    };
    this.#running.add(lease.id);
    return { kind: "admitted", states, lease };
  }

  #time(): string {
    return this.#clock ? whole(this.#clock()) : "";
  }

  #leaseKey(id: string): string {
    return `${this.#prefix}${FORM}lease:${line(id)}`;
  }

  #subjectKey(subject: string): string {
    return `${this.#prefix}${FORM}subject:${line(subject)}`;
  }

  #keysOf(plan: Plan): readonly string[] {
    const known = this.#keys.get(plan);
    if (known) return known;
    const keys = plan.subjects.map((subject) => this.#subjectKey(subject));
    this.#keys.set(plan, keys);
    return keys;
  }
}

/** Redis counts in whole numbers, and Lua in those that a double holds. */
function whole(number: number): string {
  return String(Math.min(Math.ceil(number), Number.MAX_SAFE_INTEGER));
}

/** A lease's text has a line for each subject, so a name may not break the line. */
function line(name: string): string {
  return name.replace(/[\n%]/g, encodeURIComponent);
}

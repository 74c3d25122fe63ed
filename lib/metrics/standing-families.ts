/** Gauges of the gateway as a whole, asked of the database at most every few seconds however many scrape. */
import type { Sql } from "#db/client.ts";
import { chargedSpend } from "#db/queries/budget-spend.ts";
import { totalOf } from "#db/queries/spend.ts";
import { freezesInForce, jobsByState, keysNearBudget, standing } from "#db/queries/standing-figures.ts";
import { type CallbackStanding, readCallbacks } from "#lib/callbacks/standing.ts";
import type { Config } from "#lib/config/config.ts";
import { periodOf } from "#lib/people/ceilings-view.ts";
import type { DatabaseHealth } from "../database-health.ts";
import { writeCallbacks } from "./callback-families.ts";
import type { Exposition } from "./exposition.ts";

type Budgets = Pick<
  Config,
  "globalBudgetNanoUsd" | "globalBudgetDuration" | "providerBudgets" | "timezone" | "backups" | "callbacks"
>;

export interface StandingFigures {
  /** Null while nothing was ever signed. */
  readonly auditHeadAgeSeconds: number | null;
  readonly auditUnsigned: number;
  readonly backupAgeSeconds: number | null;
  readonly backupBytes: number;
  readonly jobs: readonly { readonly state: string; readonly amount: number }[];
  readonly freezes: readonly { readonly scope: string; readonly amount: number }[];
  readonly keys: readonly { readonly id: string; readonly remaining: number }[];
  readonly callbacks: readonly CallbackStanding[];
  /** Of the gateway's and each provider's budget. */
  readonly used: readonly { readonly scope: string; readonly provider: string; readonly ratio: number }[];
}

const FRESH_MS = 5_000;
const DAY_MS = 86_400_000;
const MOST_KEYS = 20;
const STATES = ["queued", "running", "done", "failed", "cancelled"];
const SCOPES = ["all", "key", "team", "user", "ip", "created_since", "master_key"];

export class StandingReader {
  readonly #sql: Sql;
  readonly #health: DatabaseHealth;
  #read: { readonly atMs: number; readonly figures: Promise<StandingFigures> } | null = null;

  constructor(sql: Sql, health: DatabaseHealth) {
    this.#sql = sql;
    this.#health = health;
  }

  /** @throws what says that the database is away */
  read(nowMs: number, config: Budgets): Promise<StandingFigures> {
    const last = this.#read;
    if (last && nowMs - last.atMs < FRESH_MS) return last.figures;
    const figures = this.#health.run(() => readStanding(this.#sql, nowMs, config));
    this.#read = { atMs: nowMs, figures };
    figures.catch(() => {
      // Whoever waits for it is told; the next scrape asks anew.
      this.#read = null;
    });
    return figures;
  }
}

async function readStanding(sql: Sql, nowMs: number, config: Budgets): Promise<StandingFigures> {
  const providers = Object.entries(config.providerBudgets);
  const startOf = (duration: string | null) => periodOf(duration, nowMs, config.timezone)?.startMs ?? 0;
  const ofGateway = config.globalBudgetNanoUsd;
  const [row, jobs, freezes, keys, byProvider, byAll, callbacks] = await Promise.all([
    standing(sql),
    jobsByState(sql, new Date(nowMs - DAY_MS)),
    freezesInForce(sql),
    keysNearBudget(sql, MOST_KEYS),
    chargedSpend(
      sql,
      providers.map(([subjectId, { duration }]) => ({
        kind: "provider",
        subjectId,
        budget: "main",
        periodStartMs: startOf(duration),
      })),
    ),
    ofGateway === null ? 0n : totalOf(sql, { fromMs: startOf(config.globalBudgetDuration), toMs: null }, {}),
    readCallbacks(sql, config.callbacks, nowMs),
  ]);
  const age = (at: Date | null | undefined) => (at ? Math.max(0, nowMs - at.getTime()) / 1000 : null);
  return {
    auditHeadAgeSeconds: age(row?.head_at),
    auditUnsigned: Number(row?.unsigned ?? 0),
    backupAgeSeconds: age(row?.backup_at),
    backupBytes: Number(row?.backup_bytes ?? 0),
    jobs,
    callbacks,
    freezes,
    keys: keys.map(({ budget_duration, id, share, spend_period_started_at }) => {
      const period = periodOf(budget_duration, nowMs, config.timezone);
      // Spend of an earlier period counts as nothing.
      const runs = period === null || spend_period_started_at?.getTime() === period.startMs;
      return { id, remaining: runs ? Math.max(0, 1 - share) : 1 };
    }),
    used: [
      ...(ofGateway === null ? [] : [{ scope: "gateway", provider: "", ratio: share(byAll, ofGateway) }]),
      ...providers.map(([provider, { maxNanoUsd }], at) => ({
        scope: "provider",
        provider,
        ratio: share(byProvider[at] ?? 0n, maxNanoUsd),
      })),
    ],
  };
}

/** A budget of nothing is used up from the start. */
function share(spent: bigint, max: bigint): number {
  return max === 0n ? 1 : Number(spent) / Number(max);
}

/** @param backupsWanted whether scheduled backups are set up */
export function writeStanding(into: Exposition, figures: StandingFigures, backupsWanted: boolean): void {
  const one = (name: string, help: string, value: number | null) =>
    into.numbers(name, "gauge", help, value === null ? [] : [[{}, value]]);
  one(
    "shin_audit_head_age_seconds",
    "Since the head of the audit log was last signed; it is signed when there are new events.",
    figures.auditHeadAgeSeconds,
  );
  one(
    "shin_audit_unsigned_events",
    "Audit events that no signed head covers yet; above 0 for minutes means that signing fails.",
    figures.auditUnsigned,
  );
  one("shin_backup_wanted", "1 when scheduled backups are set up.", Number(backupsWanted));
  one("shin_backup_age_seconds", "Since the newest verified backup.", figures.backupAgeSeconds);
  if (figures.backupAgeSeconds !== null)
    one("shin_backup_size_bytes", "Size of the newest backup.", figures.backupBytes);
  const amount = <T extends { readonly amount: number }>(rows: readonly T[], is: (row: T) => boolean) =>
    rows.filter(is).reduce((sum, row) => sum + row.amount, 0);
  into.numbers(
    "shin_jobs",
    "gauge",
    "Background jobs by state; ended ones of the last day.",
    STATES.map((state) => [{ state }, amount(figures.jobs, (row) => row.state === state)]),
  );
  writeCallbacks(into, figures.callbacks);
  into.numbers("shin_freezes_in_force", "gauge", "Freezes that hold, by what they hold.", [
    ...SCOPES.map((scope) => [{ scope }, amount(figures.freezes, (row) => row.scope === scope)] as const),
    [{ scope: "other" }, amount(figures.freezes, (row) => !SCOPES.includes(row.scope))],
  ]);
  into.numbers(
    "shin_key_budget_remaining_ratio",
    "gauge",
    `What is left of the running period's budget, of the ${MOST_KEYS} keys that have the least.`,
    figures.keys.map(({ id, remaining }) => [{ key: id }, remaining]),
  );
  into.numbers(
    "shin_ceiling_used_ratio",
    "gauge",
    "Share that is spent of the budgets of the gateway and of providers.",
    figures.used.map(({ provider, ratio, scope }) => [{ scope, provider }, ratio]),
  );
}

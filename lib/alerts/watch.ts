/**
 * What is looked for every minute. Each finding names its cause, and a cause is told once: a budget's level once in its
 * period, a provider that fails once an hour, however often it comes and goes in between.
 */
import { statfs } from "node:fs/promises";
import type { Sql } from "#db/client.ts";
import { expiringKeys, outcomesSince } from "#db/queries/alert-signs.ts";
import type { Clock } from "../clock.ts";
import { forecastsOf } from "../console/budget-forecasts.ts";
import { type BudgetDeps, type BudgetLine, readBudgets } from "../console/budget-list.ts";
import type { DatabaseHealth } from "../database-health.ts";
import type { Log } from "../log.ts";
import { formatUsd, NANO_PER_USD } from "../money.ts";
import { type Alert, raiseAlert } from "./alerts.ts";

export interface WatchDeps extends BudgetDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: Pick<DatabaseHealth, "away">;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LEVELS = [100, 80, 50] as const;
const MOST_BUDGETS = 2_000;
/** Forecasts cost a query an owner kind, and change slowly. */
const FORECAST_EVERY_MS = HOUR_MS;
const SPAN_MS = 10 * MINUTE_MS;
const LEAST_CALLS = 20;
const LEAST_CALLS_DOWN = 5;
const ERROR_PERCENT = 10;
const SLOW_MS = 250;
const SLOW_TIMES = 3;
const EXPIRY_DAYS = 7;
const DISK_PERCENT = 10;
const DISK_BYTES = 1024 ** 3;

export class Watch {
  readonly #deps: WatchDeps;
  #slow = 0;
  #forecastAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** Looks once. @returns how many alerts were raised that were not raised before */
  async pass(): Promise<number> {
    const nowMs = this.#deps.clock.now();
    const found = [
      ...(await this.#database(nowMs)),
      ...(await this.#budgets(nowMs)),
      ...(await this.#providers(nowMs)),
      ...(await this.#keys(nowMs)),
      ...(await this.#disk(nowMs)),
    ];
    let raised = 0;
    for (const alert of found) if (await raiseAlert(this.#deps, alert)) raised += 1;
    return raised;
  }

  async #database(nowMs: number): Promise<Alert[]> {
    const { clock, sql } = this.#deps;
    const startMs = clock.monotonic();
    await sql`select 1`;
    const tookMs = Math.round(clock.monotonic() - startMs);
    this.#slow = tookMs < SLOW_MS ? 0 : this.#slow + 1;
    if (this.#slow < SLOW_TIMES) return [];
    return [
      {
        kind: "database_slow",
        subject: { kind: "gateway", id: "database", name: "database" },
        cause: hourOf(nowMs),
        message: `The database took ${tookMs} ms for an empty question, ${SLOW_TIMES} minutes in a row.`,
        data: { took_ms: tookMs },
      },
    ];
  }

  async #budgets(nowMs: number): Promise<Alert[]> {
    const lines = (await readBudgets(this.#deps, { most: MOST_BUDGETS }, nowMs)).filter(
      (line) => line.limitNanoUsd !== null && line.limitNanoUsd > 0n,
    );
    const levels = lines.flatMap((line) => levelAlert(line) ?? []);
    if (nowMs - this.#forecastAtMs < FORECAST_EVERY_MS) return levels;
    this.#forecastAtMs = nowMs;
    const { timezone } = this.#deps.policy().config;
    const open = lines.filter((line) => line.spentNanoUsd < (line.limitNanoUsd ?? 0n) && line.endMs !== null);
    const forecasts = await forecastsOf({ deps: this.#deps, nowMs, timezone }, open);
    return levels.concat(
      open.flatMap((line) => {
        const runsOutAtMs = forecasts.get(line.id)?.runsOutAtMs ?? null;
        return runsOutAtMs === null ? [] : forecastAlert(line, runsOutAtMs, nowMs);
      }),
    );
  }

  async #providers(nowMs: number): Promise<Alert[]> {
    const rows = await outcomesSince(this.#deps.sql, new Date(nowMs - SPAN_MS));
    return rows.flatMap(({ calls, deployment_id: id, failed, provider }): Alert[] => {
      const subject = { kind: "deployment", id, name: id };
      const data = { calls: Number(calls), failed: Number(failed), provider };
      const cause = `${id} ${hourOf(nowMs)}`;
      if (failed === calls && calls >= LEAST_CALLS_DOWN)
        return [
          {
            kind: "provider_down",
            severity: "critical",
            subject,
            cause,
            message: `${provider} answers nothing for deployment "${id}": all of the last ${calls} calls failed.`,
            data,
          },
        ];
      const percent = Math.round((Number(failed) / Number(calls)) * 100);
      if (calls < LEAST_CALLS || percent < ERROR_PERCENT) return [];
      const message = `${percent} % of the last ${calls} calls of deployment "${id}" (${provider}) failed.`;
      return [{ kind: "error_rate", subject, cause, message, data }];
    });
  }

  async #keys(nowMs: number): Promise<Alert[]> {
    const rows = await expiringKeys(this.#deps.sql, new Date(nowMs), new Date(nowMs + EXPIRY_DAYS * DAY_MS));
    return rows.map(({ alias, expires_at: expiresAt, id }) => ({
      kind: "key_expiring",
      subject: { kind: "key", id, name: alias ?? id },
      cause: `${id} ${expiresAt.toISOString()}`,
      message: `Key "${alias ?? id}" is in use and expires on ${expiresAt.toISOString().slice(0, 10)}: extend it, or rotate it.`,
      data: { expires_at: expiresAt.toISOString() },
    }));
  }

  /** The data folder's disk; nothing where there is none of ours. */
  async #disk(nowMs: number): Promise<Alert[]> {
    const { config } = this.#deps.policy();
    if (config.serverless) return [];
    const facts = await statfs(config.dataDir).catch((error: unknown) => {
      // A gateway over an outside database may have no data folder.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    if (facts === null || facts.blocks === 0) return [];
    const free = facts.bavail * facts.bsize;
    const percent = Math.floor((facts.bavail / facts.blocks) * 100);
    if (percent >= DISK_PERCENT && free >= DISK_BYTES) return [];
    const gib = (free / 1024 ** 3).toFixed(1);
    return [
      {
        kind: "disk_low",
        severity: "critical",
        subject: { kind: "gateway", id: "disk", name: "data folder" },
        cause: new Date(nowMs).toISOString().slice(0, 10),
        message: `The disk of the data folder has ${gib} GiB left (${percent} %).`,
        data: { free_bytes: free, free_percent: percent },
      },
    ];
  }
}

/** The highest level that is reached: the ones below it were told on the way, or no longer matter. */
function levelAlert(line: BudgetLine): Alert | null {
  const limit = line.limitNanoUsd ?? 0n;
  const percent = Number((line.spentNanoUsd * 100n) / limit);
  const level = LEVELS.find((one) => percent >= one);
  if (level === undefined) return null;
  return {
    kind: "budget_level",
    severity: level === 100 ? "critical" : level === 80 ? "warning" : "info",
    subject: { kind: line.kind, id: line.subjectId, name: line.name },
    cause: `${line.id} ${level} ${line.startMs ?? 0} ${limit}`,
    message: `${percent} % of the budget of ${line.kind.replaceAll("_", " ")} "${line.name}" is spent: $${toTheCent(line.spentNanoUsd)} of $${formatUsd(limit)}.`,
    data: { level, spent_usd: formatUsd(line.spentNanoUsd), max_budget_usd: formatUsd(limit) },
  };
}

/** For reading: cents, of amounts below a dollar all digits. Cut and not rounded, so that what is not reached does not look so. */
function toTheCent(nanoUsd: bigint): string {
  return formatUsd(nanoUsd < NANO_PER_USD ? nanoUsd : nanoUsd - (nanoUsd % (NANO_PER_USD / 100n)));
}

function forecastAlert(line: BudgetLine, runsOutAtMs: number, nowMs: number): Alert[] {
  if (line.endMs === null || runsOutAtMs >= line.endMs || runsOutAtMs < nowMs) return [];
  const day = new Date(runsOutAtMs).toISOString().slice(0, 10);
  const message = `At the pace of the last four weeks the budget of ${line.kind.replaceAll("_", " ")} "${line.name}" runs out on ${day}, before its period ends.`;
  return [
    {
      kind: "budget_forecast",
      subject: { kind: line.kind, id: line.subjectId, name: line.name },
      cause: `${line.id} ${line.startMs ?? 0} ${line.limitNanoUsd}`,
      message,
      data: { runs_out_at: new Date(runsOutAtMs).toISOString() },
    },
  ];
}

function hourOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 13);
}

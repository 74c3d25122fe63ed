/** Setting how long things are kept, and what the console and the API show of it. */
import { listJobs } from "#db/queries/jobs.ts";
import { readSetting, writeSetting } from "#db/queries/retention.ts";
import { writeAudit } from "../../audit/audit.ts";
import { GatewayError } from "../../errors.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import { type Operator, operatorName } from "../requests/deps.ts";
import { PURGE_EVERY_MS, RETENTION_KIND, type Removed } from "./purge.ts";
import type { RetentionStore } from "./schema.ts";
import { RETENTION_SETTING, readTerms, type Term } from "./terms.ts";

/** @throws GatewayError invalid_request for a store that config.yaml rules */
export async function saveRetention(
  deps: JobDeps,
  by: Operator,
  days: Readonly<Partial<Record<RetentionStore, number | null | undefined>>>,
): Promise<void> {
  const terms = await readTerms(deps.sql, deps.policy().config);
  for (const { open, setBy, store } of terms)
    if (!open && days[store] !== undefined)
      throw new GatewayError(
        "invalid_request",
        `${store} is set in ${setBy} and can be changed there alone`,
        {
          param: "days",
        },
      );
  requireOrder(terms, days);
  const before = (await readSetting(deps.sql, RETENTION_SETTING)) ?? {};
  const merged = Object.entries({ ...before, ...days }).filter(([, value]) => typeof value === "number");
  const after = Object.fromEntries(merged);
  const nowMs = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await writeSetting(tx, RETENTION_SETTING, after, operatorName(by), new Date(nowMs));
    await writeAudit(tx, by.actor, nowMs, {
      action: "privacy.retention.set",
      target: { kind: "setting", id: RETENTION_SETTING },
      before: { ...before },
      after,
    });
  });
}

/** @throws GatewayError invalid_request */
function requireOrder(
  terms: readonly Term[],
  days: Readonly<Partial<Record<RetentionStore, number | null | undefined>>>,
): void {
  const records = days.records ?? terms.find(({ store }) => store === "records")?.days ?? null;
  if (records !== null && typeof days.content === "number" && days.content > records)
    throw new GatewayError(
      "invalid_request",
      `Content cannot be kept longer than the request log, which is kept ${records} days.`,
      { param: "days" },
    );
}

export interface RetentionView {
  readonly terms: readonly Term[];
  readonly lastPurgeAt: Date | null;
  readonly nextPurgeAt: Date | null;
  readonly lastRemoved: Removed;
  readonly running: boolean;
}

export async function readRetention(deps: Pick<JobDeps, "sql" | "policy">): Promise<RetentionView> {
  const terms = await readTerms(deps.sql, deps.policy().config);
  const runs = await listJobs(deps.sql, { kind: RETENTION_KIND }, 0, 20);
  const last = runs.find(({ state }) => state === "done");
  const scheduled = runs.find(({ started_by: by }) => by === "schedule");
  return {
    terms,
    lastPurgeAt: last?.finished_at ?? null,
    nextPurgeAt: scheduled ? new Date(scheduled.created_at.getTime() + PURGE_EVERY_MS) : null,
    lastRemoved: (last?.result?.["removed"] ?? {}) as Removed,
    running: runs.some(({ state }) => state === "running" || state === "queued"),
  };
}

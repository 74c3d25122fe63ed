/** Runs checks for somebody who waits: what costs little here and now, the rest as a job whose end is waited for a while. */
import { setTimeout as wait } from "node:timers/promises";
import { findJob } from "#db/queries/jobs.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { Check } from "#lib/compliance/check.ts";
import { LIGHT_CHECKS } from "#lib/compliance/jobs.ts";
import { readStandings, runChecks } from "#lib/compliance/run.ts";
import { standingView } from "#lib/compliance/standing.ts";
import type { GatewayDeps } from "./context.ts";

const PATIENCE_MS = 8_000;
const LOOK_MS = 50;

export interface Ran {
  /** As they stand now; those of a job that still runs as they stood. */
  readonly checks: readonly Record<string, unknown>[];
  /** A job that goes on; null: everything is done. */
  readonly job_id: string | null;
}

/** @param actor for the event that says who had them run */
export async function runAndWait(deps: GatewayDeps, checks: readonly Check[], actor: Actor): Promise<Ran> {
  const light = checks.filter((check) => LIGHT_CHECKS.includes(check));
  const heavy = checks.filter((check) => !LIGHT_CHECKS.includes(check));
  await deps.db.transaction((tx) =>
    writeAudit(tx, actor, deps.clock.now(), {
      action: "compliance.run",
      target: { kind: "check", id: checks.length === 1 ? (checks[0]?.id ?? "") : "all" },
      before: null,
      after: { checks: checks.length },
    }),
  );
  const job = heavy.length === 0 ? null : await askFor(deps, heavy, actor.id);
  await runChecks(deps, light);
  const runs = job !== null && !(await isOver(deps, job));
  const ids = new Set(checks.map(({ id }) => id));
  const standings = (await readStandings(deps)).filter(({ check }) => ids.has(check.id));
  return { checks: standings.map(standingView), job_id: runs ? job : null };
}

/** Null: the same ones are on their way already. */
function askFor({ jobs }: GatewayDeps, checks: readonly Check[], startedBy: string): Promise<string | null> {
  const ids = checks.map(({ id }) => id);
  return jobs.ask({
    kind: "compliance.checks",
    input: { checks: ids },
    startedBy,
    uniqueKey: `compliance ${ids.join(" ")}`,
  });
}

async function isOver({ sql }: GatewayDeps, id: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    const job = await findJob(sql, id);
    if (job === null || !["queued", "running"].includes(job.state)) return true;
    await wait(LOOK_MS);
  }
  return false;
}

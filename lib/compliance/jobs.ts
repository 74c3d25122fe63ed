/** Checks on a schedule: all of them every day, those that cost little every hour, and after each change of the configuration. */
import { deleteResultsBefore } from "#db/queries/checks.ts";
import { isAway, withDeadline } from "../database-health.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { AskedJob, JobKind } from "../jobs/job.ts";
import type { Log } from "../log.ts";
import { CHECKS, findCheck } from "./catalogue.ts";
import { type Check, DAY_MS } from "./check.ts";
import { runChecks } from "./run.ts";
import { scoreOf, scoreView } from "./standing.ts";

const HOUR_MS = 3_600_000;
/** One that has just begun has seen no calls yet. */
const SETTLE_MS = 10 * 60_000;
const KEPT_DAYS = 400;

/** Those that send no calls and read little. */
export const LIGHT_CHECKS: readonly Check[] = CHECKS.filter(
  (check) => !(check.needs === "gateway" && check.daily),
);

const settled = ({ clock, policy, sightings }: JobDeps, spanMs: number): number =>
  policy().config.serverless || clock.now() - sightings.sinceMs >= SETTLE_MS ? spanMs : 0;

const run: JobKind<JobDeps>["run"] = async ({ deps, input, progress }) => {
  const named = input["checks"];
  const checks = Array.isArray(named) ? named.flatMap((id) => findCheck(String(id)) ?? []) : CHECKS;
  const standings = await runChecks(deps, checks, (done, { title }) =>
    progress({ done, total: checks.length, note: title }),
  );
  return scoreView(scoreOf(standings));
};

const all: JobKind<JobDeps> = {
  kind: "compliance.checks",
  title: () => "Compliance checks",
  attempts: 3,
  cancellable: true,
  everyMs: (deps) => settled(deps, DAY_MS),
  run: async (context) => {
    await deleteResultsBefore(context.deps.sql, new Date(context.deps.clock.now() - KEPT_DAYS * DAY_MS));
    return run(context);
  },
};

const light: JobKind<JobDeps> = {
  kind: "compliance.light",
  title: () => "Compliance checks that cost little",
  attempts: 2,
  cancellable: true,
  everyMs: (deps) => settled(deps, HOUR_MS),
  run: (context) => run({ ...context, input: { checks: LIGHT_CHECKS.map(({ id }) => id) } }),
};

export const COMPLIANCE_JOBS: readonly JobKind<JobDeps>[] = [all, light];

const ANSWER_MS = 2_000;

/** What a new configuration means for the checks is known soon after, and not an hour later. */
export async function checkSoon(deps: {
  readonly jobs: { ask(job: AskedJob): Promise<string | null> };
  readonly log: Log;
}): Promise<void> {
  try {
    const job = { kind: light.kind, startedBy: "configuration" };
    await withDeadline(() => deps.jobs.ask(job), ANSWER_MS);
  } catch (error) {
    // Without the database the new configuration holds all the same; the next hour looks again.
    if (!isAway(error)) throw error;
    deps.log.debug({ err: error }, "compliance checks wait for the database");
  }
}

/** Runs checks, keeps what they found, and raises an alert where one no longer holds. */
import {
  insertResult,
  latestResults,
  type ResultRow,
  resolveCheckAlerts,
  standingWords,
  type WordRow,
} from "#db/queries/checks.ts";
import { raiseAlert } from "../alerts/alerts.ts";
import { isAway } from "../database-health.ts";
import { newId } from "../ids.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { CHECKS } from "./catalogue.ts";
import { type Check, type CheckDeps, type Outcome, unknown } from "./check.ts";
import { runSelfTest, type SelfTest } from "./self-test.ts";
import { CHECK_IDS, type Standing, type Status, standingOf } from "./standing.ts";

/** What the gateway and its jobs both have. */
export type RunDeps = Omit<JobDeps, "ledger">;

/** How every check stands, from what was kept: nothing is looked at anew. */
export async function readStandings(deps: Pick<RunDeps, "sql" | "clock">): Promise<readonly Standing[]> {
  const results = await latestResults(deps.sql, CHECK_IDS);
  const words = await standingWords(deps.sql);
  return CHECKS.map((check) => standing(check, results, words, deps.clock.now()));
}

/**
 * Looks at the given checks, one after the other, and keeps each result as soon as it is there.
 * @param each told of every one that is done, for the progress of a job
 */
export async function runChecks(
  deps: RunDeps,
  checks: readonly Check[],
  each: (done: number, check: Check) => Promise<void> = async () => {},
): Promise<readonly Standing[]> {
  const before = await latestResults(deps.sql, CHECK_IDS);
  const words = await standingWords(deps.sql);
  const runId = newId("chk", deps.clock.now());
  const selfTest = once(() => runSelfTest({ ...deps, config: deps.policy().config }));
  const standings: Standing[] = [];
  for (const [index, check] of checks.entries()) {
    const former = standing(check, before, words, deps.clock.now());
    const outcome = await lookAt(deps, check, former, selfTest);
    const at = new Date(deps.clock.now());
    const facts = outcome.facts ?? {};
    const evidence = { found: outcome.found, line: outcome.line, facts };
    const row: ResultRow = { check_id: check.id, at, run_id: runId, result: "", evidence };
    const next = standingOf(check, row, words, at.getTime());
    const stored = next.status === "expired" ? "unknown" : next.status;
    await insertResult(deps.sql, { checkId: check.id, at, runId, result: stored }, evidence);
    await tell(deps, former, next);
    standings.push(next);
    await each(index + 1, check);
  }
  return standings;
}

function standing(
  check: Check,
  results: readonly ResultRow[],
  words: readonly WordRow[],
  nowMs: number,
): Standing {
  return standingOf(
    check,
    results.find(({ check_id }) => check_id === check.id),
    words,
    nowMs,
  );
}

/** A look that fails has seen nothing: the others go on. @throws when the database is away, for nothing can be kept then */
async function lookAt(
  deps: RunDeps,
  check: Check,
  former: Standing,
  selfTest: () => Promise<SelfTest>,
): Promise<Outcome> {
  if (check.needs === "person") return unknown("Only a person can tell");
  const given: CheckDeps = {
    ...deps,
    config: deps.policy().config,
    cwd: process.cwd(),
    nowMs: deps.clock.now(),
    previous: former.facts,
    selfTest,
  };
  try {
    return await check.run(given);
  } catch (error) {
    if (isAway(error)) throw error;
    deps.log.warn({ err: error, check: check.id }, "a compliance check could not be run");
    return unknown("It could not be looked at: the gateway's log says why");
  }
}

const GOOD: readonly Status[] = ["passed", "attested", "not_applicable"];
const OPEN: readonly Status[] = ["failed", "unknown", "expired"];

/** One alert each time a check that held no longer does; it is over when the check holds again. */
async function tell(deps: RunDeps, former: Standing, next: Standing): Promise<void> {
  const { check } = next;
  if (GOOD.includes(next.status)) {
    await resolveCheckAlerts(deps.sql, check.id, new Date(deps.clock.now()));
    return;
  }
  if (!GOOD.includes(former.status) || !OPEN.includes(next.status)) return;
  await raiseAlert(deps, {
    kind: "check_failed",
    subject: { kind: "check", id: check.id, name: check.title },
    cause: `since ${former.checkedAt?.toISOString() ?? "the start"}`,
    message: `a compliance check no longer holds: ${check.title} (${next.line})`,
    data: { check: check.id, was: former.status, is: next.status },
  });
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= work();
    return running;
  };
}

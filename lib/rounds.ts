/** What comes round in a process that lives; where none does, the scheduler asks for the same by `GET /cron/*`. */
import { listChore } from "./backup/take.ts";
import { callbackChore } from "./callbacks/jobs.ts";
import type { Chore } from "./chores.ts";
import type { JobDeps } from "./jobs/deps.ts";
import type { AskedJob } from "./jobs/job.ts";
import { keepHouse } from "./privacy/upkeep.ts";

const UPKEEP_MS = 3_600_000;
const RECONCILE_MS = 60_000;
const WATCH_MS = 60_000;
const SEND_MS = 20_000;
const STREAMS_MS = 2_000;

interface RoundDeps extends JobDeps {
  readonly reconciler: { pass(): Promise<unknown> };
  readonly watch: { pass(): Promise<unknown> };
  readonly openStreams: { pass(): Promise<void> };
  readonly alertDesk: { pass(): Promise<unknown> };
  readonly jobs: { ask(job: AskedJob): Promise<string | null> };
}

export const roundsOf = (deps: RoundDeps): readonly Chore[] => [
  { name: "hourly upkeep", everyMs: UPKEEP_MS, run: () => keepHouse(deps) },
  {
    name: "comparing counters with the ledger",
    everyMs: RECONCILE_MS,
    run: () => deps.reconciler.pass(),
  },
  listChore(deps),
  { name: "looking for what to raise an alert about", everyMs: WATCH_MS, run: () => deps.watch.pass() },
  { name: "sending alerts", everyMs: SEND_MS, run: () => deps.alertDesk.pass() },
  { name: "ending streams of revoked keys", everyMs: STREAMS_MS, run: () => deps.openStreams.pass() },
  callbackChore(deps),
];

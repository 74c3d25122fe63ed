/** The standing jobs of callbacks, one a destination, each in a lane of its own: a dead destination holds nobody up. */
import { CALLBACK_KINDS, type CallbackKind } from "../config/callbacks.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { AskedJob, JobKind } from "../jobs/job.ts";
import { deliverNew } from "./deliver.ts";
import { destinationOf } from "./open.ts";

const PAUSE_MS = 5_000;
const SCHEDULE_MS = 30_000;

export const jobKindOf = (kind: CallbackKind): string => `callback.${kind}`;

export const CALLBACK_JOBS: readonly JobKind<JobDeps>[] = CALLBACK_KINDS.map((kind) => ({
  kind: jobKindOf(kind),
  title: () => `Records of calls to ${kind}`,
  attempts: 1,
  cancellable: false,
  lane: jobKindOf(kind),
  run: async (context) => {
    const destination = destinationOf(context.deps, kind);
    return destination === null ? { ended: "not configured any more" } : deliverNew(context, destination);
  },
  standing: (deps, { more }) => {
    const destination = destinationOf(deps, kind);
    if (destination === null) return null;
    if (more === true) return 0;
    return destination.kind === "s3" ? destination.flushMs : PAUSE_MS;
  },
}));

/** By its kind. */
export const isCallbackJob = (kind: string): boolean => CALLBACK_JOBS.some((one) => one.kind === kind);

interface StartDeps extends Pick<JobDeps, "policy" | "clock"> {
  readonly jobs: { ask(job: AskedJob): Promise<string | null> };
}

/** Begins the jobs of destinations that have none: each gets the calls that begin from now on. */
export async function startCallbacks({ clock, jobs, policy }: StartDeps): Promise<void> {
  for (const { kind } of policy().config.callbacks) {
    const name = jobKindOf(kind);
    await jobs.ask({
      kind: name,
      startedBy: "schedule",
      uniqueKey: name,
      input: { fromMs: clock.now() },
    });
  }
}

/** That now and then: another instance may have ended a job before it read the configuration. */
export const callbackChore = (deps: StartDeps) => ({
  name: "beginning callbacks",
  everyMs: SCHEDULE_MS,
  run: () => startCallbacks(deps),
});

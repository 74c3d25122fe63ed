/** A job as the browser has it from the admin API, and what its state is called. */
import type { Tone } from "../ui/badge.tsx";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface JobLine {
  readonly id: string;
  readonly state: JobState;
  readonly done: number | null;
  readonly total: number | null;
  readonly note: string | null;
  /** Pieces a second. */
  readonly rate: number | null;
  readonly eta_seconds: number | null;
  readonly cancellable: boolean;
  readonly cancelling: boolean;
  readonly error: string | null;
}

export const JOB_STATES: Readonly<Record<JobState, { readonly name: string; readonly tone: Tone }>> = {
  queued: { name: "Waiting", tone: "neutral" },
  running: { name: "Running", tone: "accent" },
  done: { name: "Done", tone: "good" },
  failed: { name: "Failed", tone: "bad" },
  cancelled: { name: "Cancelled", tone: "warn" },
};

export function isAlive({ state }: Pick<JobLine, "state">): boolean {
  return state === "queued" || state === "running";
}

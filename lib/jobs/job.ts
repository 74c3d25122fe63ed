/** What a kind of job is, and what it is given to work with. */
import type { Sql } from "#db/client.ts";
import type { Role } from "#lib/console/roles.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { FileEnd, FileWriter } from "./file.ts";

export interface JobContext<D> {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** User id, `master_key`, or `schedule`. */
  readonly startedBy: string;
  /** What an earlier attempt left with `progress`; undefined at the first. */
  readonly cursor: unknown;
  /** 1 at the first attempt. */
  readonly attempt: number;
  readonly deps: D;
  /** Aborted when the job is cancelled, lost to another instance, or the process stops. */
  readonly signal: AbortSignal;
  /**
   * Says how far the job is, and leaves a cursor for whoever goes on after a crash. To be called after every piece of work.
   * @throws JobStopped when the job was cancelled or is no longer this instance's
   */
  progress(step: {
    readonly done: number;
    readonly total: number | null;
    readonly note?: string;
    readonly cursor?: unknown;
  }): Promise<void>;
  /** Begins the job's file; what an earlier attempt wrote is gone. */
  file(name: string, contentType: string): Promise<FileWriter>;
}

export interface JobKind<D> {
  readonly kind: string;
  /** For people: `Export of audit events`. */
  readonly title: (input: Readonly<Record<string, unknown>>) => string;
  /** How often it may be begun before it counts as failed. */
  readonly attempts: number;
  readonly cancellable: boolean;
  /** Jobs of one lane run one after the other on an instance, lanes beside each other. Absent: the lane of most. */
  readonly lane?: string;
  /**
   * Makes it a standing job: after a run it waits that long and goes on from its cursor, and a run that fails is tried again
   * for ever, less and less often. Null: it has come to its end.
   */
  readonly standing?: (deps: D, result: Readonly<Record<string, unknown>>) => number | null;
  /** Who may see such jobs and fetch their files besides whoever asked for them, and admins. */
  readonly roles?: readonly Role[];
  /** How often the schedule begins one; absent: only when asked. Zero switches it off. */
  readonly everyMs?: (deps: D) => number;
  /** Idempotent from its last cursor on: a crash may come anywhere. @returns what is shown of it */
  readonly run: (context: JobContext<D>) => Promise<Readonly<Record<string, unknown>>>;
}

export interface JobEngineOptions<D> {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this instance. */
  readonly origin: string;
  readonly kinds: readonly JobKind<D>[];
}
export interface AskedJob {
  readonly kind: string;
  readonly input?: Readonly<Record<string, unknown>>;
  /** User id or `master_key`. */
  readonly startedBy: string;
  /** While one with this key waits or runs, no second one begins. */
  readonly uniqueKey?: string;
}

/** Ends a job's work from inside: cancelled, or taken over by another instance. */
export class JobStopped extends Error {
  readonly why: "cancelled" | "lost" | "stopping";

  constructor(why: "cancelled" | "lost" | "stopping") {
    super(`the job was stopped: ${why}`);
    this.name = "JobStopped";
    this.why = why;
  }
}

export type { FileEnd, FileWriter };

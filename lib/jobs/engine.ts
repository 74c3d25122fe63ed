/**
 * Runs jobs. Every instance looks for work; a job belongs to one of them at a time, by a hold that it renews while it
 * works. One that dies stops renewing, and another goes on from the job's last cursor.
 */
import type { Tx } from "#db/client.ts";
import {
  claimJob,
  endJob,
  holdJob,
  insertJob,
  insertJobIn,
  type JobEnd,
  type JobRow,
  lastScheduled,
} from "#db/queries/jobs.ts";
import type { Role } from "#lib/console/roles.ts";
import { isAway, withDeadline } from "../database-health.ts";
import { newId } from "../ids.ts";
import { openFile } from "./file.ts";
import { type AskedJob, type JobContext, type JobEngineOptions, type JobKind, JobStopped } from "./job.ts";
import { isGivenUp, sentenceOf, waitBeforeNext } from "./retry.ts";

const HOLD_MS = 30_000;
const RENEW_MS = 10_000;
const LOOK_MS = 2_000;
const SCHEDULE_MS = 30_000;
const CLOSE_MS = 5_000;
const FILE_LIFE_MS = 7 * 86_400_000;

export class JobEngine<D> {
  readonly #options: JobEngineOptions<D>;
  readonly #kinds: ReadonlyMap<string, JobKind<D>>;
  #deps: D | null = null;
  #timers: NodeJS.Timeout[] = [];
  #stopping = new AbortController();
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  /** Lane -> the job that runs in it here. */
  readonly #working = new Map<string, Promise<void>>();

  constructor(options: JobEngineOptions<D>) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.kind, kind]));
  }

  /** Looks for work from now on, every two seconds and whenever a job is asked for here. */
  start(deps: D): void {
    this.#deps = deps;
    const every = (ms: number, work: () => void) => {
      const timer = setInterval(work, ms);
      timer.unref();
      this.#timers.push(timer);
    };
    every(LOOK_MS, () => this.wake());
    every(SCHEDULE_MS, () => {
      this.plan().catch((error: unknown) => this.#report(error, "jobs of the schedule were not begun"));
    });
  }

  /** The kind's description; undefined for one that this version does not know. */
  kind(name: string): JobKind<D> | undefined {
    return this.#kinds.get(name);
  }

  /** Kinds whose every job somebody of this role may see. */
  kindsOf(role: Role): string[] {
    return [...this.#kinds.values()].filter(({ roles }) => roles?.includes(role)).map(({ kind }) => kind);
  }

  /**
   * Queues a job. @param tx queues it with whatever else that transaction does, such as the event that tells of it
   * @returns its id, or null when its like is queued or running already
   */
  async ask(job: AskedJob, tx: Tx | null = null): Promise<string | null> {
    const now = new Date(this.#options.clock.now());
    const id = newId("job", now.getTime());
    const { kind, startedBy, uniqueKey = null } = job;
    const row = { id, kind, input: job.input ?? {}, startedBy, uniqueKey, now, runAfter: now };
    const taken = await (tx === null ? insertJob(this.#options.sql, row) : insertJobIn(tx, row));
    // Before the commit there would be nothing to find.
    if (taken && tx === null) this.wake();
    return taken ? id : null;
  }

  /** Begins what the schedule says is due. */
  async plan(deps: D | null = this.#deps): Promise<void> {
    if (deps === null) return;
    const nowMs = this.#options.clock.now();
    for (const { everyMs, kind } of this.#kinds.values()) {
      const spanMs = everyMs?.(deps) ?? 0;
      if (spanMs <= 0) continue;
      const last = await lastScheduled(this.#options.sql, kind);
      if (last && nowMs - last.getTime() < spanMs) continue;
      await this.ask({ kind, startedBy: "schedule", uniqueKey: `schedule ${kind}` });
    }
  }

  /** Works until nothing is due any more; at most one job of each lane at a time. */
  wake(): void {
    if (this.#stopping.signal.aborted || this.#deps === null) return;
    this.#lookAgain = true;
    this.#looking ??= this.#begin(this.#deps)
      .catch((error: unknown) => this.#report(error, "jobs were not looked for"))
      .finally(() => {
        this.#looking = null;
      });
  }

  /** Takes what is due for every lane that is free, and lets it run. */
  async #begin(deps: D): Promise<void> {
    const { origin, sql } = this.#options;
    while (this.#lookAgain && !this.#stopping.signal.aborted) {
      this.#lookAgain = false;
      const free = [...this.#kinds.values()].filter(({ lane = "" }) => !this.#working.has(lane));
      if (free.length === 0) return;
      const kinds = free.map(({ kind }) => kind);
      const job = await claimJob(sql, this.#holder(origin), kinds);
      if (!job) continue;
      const lane = this.#kinds.get(job.kind)?.lane ?? "";
      const run = this.#run(job, deps)
        .catch((error: unknown) => this.#report(error, "a job's end was not written down"))
        .finally(() => {
          this.#working.delete(lane);
          this.wake();
        });
      this.#working.set(lane, run);
      this.#lookAgain = true;
    }
  }

  /**
   * Runs what is due, one after the other, here and now; for a caller without timers.
   * @param untilMs begins none after @param only of these kinds
   */
  async runDue(deps: D, untilMs = Number.POSITIVE_INFINITY, only = (_: string) => true): Promise<number> {
    const { clock, origin, sql } = this.#options;
    let count = 0;
    while (!this.#stopping.signal.aborted && clock.now() < untilMs) {
      const job = await claimJob(sql, this.#holder(origin), [...this.#kinds.keys()].filter(only));
      if (!job) break;
      await this.#run(job, deps);
      count += 1;
    }
    return count;
  }

  /** Stops at the running job's next step; it stays queued for whoever comes next. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopping.abort(new JobStopped("stopping"));
    const working = async () => {
      await this.#looking;
      await Promise.all(this.#working.values());
    };
    // A database that does not answer must not keep the process: the hold runs out, and somebody goes on.
    await withDeadline(working, CLOSE_MS).catch((error: unknown) => {
      if (!isAway(error)) throw error;
    });
  }

  async #run(job: JobRow, deps: D): Promise<void> {
    const { clock, log, origin, sql } = this.#options;
    const kind = this.#kinds.get(job.kind);
    if (!kind) return;
    const lost = new AbortController();
    let progress = job.progress;
    const hold = async (next: JobRow["progress"] | null) => {
      if (this.#stopping.signal.aborted) throw new JobStopped("stopping");
      const held = await holdJob(sql, job.id, this.#holder(origin), next);
      if (held === "held") return;
      const stopped = new JobStopped(held);
      lost.abort(stopped);
      throw stopped;
    };
    const renewing = setInterval(() => {
      // What it throws reaches the job by its signal, or by its own next step.
      hold(null).catch((error: unknown) => {
        if (!(error instanceof JobStopped)) this.#report(error, "a job's hold was not renewed");
      });
    }, RENEW_MS);
    const context: JobContext<D> = {
      id: job.id,
      input: job.input,
      startedBy: job.started_by,
      cursor: job.progress.cursor,
      attempt: job.attempts,
      deps,
      signal: AbortSignal.any([lost.signal, this.#stopping.signal]),
      progress: async ({ cursor = progress.cursor, done, note, total }) => {
        progress = { done, total, cursor, ...(note === undefined ? {} : { note }) };
        await hold(progress);
      },
      file: (name, contentType) => {
        const expiresAt = new Date(clock.now() + FILE_LIFE_MS);
        return openFile(sql, { jobId: job.id, name, contentType, expiresAt });
      },
    };
    const end = (
      state: JobEnd["state"],
      how: { result?: JobEnd["result"]; error?: string; waitMs?: number; anew?: boolean } = {},
    ) => {
      const now = new Date(clock.now());
      const runAfter = new Date(now.getTime() + (how.waitMs ?? 0));
      return endJob(sql, job.id, origin, {
        state,
        now,
        runAfter,
        result: how.result ?? null,
        error: how.error ?? null,
        anew: how.anew ?? false,
      });
    };
    try {
      // One that killed its process every time is not begun for ever.
      if (isGivenUp(kind, job.attempts)) throw new Error(`given up after ${kind.attempts} attempts`);
      const result = await kind.run(context);
      const waitMs = kind.standing?.(deps, result) ?? null;
      if (waitMs === null) await end("done", { result });
      else await end("queued", { result, waitMs, anew: true });
    } catch (error) {
      if (error instanceof JobStopped) {
        if (error.why === "cancelled") await end("cancelled");
        else if (error.why === "stopping") await end("queued");
        return;
      }
      const waitMs = waitBeforeNext(kind, job.attempts);
      log.warn({ err: error, job: job.id, kind: job.kind, attempt: job.attempts }, "a job failed");
      const failed = { error: sentenceOf(error), waitMs: waitMs ?? 0 };
      await end(waitMs === null ? "failed" : "queued", failed);
    } finally {
      clearInterval(renewing);
    }
  }

  #holder(by: string): { by: string; now: Date; until: Date } {
    const nowMs = this.#options.clock.now();
    return { by, now: new Date(nowMs), until: new Date(nowMs + HOLD_MS) };
  }

  #report(error: unknown, what: string): void {
    if (!isAway(error)) this.#options.log.warn({ err: error }, what);
  }
}

/** `shin jobs`: what runs and how far it is, and stopping it, straight from the database. Whoever may reach that is an admin. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ConnectOptions, connect, database, type Sql } from "#db/client.ts";
import { cancelJob, findJob } from "#db/queries/jobs.ts";
import { writeAudit } from "../audit/audit.ts";
import { JOB_KINDS } from "../jobs/kinds.ts";
import { type JobReader, readJob, readJobs } from "../jobs/list.ts";
import type { JobView } from "../jobs/view.ts";
import type { CliHost } from "./main.ts";

export interface JobsCommand {
  readonly target: ConnectOptions["target"];
  readonly json: boolean;
}

const OPERATOR = { id: "master_key", role: "admin" } as const;
const WRONG_USAGE = 2;
const LOOK_MS = 1000;
/** A log gets a line so often; a terminal sees every look. */
const LINE_MS = 5000;

const KINDS = {
  kind: (name: string) => JOB_KINDS.find((one) => one.kind === name),
  kindsOf: () => [],
};

export async function listAll({ json, target }: JobsCommand, limit: string, host: CliHost): Promise<number> {
  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > 1000) {
    host.err("shin: --limit must be a whole number from 1 to 1000\n");
    return WRONG_USAGE;
  }
  const { jobs } = await withReader(target, host, (reader) => readJobs(reader, OPERATOR, {}, 1, size));
  if (json) host.out(`${JSON.stringify(jobs)}\n`);
  else if (jobs.length === 0) host.out("no jobs yet\n");
  else
    for (const job of jobs) host.out(`${job.id}  ${job.state.padEnd(9)}  ${job.title}${progressOf(job)}\n`);
  return 0;
}

/** Follows a job to its end; leaving it does not stop it. @returns 0 when it was done, else 1 */
export async function watch({ json, target }: JobsCommand, id: string, host: CliHost): Promise<number> {
  let told = "";
  let toldAtMs = 0;
  for (;;) {
    const job = await withReader(target, host, (reader) => readJob(reader, OPERATOR, id));
    if (!job) return missing(id, host);
    const over = job.state !== "queued" && job.state !== "running";
    const line = `${job.state}  ${job.title}${progressOf(job)}`;
    const nowMs = host.now().getTime();
    if (!json && line !== told && (over || host.color || nowMs - toldAtMs >= LINE_MS)) {
      host.err(`${line}\n`);
      told = line;
      toldAtMs = nowMs;
    }
    if (over) {
      host.out(`${json ? JSON.stringify(job) : (job.error ?? JSON.stringify(job.result))}\n`);
      return job.state === "done" ? 0 : 1;
    }
    await sleep(LOOK_MS);
  }
}

export async function cancel({ json, target }: JobsCommand, id: string, host: CliHost): Promise<number> {
  return withDatabase(target, async (sql) => {
    const job = await findJob(sql, id);
    if (!job) return missing(id, host);
    if (KINDS.kind(job.kind)?.cancellable !== true) return refused(id, "is not stopped half-way", host);
    const now = host.now();
    // Drizzle changes how its client reads dates, so it has one to itself.
    const stopped = await withDatabase(target, (own) =>
      database(own).transaction(async (tx) => {
        if (!(await cancelJob(tx, id, now))) return false;
        await writeAudit(tx, SYSTEM, now.getTime(), {
          action: "job.cancel",
          target: { kind: "job", id },
          before: { kind: job.kind, state: job.state },
          after: null,
        });
        return true;
      }),
    );
    if (!stopped) return refused(id, "has ended already", host);
    host.out(json ? `${JSON.stringify({ id, cancelled: true })}\n` : `${id} is being stopped\n`);
    return 0;
  });
}

const SYSTEM = {
  kind: "system",
  id: "shin jobs cancel",
  claimedBy: null,
  ip: null,
  requestId: null,
} as const;

function missing(id: string, host: CliHost): number {
  return refused(id, "is not a job here; shin jobs list names them", host);
}

function refused(id: string, why: string, host: CliHost): number {
  host.err(`shin: ${id} ${why}\n`);
  return 1;
}

/** `  18240/48211  38 %  3100/s  ETA 10 s` */
function progressOf({ done, eta_seconds: eta, rate, total }: JobView): string {
  if (done === null) return "";
  const of = total === null ? "" : `/${total}`;
  const share = total ? `  ${Math.floor((100 * done) / total)} %` : "";
  const pace = rate === null ? "" : `  ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`;
  return `  ${done}${of}${share}${pace}${eta === null ? "" : `  ETA ${eta} s`}`;
}

function withReader<T>(
  target: ConnectOptions["target"],
  host: CliHost,
  work: (reader: JobReader) => Promise<T>,
): Promise<T> {
  return withDatabase(target, (sql) => work({ sql, jobs: KINDS, nowMs: host.now().getTime() }));
}

async function withDatabase<T>(target: ConnectOptions["target"], work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect({ target, max: 1, applicationName: "shin-jobs" });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** For tests of exports: calls on record for a person, and the archive of an export taken apart. */
import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { readParts } from "#db/queries/job-files.ts";
import { findJob, type JobRow } from "#db/queries/jobs.ts";
import { EXPORT_KIND } from "#lib/privacy/export/job.ts";
import type { Runtime } from "#lib/runtime.ts";

/** Spend records of a user or an end user, made by the database. */
export async function recordCalls(
  { deps: { sql, clock } }: Runtime,
  who: {
    readonly userId?: string;
    readonly endUser?: string;
    readonly count: number;
    readonly name?: string;
  },
): Promise<void> {
  const name = who.name ?? `${who.userId ?? ""}-${who.endUser ?? ""}`;
  await sql`
    insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, key_id, user_id,
      end_user, model, model_group, cost_nano_usd, prompt_tokens, ip, tags)
    select ${`req_${name}_`} || n, ${new Date(clock.now())}::timestamptz - n * interval '1 millisecond', 'settled', 'ok',
      'ins_x', 1, 'completion', 'key_x', ${who.userId ?? ""}, ${who.endUser ?? null}, 'gpt-4', 'gpt-4', 1000 + n, 10,
      '203.0.113.9', array['team:search']
    from generate_series(1, ${who.count}) n`;
}

export interface Unpacked {
  readonly texts: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into files by name, and fail on what is not there
  readonly json: (path: string) => any;
  readonly sha256: (path: string) => string;
}

/** Runs an export and takes its archive apart. @throws when the job does not end well */
export async function exported(
  { deps }: Runtime,
  subject: { readonly kind: "user" | "end_user"; readonly id: string },
): Promise<Unpacked & { readonly jobId: string; readonly result: Record<string, unknown> }> {
  const jobId = await deps.jobs.ask({
    kind: EXPORT_KIND,
    input: { subjectKind: subject.kind, subjectId: subject.id },
    startedBy: "usr_dpo",
  });
  const job = jobId === null ? null : await ended(deps, jobId);
  if (jobId === null || job?.state !== "done" || job.result === null) throw new Error(JSON.stringify(job));
  return { jobId, result: job.result, ...(await unpacked(deps.sql, jobId)) };
}

/** A job after its first attempt, which the engine may have begun by itself. */
export async function ended(deps: Runtime["deps"], jobId: string): Promise<JobRow | null> {
  for (;;) {
    await deps.jobs.runDue(deps);
    const job = await findJob(deps.sql, jobId);
    if (job?.state !== "running" && !(job?.state === "queued" && job.error === null)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function unpacked(sql: Runtime["deps"]["sql"], jobId: string): Promise<Unpacked> {
  const parts: Uint8Array[] = [];
  for await (const part of readParts(sql, jobId)) parts.push(part);
  const files = unzipSync(Buffer.concat(parts));
  const texts = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes).toString("utf8")]),
  );
  return {
    texts,
    json: (path) => JSON.parse(texts[path] ?? "null"),
    sha256: (path) =>
      createHash("sha256")
        .update(files[path] ?? "")
        .digest("hex"),
  };
}

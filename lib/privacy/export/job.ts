/**
 * The job that writes an export. A restart begins the file anew: its rows are of one moment, and half of an older moment
 * would be none. Neither the rows nor the file are ever whole in memory.
 */
import { z } from "zod";
import type { Tx } from "#db/client.ts";
import { findFile } from "#db/queries/job-files.ts";
import { writeAudit } from "../../audit/audit.ts";
import { openedRows } from "../../content/opened-rows.ts";
import { GatewayError } from "../../errors.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import type { JobContext, JobKind } from "../../jobs/job.ts";
import { Archive, type ArchivedFile } from "./archive.ts";
import { EXPORT_FORMAT, signedManifest } from "./manifest.ts";
import { inSnapshot } from "./rows.ts";
import { exportSubject } from "./subject.ts";
import { summaryPage } from "./summary.ts";
import { countAll, type DataFile, writeTables } from "./write-tables.ts";

export const exportInput = z.object({
  subjectKind: z.enum(["user", "end_user"]),
  subjectId: z.string().min(1),
  requestId: z.string().nullable().default(null),
});

export const EXPORT_KIND = "privacy.export";

const PROGRESS_ROWS = 5_000;

type Input = z.infer<typeof exportInput>;

export const privacyExport: JobKind<JobDeps> = {
  kind: EXPORT_KIND,
  title: (input) => `Export of what is held about ${String(input["subjectId"] ?? "somebody")}`,
  attempts: 5,
  cancellable: true,
  run: async (context) => writeExport(context, exportInput.parse(context.input)),
};

/** Writes the archive into the job's file. @returns rows by table, and the archive's size and SHA-256 */
export async function writeExport(
  job: JobContext<JobDeps>,
  input: Input,
): Promise<Readonly<Record<string, unknown>>> {
  const { deps } = job;
  const nowMs = deps.clock.now();
  const written = await finished(job);
  if (written) return written;
  const subject = await exportSubject(deps, input.subjectKind, input.subjectId);
  // Calls that were answered stand in the export.
  await deps.ledger.flush();
  await deps.contents.flush();
  const head = await deps.auditSigner.signIfWhole().then((whole) => (whole ? deps.auditSigner.sign() : null));
  const file = await job.file(`export-${job.id}.zip`, "application/zip");
  const archive = new Archive(file, nowMs);
  let rows: Record<string, number> = {};
  let done = 0;
  const files: (ArchivedFile | DataFile)[] = [];
  await inSnapshot(deps.sql, async (tx) => {
    const counts = await countAll(tx, subject);
    const total = 2 * [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total === 0)
      throw new GatewayError("not_found", `Nothing is held about "${subject.id}".`, { param: "subject" });
    let told = 0;
    await job.progress({ done, total, note: "reading" });
    const onRows = async (count: number) => {
      done += count;
      job.signal.throwIfAborted();
      if (done - told < PROGRESS_ROWS) return;
      told = done;
      await job.progress({ done, total, note: "writing" });
    };
    const { encryptionKey } = deps.policy().config;
    const tables = await writeTables(tx, archive, subject, counts, onRows, async (table, page) => {
      if (table === "audit_events") return deps.auditSealer.opened(page);
      return table === "call_contents" ? openedRows(encryptionKey, page) : page;
    });
    files.push(...tables.flatMap((table) => table.files));
    rows = Object.fromEntries(tables.map((table) => [table.table, table.rows]));
    const recipients = [...new Set(deps.policy().config.deployments.map(({ provider }) => provider))].sort();
    const page = summaryPage({
      subject,
      generatedAt: new Date(nowMs).toISOString(),
      requestId: input.requestId,
      recipients,
      tables,
    });
    files.push(await archive.add("index.html", page));
  });
  const { keyId, publicKey } = deps.auditSigner.key;
  const manifest = signedManifest(deps.auditSigner.key, {
    format: EXPORT_FORMAT,
    subject: { kind: subject.kind, id: subject.id },
    requestId: input.requestId,
    generatedAt: new Date(nowMs).toISOString(),
    chainHead: head && { number: head.number, hash: head.hash },
    files: files.map(({ bytes, path, sha256, ...more }) => ({
      path,
      rows: "rows" in more ? more.rows : null,
      bytes,
      sha256,
    })),
    keyId,
    publicKey,
  });
  await archive.add("manifest.json", manifest);
  await job.progress({ done, total: done, note: "done", cursor: { rows } });
  const { sha256, sizeBytes } = await archive.end((finish) => recordExport(job, input, rows, finish));
  return { rows, sizeBytes, sha256 };
}

/** What an attempt wrote that ended with the file and could not say so any more. It is not written, nor told, again. */
async function finished({ cursor, deps, id }: JobContext<JobDeps>) {
  const rows: unknown = typeof cursor === "object" && cursor !== null ? Reflect.get(cursor, "rows") : null;
  const file = rows ? await findFile(deps.sql, id, new Date(deps.clock.now())) : null;
  return file && { rows, sizeBytes: Number(file.size_bytes), sha256: file.sha256 };
}

/** The file can be fetched from when this is on record, and not before. */
async function recordExport(
  { deps, id, startedBy }: JobContext<JobDeps>,
  input: Input,
  rows: Readonly<Record<string, number>>,
  finish: (tx: Tx) => Promise<void>,
): Promise<void> {
  const actor = { kind: "system", id: "privacy.export", claimedBy: null, ip: null, requestId: null } as const;
  await deps.db.transaction(async (tx) => {
    await finish(tx);
    await writeAudit(tx, actor, deps.clock.now(), {
      action: "privacy.export",
      target: { kind: input.subjectKind, id: input.subjectId },
      before: null,
      after: { jobId: id, startedBy, requestId: input.requestId, rows },
    });
  });
}

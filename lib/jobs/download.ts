/** Sends a job's file, part by part, and writes down that it was fetched. While an incident stops exports, theirs stay here. */
import type { Db, Sql, Tx } from "#db/client.ts";
import { incidentWithholding } from "#db/queries/file-links.ts";
import { type JobFileRow, readParts } from "#db/queries/job-files.ts";
import { type Actor, type AuditEvent, writeAudit } from "#lib/audit/audit.ts";
import type { Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import { useFileLink } from "./link.ts";

export interface Download {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncGenerator<Buffer>;
}

export interface DownloadDeps {
  readonly sql: Sql;
  readonly db: Db;
  readonly clock: Clock;
}

/** @throws GatewayError frozen while exports are stopped; any database error before the first byte: no event, no file */
export async function openJobFile(deps: DownloadDeps, actor: Actor, file: JobFileRow): Promise<Download> {
  await deps.db.transaction(async (tx) => {
    await requireFetchable(tx, file.job_id);
    await writeAudit(tx, actor, deps.clock.now(), fetched(file));
  });
  return downloadOf(deps.sql, file);
}

/**
 * The same by a link, which is used up with the event that tells of it.
 * @param eventOf the event, where it is another than that a job's file was fetched
 * @throws GatewayError not_found, gone, frozen
 */
export async function openFileLink(
  { clock, db, sql }: DownloadDeps,
  actor: Actor,
  link: { readonly jobId: string; readonly secret: string },
  eventOf: (tx: Tx, file: JobFileRow) => Promise<AuditEvent> = async (_tx, file) => fetched(file),
): Promise<Download> {
  const file = await db.transaction(async (tx) => {
    const nowMs = clock.now();
    const taken = await useFileLink(tx, link.jobId, link.secret, nowMs);
    await requireFetchable(tx, link.jobId);
    await writeAudit(tx, actor, nowMs, await eventOf(tx, taken));
    return taken;
  });
  return downloadOf(sql, file);
}

async function requireFetchable(tx: Tx, jobId: string): Promise<void> {
  const incident = await incidentWithholding(tx, jobId);
  if (incident === null) return;
  throw new GatewayError(
    "frozen",
    `Exports are stopped while incident ${incident} is open: their files can be fetched again when it is closed.`,
    { param: "id" },
  );
}

function fetched({ job_id: id, name, sha256, size_bytes: sizeBytes }: JobFileRow): AuditEvent {
  return {
    action: "job.file",
    target: { kind: "job", id },
    before: null,
    after: { name, sha256, sizeBytes },
  };
}

function downloadOf(sql: Sql, file: JobFileRow): Download {
  async function* body(): AsyncGenerator<Buffer> {
    for await (const part of readParts(sql, file.job_id)) yield Buffer.from(part);
  }
  return {
    headers: {
      "content-type": file.content_type,
      "content-length": String(file.size_bytes),
      "content-disposition": `attachment; filename="${file.name.replace(/[^\w.-]/g, "_")}"`,
      "cache-control": "no-store",
      "x-shin-sha256": file.sha256 ?? "",
    },
    body: body(),
  };
}

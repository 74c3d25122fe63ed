/** Sends a job's file, part by part, and writes down that it was fetched. */
import type { Db, Sql } from "#db/client.ts";
import { type JobFileRow, readParts } from "#db/queries/job-files.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { Clock } from "../clock.ts";

export interface Download {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncGenerator<Buffer>;
}

/** @throws any database error before the first byte: no event, no file */
export async function openJobFile(
  { clock, db, sql }: { readonly sql: Sql; readonly db: Db; readonly clock: Clock },
  actor: Actor,
  file: JobFileRow,
): Promise<Download> {
  const { content_type: type, name, sha256, size_bytes: sizeBytes } = file;
  await db.transaction((tx) =>
    writeAudit(tx, actor, clock.now(), {
      action: "job.file",
      target: { kind: "job", id: file.job_id },
      before: null,
      after: { name, sha256, sizeBytes },
    }),
  );
  async function* body(): AsyncGenerator<Buffer> {
    for await (const part of readParts(sql, file.job_id)) yield Buffer.from(part);
  }
  return {
    headers: {
      "content-type": type,
      "content-length": String(sizeBytes),
      "content-disposition": `attachment; filename="${name.replace(/[^\w.-]/g, "_")}"`,
      "cache-control": "no-store",
      "x-shin-sha256": sha256 ?? "",
    },
    body: body(),
  };
}

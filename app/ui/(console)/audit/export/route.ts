/**
 * The audit log as CSV or JSON lines: exactly what the page with the same address lists, all of it. Streamed in batches by
 * keyset, so that a long log needs little memory here and no connection is held while a slow reader reads.
 */
import { readQuery } from "#components/data-table/query.ts";
import { newestAudit } from "#db/queries/console-audit.ts";
import { type AskedEvents, readAudit } from "#lib/audit/read.ts";
import { maySee } from "#lib/console/roles.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession, type Deps } from "../../../../request.ts";
import { readAsked } from "../asked.ts";
import { CSV_HEAD, csvRecord, exportedRecord } from "../record.ts";

export const dynamic = "force-dynamic";

const BATCH = 500;

export async function GET(request: Request): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "audit")) return refuse(403, "Your role does not include the audit log.");
  const { deps } = await gatewayRuntime();
  const params = Object.fromEntries(new URL(request.url).searchParams);
  const query = readQuery(params);
  const format = query.word("format", ["csv", "jsonl"]) ?? "csv";
  const { filter } = readAsked(query, deps.clock.now());
  // A value that means nothing must not silently become "all of it".
  if (query.dropped.length > 0) return refuse(400, `These mean nothing here: ${query.dropped.join(", ")}.`);
  const upTo = await newestAudit(deps.sql);
  const lines = format === "csv" ? csvLines(deps, { ...filter, upTo }) : jsonLines(deps, { ...filter, upTo });
  return new Response(toStream(lines), {
    headers: {
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8",
      "content-disposition": `attachment; filename="audit.${format}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

async function* csvLines(deps: Deps, filter: AskedEvents): AsyncGenerator<string> {
  yield CSV_HEAD;
  for await (const rows of batches(deps, filter)) yield rows.map(csvRecord).join("");
}

async function* jsonLines(deps: Deps, filter: AskedEvents): AsyncGenerator<string> {
  for await (const rows of batches(deps, filter))
    yield rows.map((row) => `${JSON.stringify(exportedRecord(row))}\n`).join("");
}

async function* batches(deps: Deps, filter: AskedEvents) {
  let older: bigint | null = null;
  for (;;) {
    const rows = await readAudit(deps, filter, older === null ? null : { older }, BATCH);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    older = last.seq;
  }
}

/** A batch is read when the browser asks for it; a failure breaks the download off, so that a part is never taken for the whole. */
function toStream(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}

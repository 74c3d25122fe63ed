/** The jobs behind exports. A file is written from the beginning at every attempt, so that it is never of two halves. */

import { callsBefore, countCalls } from "#db/queries/console-records.ts";
import { installationId } from "#db/queries/installation.ts";
import { csvLine } from "../csv.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { FileWriter, JobContext, JobKind } from "../jobs/job.ts";
import { formatUsd } from "../money.ts";
import { chargeOfCall, focusRow } from "./focus.ts";
import { callFilterOf, type ExportPlan, planSchema } from "./plan.ts";
import { callRow, type ExportRow } from "./rows.ts";
import { usageRows } from "./usage.ts";

const BATCH = 1000;
const DAY_MS = 86_400_000;
const TYPES = { csv: "text/csv; charset=utf-8", focus: "text/csv; charset=utf-8", json: "application/json" };

export const exportCalls: JobKind<JobDeps> = {
  kind: "export.spend_records",
  title: (input) => titleOf(input, "calls"),
  attempts: 3,
  cancellable: true,
  run: async (context) => {
    const { deps } = context;
    const plan = planSchema.parse(context.input);
    await deps.ledger.flush();
    const filter = callFilterOf(plan);
    const total = await countCalls(deps.sql, filter);
    const account = await installationId(deps.sql, deps.origin);
    const { timezone } = deps.policy().config;
    const row = (call: Parameters<typeof callRow>[0]) =>
      plan.format === "focus" ? focusRow(chargeOfCall(call), account, timezone) : callRow(call);
    const sheet = await openSheet(context, plan);
    let costNanoUsd = 0n;
    for (let before: string | null = null; ; ) {
      const calls: Awaited<ReturnType<typeof callsBefore>> = await callsBefore(
        deps.sql,
        filter,
        before,
        BATCH,
      );
      for (const call of calls) costNanoUsd += call.cost_nano_usd;
      await sheet.write(calls.map(row));
      await context.progress({ done: sheet.rows(), total: Math.max(total, sheet.rows()) });
      before = calls.at(-1)?.id ?? null;
      if (calls.length < BATCH) break;
    }
    return sheet.end(costNanoUsd);
  },
};

export const exportUsage: JobKind<JobDeps> = {
  kind: "export.usage",
  title: (input) => titleOf(input, "usage"),
  attempts: 3,
  cancellable: true,
  run: async (context) => {
    const { deps } = context;
    const plan = planSchema.parse(context.input);
    await deps.ledger.flush();
    const sheet = await openSheet(context, plan);
    let costNanoUsd = 0n;
    for await (const piece of usageRows(deps, plan)) {
      costNanoUsd += piece.costNanoUsd;
      await sheet.write(piece.rows);
      await context.progress({ done: piece.days, total: piece.ofDays, note: "days" });
    }
    return sheet.end(costNanoUsd);
  },
};

/** Rows into the file, in the format that was asked for. */
async function openSheet(context: JobContext<JobDeps>, plan: ExportPlan) {
  const ending = plan.format === "json" ? "json" : "csv";
  const format = plan.format === "focus" ? "-focus" : "";
  const file: FileWriter = await context.file(
    `${plan.source.replace("_", "-")}${format}-${dayOf(plan.toMs)}.${ending}`,
    TYPES[plan.format],
  );
  let rows = 0;
  return {
    rows: () => rows,
    write: async (some: readonly ExportRow[]) => {
      const lines = some.map((row) => {
        rows += 1;
        if (plan.format === "json") return `${rows === 1 ? "[" : ","}\n${JSON.stringify(row)}`;
        const head = rows === 1 ? csvLine(Object.keys(row)) : "";
        return `${head}${csvLine(Object.values(row))}`;
      });
      if (lines.length > 0) await file.write(lines.join(""));
    },
    end: async (costNanoUsd: bigint) => {
      if (plan.format === "json") await file.write(rows === 0 ? "[]\n" : "\n]\n");
      const { sha256, sizeBytes } = await file.end();
      return { rows, cost_usd: formatUsd(costNanoUsd), size_bytes: sizeBytes, sha256 };
    },
  };
}

const FORMATS = { csv: "CSV", json: "JSON", focus: "FOCUS CSV" };

function titleOf(input: Readonly<Record<string, unknown>>, what: string): string {
  const { data } = planSchema.safeParse(input);
  if (!data) return `Export of ${what}`;
  const from = data.fromMs === null ? "" : `, ${dayOf(data.fromMs)} to ${dayOf(data.toMs)}`;
  return `Export of ${what} as ${FORMATS[data.format]}${from}`;
}

function dayOf(ms: number): string {
  return new Date(Math.max(0, Math.min(ms, 8.64e15 - DAY_MS))).toISOString().slice(0, 10);
}

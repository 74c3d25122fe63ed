/**
 * `anonymize_logs` for what was written before it was switched on: end users as keyed hashes in records and sums, addresses
 * shortened, and the log files' lines as they would be written today. Each stretch is done once or again to no effect.
 */
import { setTimeout } from "node:timers/promises";
import { anonymiseStretch, namedEndUsers } from "#db/queries/erasure-records.ts";
import { namedBudgets, renameBudgets } from "#db/queries/erasure-sums.ts";
import { GatewayError } from "../errors.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { JobContext, JobKind } from "../jobs/job.ts";
import { pseudonym, truncateAddress } from "./anonymise.ts";
import { logFilesOf, rewriteLines } from "./log-files.ts";
import { type Place, stretches } from "./walk.ts";

export const ANONYMISE_PAST = "privacy.anonymise_past";

export const anonymisePastJob: JobKind<JobDeps> = {
  kind: ANONYMISE_PAST,
  title: () => "Old records and logs made anonymous",
  attempts: 5,
  cancellable: true,
  run: anonymisePast,
};

/** @throws GatewayError invalid_request while anonymize_logs is off: what is written meanwhile would name people again */
export function requireAnonymous({ policy }: Pick<JobDeps, "policy">): void {
  if (!policy().config.anonymizeLogs)
    throw new GatewayError(
      "invalid_request",
      "general_settings.anonymize_logs is off. Switch it on first: else what is written from now on names people again.",
      { param: "anonymize_logs" },
    );
}

async function anonymisePast(context: JobContext<JobDeps>): Promise<Record<string, unknown>> {
  const { deps, signal } = context;
  const { admission, ledger, policy, pseudonymKey, sql } = deps;
  requireAnonymous(deps);
  await ledger.flush();
  const start = isPlaced(context.cursor) ? context.cursor : { place: null, records: 0 };
  let { records } = start;
  for await (const stretch of stretches(sql, { to: "write", from: start.place })) {
    signal.throwIfAborted();
    const ids = await namedEndUsers(sql, stretch);
    const hashes = Object.fromEntries(ids.map((id) => [id, pseudonym(id, pseudonymKey)]));
    records += await anonymiseStretch(sql, stretch, hashes);
    if (stretch.note !== null)
      await context.progress({ done: records, total: null, cursor: { place: stretch.note, records } });
  }
  const named = await namedBudgets(sql);
  for (const id of named) {
    await renameBudgets(sql, "end_user", [id], pseudonym(id, pseudonymKey));
    await admission.erase("end_user", id);
  }
  const { logFile } = policy().config;
  let lines = 0;
  for (const file of logFile === null ? [] : await logFilesOf(logFile))
    lines += await rewriteLines(file, anonymousLine(pseudonymKey), file === logFile, (ms) => setTimeout(ms));
  return { records, endUsers: named.length, lines };
}

/** A line as `anonymize_logs` writes it. */
export function anonymousLine(key: string): (line: string) => string {
  return (line) =>
    line
      .replace(/"(user|end_user)":"((?:[^"\\]|\\.)*)"/g, (whole, name: string, id: string) =>
        /^(anon_|psn_|$)/.test(id) ? whole : `"${name}":"${pseudonym(JSON.parse(`"${id}"`), key)}"`,
      )
      .replace(/"ip":"([^"]*)"/g, (_whole, ip: string) => `"ip":"${truncateAddress(ip)}"`);
}

function isPlaced(cursor: unknown): cursor is { readonly place: Place | null; readonly records: number } {
  return typeof cursor === "object" && cursor !== null && "place" in cursor && "records" in cursor;
}

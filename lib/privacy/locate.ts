/** Where a person's data are, and how much there is of them: by store, before an erasure and after it. */
import type { Sql } from "#db/client.ts";
import { countAuditOf, countClearAudit } from "#db/queries/audit.ts";
import { countOwn, type ErasedPerson } from "#db/queries/erasure-people.ts";
import { type StretchSum, sumStretch } from "#db/queries/erasure-records.ts";
import { countBudgets, recordOwner, sumHourly } from "#db/queries/erasure-sums.ts";
import { countColumn, countMatches, textColumns } from "#db/queries/mentions.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { countLines, logFilesOf } from "./log-files.ts";
import { lineChange } from "./log-lines.ts";
import { type Names, namesOf, userColumns } from "./names.ts";
import type { Identity } from "./subject.ts";
import { stretches } from "./walk.ts";

/** Records by store; stores with nothing are left out. */
export type Located = Readonly<Record<string, number>>;

/** Events that name the person in clear: nobody can change them. They are counted, and the certificate says so. */
export const CLEAR_EVENTS = "audit_events_in_clear";

export interface LocatedAll {
  readonly stores: Located;
  readonly costNanoUsd: bigint;
  /** Addresses that their calls came from. */
  readonly ips: readonly string[];
}

export type LocateDeps = Pick<
  JobDeps,
  "sql" | "pseudonymKey" | "auditSealer" | "policy" | "ledger" | "contents"
>;

/** A person's records in all partitions. */
export async function sumRecords(sql: Sql, { ids, subject }: Identity): Promise<StretchSum> {
  const owner = recordOwner(subject.kind, ids);
  let rows = 0;
  let costNanoUsd = 0n;
  const ips = new Set<string>();
  for await (const stretch of stretches(sql, { to: "read" })) {
    const sum = await sumStretch(sql, owner, stretch);
    rows += sum.rows;
    costNanoUsd += sum.costNanoUsd;
    for (const ip of sum.ips) ips.add(ip);
  }
  return { rows, costNanoUsd, ips: [...ips] };
}

/**
 * @param ownJob the job that asks, whose order names the person until its end
 * @param records their records, which are looked through once
 */
export async function locateAll(
  deps: LocateDeps,
  identity: Identity,
  ownJob: string | null,
  records: StretchSum,
): Promise<LocatedAll> {
  const { auditSealer, contents, ledger, sql } = deps;
  await ledger.flush();
  await contents.flush();
  const { ids, subject } = identity;
  const stores: Record<string, number> = await countOwn(sql, personOf(identity, ""));
  const { costNanoUsd, ips, rows } = records;
  stores["spend_records"] = rows;
  if (subject.kind === "user") stores["spend_hourly"] = (await sumHourly(sql, ids)).rows;
  stores["budget_spend"] = await countBudgets(sql, subject.kind, ids);
  const pseudonyms = await auditSealer.pseudonymsOf([subject]);
  stores["audit_events"] = await countAuditOf(sql, pseudonyms);
  stores["subject_keys"] = pseudonyms.length;
  const names = await namesOf(sql, identity);
  stores[CLEAR_EVENTS] = await countClearAudit(sql, ids, names);
  for (const [table, count] of Object.entries(await mentions(deps, identity, names, ownJob)))
    if ((stores[table] ?? 0) === 0) stores[table] = count;
  stores["log_file"] = await loggedLines(deps, identity, names, ips);
  const found = Object.entries(stores).filter(([, count]) => count > 0);
  return { stores: Object.fromEntries(found), costNanoUsd, ips };
}

export function personOf(identity: Identity, pseudonym: string): ErasedPerson {
  const { email, ids, keyIds, subject } = identity;
  return { kind: subject.kind, id: subject.id, ids, email, keyIds, pseudonym };
}

/** Tables that the stores above cover, or that name people by design in a form nobody can read. */
const COUNTED = new Set(["spend_records", "spend_hourly", "budget_spend", "audit_events"]);

/** Rows elsewhere that name the person: in text, or as who made or decided something. By table. */
export async function mentions(
  { sql }: Pick<LocateDeps, "sql">,
  { ids, subject }: Identity,
  { pattern }: Names,
  ownJob: string | null,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (table: string, count: number) => {
    if (count > 0) counts[table] = Math.max(counts[table] ?? 0, count);
  };
  if (pattern !== null) {
    const byTable = new Map<string, string[]>();
    for (const { column, table } of await textColumns(sql))
      if (!COUNTED.has(table)) byTable.set(table, [...(byTable.get(table) ?? []), column]);
    for (const [table, columns] of byTable) {
      const except = table === "jobs" ? ownJob : null;
      add(table, await countMatches(sql, table, columns, pattern, except));
    }
  }
  if (subject.kind === "user")
    for (const place of userColumns()) add(place.table, await countColumn(sql, place, ids));
  return counts;
}

async function loggedLines(
  { policy }: Pick<LocateDeps, "policy">,
  identity: Identity,
  names: Names,
  ips: readonly string[],
): Promise<number> {
  const { logFile } = policy().config;
  if (logFile === null) return 0;
  const change = lineChange({ identity, names, ips, pseudonym: "" });
  let count = 0;
  for (const file of await logFilesOf(logFile)) count += await countLines(file, change);
  return count;
}

/** The daily purge: what is past its term goes, and an event of the audit log says how much of what. */

import type { Sql } from "#db/client.ts";
import {
  countDefaultRecords,
  countOlder,
  type Held,
  oldPartitions,
  peopleHeld,
  type RowStore,
  removeOldCodes,
  removeOlder,
} from "#db/queries/retention.ts";
import { writeAudit } from "../../audit/audit.ts";
import { noBackupRuns } from "../../backup/lock.ts";
import { GatewayError } from "../../errors.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import type { JobKind } from "../../jobs/job.ts";
import { pseudonym } from "../anonymise.ts";
import { firstDayKept, keepRetention } from "../retention.ts";
import { removeOldLines } from "./log-lines.ts";
import type { RetentionStore } from "./schema.ts";
import { readTerms, type Term } from "./terms.ts";

export const RETENTION_KIND = "privacy.retention";
export const PURGE_EVERY_MS = 24 * 3_600_000;

const DAY_MS = 86_400_000;
const SYSTEM = { kind: "system", id: RETENTION_KIND, claimedBy: null, ip: null, requestId: null } as const;

export type Removed = Partial<Record<RetentionStore, number>>;

export const purgeRetention: JobKind<JobDeps> = {
  kind: RETENTION_KIND,
  title: () => "Removing what is past its retention",
  attempts: 5,
  cancellable: false,
  everyMs: () => PURGE_EVERY_MS,
  run: async ({ deps, progress, signal }) => {
    if (!(await noBackupRuns(deps.sql)))
      throw new GatewayError("conflict", "A backup is being written: nothing is removed until it is done.");
    const terms = await readTerms(deps.sql, deps.policy().config);
    const held = await heldPeople(deps);
    const nowMs = deps.clock.now();
    const removed: Removed = {};
    let done = 0;
    for (const term of terms) {
      const count = await purge(deps.sql, term, nowMs, held, signal);
      if (count > 0) removed[term.store] = count;
      done += 1;
      await progress({ done, total: terms.length, note: term.title });
    }
    const { logFile } = deps.policy().config;
    const recordDays = terms.find(({ store }) => store === "records")?.days ?? null;
    const logLines =
      recordDays === null ? 0 : await removeOldLines(logFile, new Date(nowMs - recordDays * DAY_MS), held);
    const days = Object.fromEntries(terms.map((term) => [term.store, term.days]));
    const people = held.users.length + held.endUsers.length;
    await deps.db.transaction((tx) =>
      writeAudit(tx, SYSTEM, nowMs, {
        action: "privacy.retention",
        target: { kind: "setting", id: "retention" },
        before: null,
        after: { removed, logLines, days, peopleHeld: people },
      }),
    );
    return { removed, logLines };
  },
};

/** How much would go now. @param days in place of the terms, by store */
export async function previewPurge(
  deps: Pick<JobDeps, "sql" | "policy" | "clock" | "pseudonymKey">,
  days: Partial<Record<RetentionStore, number | null>> = {},
): Promise<Record<RetentionStore, number>> {
  const terms = await readTerms(deps.sql, deps.policy().config);
  const held = await heldPeople(deps);
  const nowMs = deps.clock.now();
  const counts: [RetentionStore, number][] = [];
  for (const term of terms) {
    const asked = days[term.store];
    counts.push([
      term.store,
      await count(deps.sql, asked === undefined ? term : { ...term, days: asked }, nowMs, held),
    ]);
  }
  return Object.fromEntries(counts) as Record<RetentionStore, number>;
}

async function count(sql: Sql, { days, store }: Term, nowMs: number, held: Held): Promise<number> {
  if (days === null) return 0;
  const before = new Date(nowMs - days * DAY_MS);
  if (store !== "records") return countOlder(sql, store, before, held);
  const old = await oldPartitions(sql, firstDayKept(nowMs, days));
  return old.reduce((sum, { rows }) => sum + rows, await countDefaultRecords(sql, before, held));
}

async function purge(
  sql: Sql,
  { days, store }: Term,
  nowMs: number,
  held: Held,
  signal: AbortSignal,
): Promise<number> {
  if (days === null) return 0;
  const before = new Date(nowMs - days * DAY_MS);
  if (store === "records") {
    const { deleted, dropped } = await keepRetention(sql, nowMs, days, held);
    return dropped.reduce((sum, { rows }) => sum + rows, deleted);
  }
  const removed = await purgeRows(sql, store, before, held, signal);
  return store === "sessions" ? removed + (await removeOldCodes(sql, before)) : removed;
}

async function purgeRows(
  sql: Sql,
  store: RowStore,
  before: Date,
  held: Held,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  for (;;) {
    signal.throwIfAborted();
    const { more, removed } = await removeOlder(sql, store, before, held);
    sum += removed;
    if (!more) return sum;
  }
}

async function heldPeople({ pseudonymKey, sql }: Pick<JobDeps, "sql" | "pseudonymKey">): Promise<Held> {
  const people = await peopleHeld(sql);
  const of = (kind: string) => people.filter((one) => one.subject_kind === kind).map((one) => one.subject_id);
  const endUsers = of("end_user");
  return { users: of("user"), endUsers: endUsers.flatMap((id) => [id, pseudonym(id, pseudonymKey)]) };
}

/** Zeroes what keys, users and teams have spent. The records stay: reports go on telling what was. */
import { gt, inArray, sql as raw, type SQL } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { teams, users } from "#db/schema/people.ts";
import { budgetSpend } from "#db/schema/spend.ts";
import { budgetCounter } from "#lib/admission/rule-list.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { change, type Operations } from "../changes.ts";

export interface ResetCounts {
  readonly keys: number;
  readonly users: number;
  readonly teams: number;
}

/** Kinds whose further budgets (several at once, of models, of tiers, of members) start again with the main ones. */
const KINDS = ["key", "user", "team", "team_member"] as const;

/** In one transaction with its audit event; budgets start again from nothing at once. @returns how many had spent something */
export async function resetAllSpend(operations: Operations, actor: Actor): Promise<ResetCounts> {
  const { counts, counters } = await change(operations, async (tx) => {
    // Every statement that settles needs this table, and locks it before any row: none of them runs beside the reset, so
    // that neither waits for rows of the other.
    await tx.execute(raw`lock table ${budgetSpend} in share row exclusive mode`);
    const further = await furtherCounters(tx);
    const keyIds = await zero(tx, virtualKeys);
    const userIds = await zero(tx, users);
    const teamIds = await zero(tx, teams);
    const counts = { keys: keyIds.length, users: userIds.length, teams: teamIds.length };
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "spend.reset",
      target: { kind: "setting", id: "spend" },
      before: counts,
      after: null,
    });
    const main = [
      ...mainCounters("key", keyIds),
      ...mainCounters("user", userIds),
      ...mainCounters("team", teamIds),
    ];
    // Nothing that is cached has changed, and counters are this process's or shared by all: there is nobody to tell. A
    // notice for each of a million keys would hold every one of them locked meanwhile.
    return { result: { counts, counters: [...further, ...main] }, changes: [] };
  });
  await forget(operations, counters);
  return counts;
}

async function zero(
  tx: Tx,
  table: typeof virtualKeys | typeof users | typeof teams,
): Promise<readonly string[]> {
  const rows = await tx
    .update(table)
    .set({ spendNanoUsd: 0n })
    .where(spent(table))
    .returning({ id: table.id });
  return rows.map((row) => row.id);
}

function spent(table: typeof virtualKeys | typeof users | typeof teams): SQL {
  return gt(table.spendNanoUsd, 0n);
}

/** Deletes what was spent of budgets beside the main ones. @returns their counters */
async function furtherCounters(tx: Tx): Promise<readonly string[]> {
  const rows = await tx
    .delete(budgetSpend)
    .where(inArray(budgetSpend.kind, [...KINDS]))
    .returning({ kind: budgetSpend.kind, id: budgetSpend.subjectId, budget: budgetSpend.budget });
  return rows.flatMap(({ budget, id, kind: name }) => {
    const kind = KINDS.find((one) => one === name);
    return kind ? [false, true].map((soft) => budgetCounter({ kind, id }, soft, budget)) : [];
  });
}

function mainCounters(kind: (typeof KINDS)[number], ids: readonly string[]): string[] {
  return ids.flatMap((id) => [false, true].map((soft) => budgetCounter({ kind, id }, soft, null)));
}

const AT_ONCE = 500;

/** Their counters ask the ledger again, which knows also of calls that settled since the commit. */
async function forget({ admission }: Operations, counters: readonly string[]): Promise<void> {
  const each = [...new Set(counters)];
  for (let at = 0; at < each.length; at += AT_ONCE)
    await Promise.all(each.slice(at, at + AT_ONCE).map((counter) => admission.setSpend(counter, null)));
}

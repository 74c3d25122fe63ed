/** Zeroes what keys, users and teams have spent. The records stay: reports go on telling what was. */
import { gt, type SQL } from "drizzle-orm";
import { virtualKeys } from "#db/schema/keys.ts";
import { teams, users } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { type Change, change, type Operations } from "../changes.ts";

export interface ResetCounts {
  readonly keys: number;
  readonly users: number;
  readonly teams: number;
}

/** In one transaction with its audit event; budgets start again from nothing at once. @returns how many had spent something */
export function resetAllSpend(operations: Operations, actor: Actor): Promise<ResetCounts> {
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    // Locked and changed in the order in which the ledger's statement takes them.
    const keyIds = await tx
      .update(virtualKeys)
      .set({ spendNanoUsd: 0n })
      .where(spent(virtualKeys))
      .returning({ id: virtualKeys.id });
    const userIds = await tx
      .update(users)
      .set({ spendNanoUsd: 0n })
      .where(spent(users))
      .returning({ id: users.id });
    const teamIds = await tx
      .update(teams)
      .set({ spendNanoUsd: 0n })
      .where(spent(teams))
      .returning({ id: teams.id });
    const counts = { keys: keyIds.length, users: userIds.length, teams: teamIds.length };
    await writeAudit(tx, actor, nowMs, {
      action: "spend.reset",
      target: { kind: "setting", id: "spend" },
      before: counts,
      after: null,
    });
    const zeroed = (kind: Change["kind"], rows: readonly { id: string }[]): Change[] =>
      rows.map(({ id }) => ({ kind, id, spentNanoUsd: 0n }));
    return {
      result: counts,
      changes: [...zeroed("key", keyIds), ...zeroed("user", userIds), ...zeroed("team", teamIds)],
    };
  });
}

function spent(table: typeof virtualKeys | typeof users | typeof teams): SQL {
  return gt(table.spendNanoUsd, 0n);
}

/** What was spent of budgets that have no column of their own: those of members, end users and tags. */
import { and, desc, eq, inArray } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { budgetSpend } from "../schema/spend.ts";

export interface ChargedSpend {
  /** Which of the subject's budgets. */
  readonly budget: string;
  readonly periodStartMs: number;
  readonly spendNanoUsd: bigint;
}

/** Subject id -> its latest period of each budget. @param kind as `budget_spend` has it */
export async function latestSpend(
  db: Db | Tx,
  kind: "team_member" | "end_user" | "tag",
  ids: readonly string[],
): Promise<Map<string, ChargedSpend[]>> {
  const bySubject = new Map<string, ChargedSpend[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return bySubject;
  const rows = await db
    .selectDistinctOn([budgetSpend.subjectId, budgetSpend.budget])
    .from(budgetSpend)
    .where(and(eq(budgetSpend.kind, kind), inArray(budgetSpend.subjectId, [...ids])))
    .orderBy(budgetSpend.subjectId, budgetSpend.budget, desc(budgetSpend.periodStartedAt));
  for (const row of rows)
    bySubject.get(row.subjectId)?.push({
      budget: row.budget,
      periodStartMs: row.periodStartedAt.getTime(),
      spendNanoUsd: row.spendNanoUsd,
    });
  return bySubject;
}

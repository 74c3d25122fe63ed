/** Requests for more budget, and the rows that a granted one raises. */
import { and, eq } from "drizzle-orm";
import type { Db, Sql, Tx } from "../client.ts";
import { budgetRequests } from "../schema/assurance.ts";
import type { FinerLimits } from "../schema/columns.ts";
import { virtualKeys } from "../schema/keys.ts";
import { teams, users } from "../schema/people.ts";

export type BudgetRequestRow = typeof budgetRequests.$inferSelect;
export const RAISED_KINDS = ["key", "user", "team"] as const;
export type RaisedKind = (typeof RAISED_KINDS)[number];

/** What a raise needs of its owner: a key, a user or a team. */
export interface RaisedRow {
  readonly id: string;
  readonly maxBudgetNanoUsd: bigint | null;
  readonly limits: FinerLimits;
}

const TABLES = { key: virtualKeys, user: users, team: teams } as const;

/** Locked for a change; null when it is gone. */
export async function lockRaised(tx: Tx, kind: RaisedKind, id: string): Promise<RaisedRow | null> {
  const table = TABLES[kind];
  const [row] = await tx.select().from(table).where(eq(table.id, id)).for("update");
  return row && !("deletedAt" in row && row.deletedAt !== null) ? row : null;
}

export async function setLimits(
  tx: Tx,
  kind: RaisedKind,
  id: string,
  limits: FinerLimits,
  now: Date,
): Promise<void> {
  const table = TABLES[kind];
  await tx.update(table).set({ limits, updatedAt: now }).where(eq(table.id, id));
}

/** Whose a key or a team is, for who may ask about it; null when there is none. */
export async function subjectOwners(
  db: Db | Tx,
  kind: RaisedKind,
  id: string,
): Promise<{ userId: string | null; teamId: string | null; maxBudgetNanoUsd: bigint | null } | null> {
  if (kind === "key") {
    const [row] = await db.select().from(virtualKeys).where(eq(virtualKeys.id, id));
    return row && row.deletedAt === null ? row : null;
  }
  const table = TABLES[kind];
  const [row] = await db
    .select({ maxBudgetNanoUsd: table.maxBudgetNanoUsd })
    .from(table)
    .where(eq(table.id, id));
  return row ? { ...row, userId: kind === "user" ? id : null, teamId: kind === "team" ? id : null } : null;
}

export async function insertBudgetRequest(tx: Tx, row: typeof budgetRequests.$inferInsert): Promise<void> {
  await tx.insert(budgetRequests).values(row);
}

export async function lockBudgetRequest(tx: Tx, id: string): Promise<BudgetRequestRow | null> {
  const [row] = await tx.select().from(budgetRequests).where(eq(budgetRequests.id, id)).for("update");
  return row ?? null;
}

export async function updateBudgetRequest(
  tx: Tx,
  id: string,
  columns: Partial<BudgetRequestRow>,
): Promise<void> {
  await tx.update(budgetRequests).set(columns).where(eq(budgetRequests.id, id));
}

/** True when somebody asked about it already and has no answer. */
export async function isAsked(tx: Tx, kind: RaisedKind, id: string): Promise<boolean> {
  const about = and(eq(budgetRequests.subjectKind, kind), eq(budgetRequests.subjectId, id));
  const rows = await tx
    .select({ id: budgetRequests.id })
    .from(budgetRequests)
    .where(and(eq(budgetRequests.state, "open"), about))
    .limit(1);
  return rows.length > 0;
}

export interface BudgetRequestListRow extends BudgetRequestRow {
  readonly subjectName: string | null;
  readonly requesterName: string | null;
  readonly deciderName: string | null;
}

/** The open ones first, then the newest. @param by whose alone; null: everybody's */
export async function listBudgetRequests(
  sql: Sql,
  asked: { readonly by: string | null; readonly state?: string; readonly most: number },
): Promise<BudgetRequestListRow[]> {
  const { by, most, state } = asked;
  return sql<BudgetRequestListRow[]>`
    select r.id, r.state, r.subject_kind as "subjectKind", r.subject_id as "subjectId",
      r.amount_nano_usd as "amountNanoUsd", r.until_at as "untilAt", r.reason, r.requested_by as "requestedBy",
      r.requested_at as "requestedAt", r.decided_by as "decidedBy", r.decided_at as "decidedAt",
      r.decision_reason as "decisionReason", r.granted_nano_usd as "grantedNanoUsd", r.granted_until as "grantedUntil",
      coalesce(k.alias, t.alias, s.alias, s.email) as "subjectName",
      coalesce(u.alias, u.email) as "requesterName", coalesce(d.alias, d.email) as "deciderName"
    from budget_requests r
      left join virtual_keys k on r.subject_kind = 'key' and k.id = r.subject_id
      left join teams t on r.subject_kind = 'team' and t.id = r.subject_id
      left join users s on r.subject_kind = 'user' and s.id = r.subject_id
      left join users u on u.id = r.requested_by
      left join users d on d.id = r.decided_by
    where ${by === null ? sql`true` : sql`r.requested_by = ${by}`}
      and ${state === undefined ? sql`true` : sql`r.state = ${state}`}
    order by r.state <> 'open', r.requested_at desc, r.id desc limit ${most}`;
}

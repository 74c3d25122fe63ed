/** Every change of a shared tier: one function each, with its audit event in the same transaction. */
import { eq } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { type BudgetUse, budgetUse, holdBudget, lockBudget } from "#db/queries/budgets.ts";
import { budgets } from "#db/schema/keys.ts";
import { ownerColumns } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { uniqueViolation } from "#lib/keys/store.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { NewBudgetBody, UpdateBudgetBody } from "./schema.ts";
import type { BudgetRow } from "./view.ts";

/** Makes a tier. @throws GatewayError invalid_request when the id is taken */
export function createBudget(operations: Operations, actor: Actor, body: NewBudgetBody): Promise<BudgetRow> {
  const nowMs = operations.nowMs();
  const id = body.budget_id ?? newId("bud", nowMs);
  return change(operations, async (tx) => {
    const row = await refuseTaken(() =>
      tx
        .insert(budgets)
        .values({
          id,
          createdBy: actor.id,
          updatedBy: actor.id,
          ...tierColumns(body, null, nowMs, operations.timezone()),
        })
        .returning(),
    );
    await writeAudit(tx, actor, nowMs, {
      action: "budget.create",
      target: { kind: "budget", id },
      before: null,
      after: row,
    });
    return { result: row, changes: [{ kind: "budget", id }] };
  });
}

async function refuseTaken(write: () => Promise<BudgetRow[]>): Promise<BudgetRow> {
  try {
    const [row] = await write();
    if (!row) throw new GatewayError("internal", "The budget was not stored.");
    return row;
  } catch (error) {
    if (uniqueViolation(error) === "budgets_pkey")
      throw new GatewayError(
        "invalid_request",
        "budget_id is taken: change that budget with /budget/update",
        {
          param: "budget_id",
          cause: error,
        },
      );
    throw error;
  }
}

/** Changes what the body names and nothing else, for all who have the tier at once. @throws GatewayError not_found */
export function updateBudget(
  operations: Operations,
  actor: Actor,
  body: UpdateBudgetBody,
): Promise<BudgetRow> {
  const { budget_id: id, ...fields } = body;
  return change(operations, async (tx) => {
    const before = await lockBudget(tx, id);
    if (!before) throw noBudget();
    const nowMs = operations.nowMs();
    const columns = tierColumns(fields, before, nowMs, operations.timezone());
    const [after] = await tx
      .update(budgets)
      .set({ ...columns, updatedBy: actor.id, updatedAt: new Date(nowMs) })
      .where(eq(budgets.id, id))
      .returning();
    if (!after) throw noBudget();
    await writeAudit(tx, actor, nowMs, {
      action: "budget.update",
      target: { kind: "budget", id },
      before,
      after,
    });
    return { result: after, changes: [{ kind: "budget", id }] };
  });
}

/** Deletes a tier that nobody has. @throws GatewayError not_found; invalid_request naming who has it */
export function deleteBudget(operations: Operations, actor: Actor, id: string): Promise<BudgetRow> {
  return change(operations, async (tx) => {
    // Whoever is about to point to the tier holds it until that is done, so the count below cannot be outrun.
    const before = await lockBudget(tx, id);
    if (!before) throw noBudget();
    const users = describeUse(await budgetUse(tx, id));
    if (users !== null)
      throw new GatewayError(
        "invalid_request",
        `budget ${id} is in use by ${users}: give them another budget_id or null first`,
        { param: "id" },
      );
    await tx.delete(budgets).where(eq(budgets.id, id));
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "budget.delete",
      target: { kind: "budget", id },
      before,
      after: null,
    });
    return { result: before, changes: [{ kind: "budget", id }] };
  });
}

function describeUse({ keys, members, endUsers, tags }: BudgetUse): string | null {
  const counts = [
    [keys, "key"],
    [members, "team member"],
    [endUsers, "end user"],
    [tags, "tag"],
  ] as const;
  const words = counts.flatMap(([n, word]) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? "" : "s"}`]));
  return words.length === 0 ? null : words.join(", ");
}

/** The tier that a body names, held until the transaction ends. @throws GatewayError invalid_request when there is none */
export async function requireBudget(tx: Tx, id: string): Promise<BudgetRow> {
  const row = await holdBudget(tx, id);
  if (!row)
    throw new GatewayError(
      "invalid_request",
      `budget_id names "${id}", which is no budget: make it with /budget/new first`,
      { param: "budget_id" },
    );
  return row;
}

export function noBudget(): GatewayError {
  return new GatewayError("not_found", "Budget not found in database", { param: "budget_id" });
}

/** A tier has no spend and no period of its own: what `ownerColumns` says about those is left out. */
function tierColumns(
  fields: Omit<UpdateBudgetBody, "budget_id">,
  before: BudgetRow | null,
  nowMs: number,
  timezone: string,
): Partial<BudgetRow> {
  const {
    spendNanoUsd: _spend,
    spendPeriodStartedAt: _started,
    ...columns
  } = ownerColumns(fields, before, nowMs, timezone);
  return columns;
}

/** One act on many keys: each on its own, so that one that cannot be changed does not keep the others from it. */
import { findKeys } from "#db/queries/keys.ts";
import { findTeam } from "#db/queries/teams.ts";
import type { Actor } from "#lib/audit/audit.ts";
import type { Operations } from "../changes.ts";
import { GatewayError, toGatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import { noKey } from "./authority.ts";
import type { BulkAct } from "./bulk-schema.ts";
import type { Caller } from "./caller.ts";
import { setBlocked, updateKey } from "./key-changes.ts";
import { deleteKeys } from "./operations.ts";
import { toHash } from "./secret.ts";
import type { KeyRow } from "./view.ts";

export interface BulkResult {
  readonly key: string;
  readonly name: string;
  readonly ok: boolean;
  /** Why not, or why there was nothing to do. */
  readonly message: string | null;
  /** Fields of `/key/bulk_update` that bring back what was; null where there is no way back by it. */
  readonly undo: Record<string, unknown> | null;
}

/** @throws GatewayError invalid_request when the act itself cannot be: an unknown team */
export async function bulkKeys(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  keys: readonly string[],
  act: BulkAct,
): Promise<BulkResult[]> {
  if (act.kind === "team" && !(await findTeam(operations.db, act.team_id)))
    throw new GatewayError("invalid_request", "There is no such team.", { param: "team_id" });
  const results: BulkResult[] = [];
  for (const key of [...new Set(keys)]) {
    const [row] = await findKeys(operations.db, [toHash(key)]);
    const name = row?.alias ?? (row ? `${row.secretStart}…${row.secretLast4}` : key);
    try {
      if (!row) throw noKey();
      const { message = null, undo = null } = await actOn(operations, actor, caller, row, act);
      results.push({ key, name, ok: true, message, undo });
    } catch (error) {
      const { message } = toGatewayError(error);
      // What the caller may not know of has no name either.
      const hidden = toGatewayError(error).code === "not_found";
      results.push({ key, name: hidden ? key : name, ok: false, message, undo: null });
    }
  }
  return results;
}

interface Done {
  readonly message?: string;
  readonly undo?: Record<string, unknown>;
}

async function actOn(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  row: KeyRow,
  act: BulkAct,
): Promise<Done> {
  const update = (body: Parameters<typeof updateKey>[4]) =>
    updateKey(operations, actor, caller, row.id, body);
  switch (act.kind) {
    case "disable":
    case "enable": {
      const blocked = act.kind === "disable";
      if (row.blocked === blocked)
        return { message: blocked ? "Was disabled already." : "Was enabled already." };
      await setBlocked(operations, actor, caller, row.id, blocked);
      return { undo: {} };
    }
    case "extend":
      if (row.expiresAt === null) return { message: "Does not expire; left as it is." };
      await update({ duration: act.duration });
      return {};
    case "budget":
      await update({ max_budget: act.max_budget, budget_duration: act.budget_duration ?? null });
      return {
        undo: {
          max_budget: row.maxBudgetNanoUsd === null ? null : formatUsd(row.maxBudgetNanoUsd),
          budget_duration: row.budgetDuration,
        },
      };
    case "team":
      if (row.teamId === act.team_id) return { message: "Belongs to this team already." };
      await update({ team_id: act.team_id });
      return { undo: { team_id: row.teamId } };
    case "tag":
      if (row.tags.includes(act.tag)) return { message: "Has this tag already." };
      await update({ tags: [...row.tags, act.tag] });
      return { undo: { tags: row.tags } };
    case "revoke": {
      const gone = await deleteKeys(operations, actor, caller, { hashes: [row.id], aliases: [] });
      if (gone.length === 0) throw noKey();
      return {};
    }
  }
}

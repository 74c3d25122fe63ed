/** Freezing and lifting: each one transaction with its audit event and its step, in force everywhere when it is committed. */
import { and, eq, inArray, isNull } from "drizzle-orm";
import type { Db, Sql, Tx } from "#db/client.ts";
import { keyIdsInScope } from "#db/queries/incident-scope.ts";
import { freezes } from "#db/schema/assurance.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { openIn } from "./incidents.ts";
import type { FreezeBody, UnfreezeBody } from "./schema.ts";
import { resolveScope, type Scope } from "./scope.ts";
import { addStep, lockIncident, lockOpenIncident, nameOf } from "./steps.ts";

export interface Frozen {
  readonly freezeId: string;
  readonly incidentId: string;
  readonly scope: Scope;
}

/** What freezing needs; the command line has it without a gateway. */
export type FreezeTools = Operations & { readonly sql: Sql };

/**
 * Denies the calls of a scope from now on, until it is lifted. Opens an incident where none is named.
 * @throws GatewayError invalid_request, not_found; conflict for an incident that is closed
 */
export async function freeze(tools: FreezeTools, actor: Actor, body: FreezeBody): Promise<Frozen> {
  const scope = await resolveScope(tools.sql, body.scope, tools.nowMs());
  const keyIds = scope.kind === "ip" ? await keyIdsInScope(tools.sql, { ...scope, kind: "ip" }) : [];
  return change(tools, async (tx) => {
    const result = await freezeIn(tx, tools, actor, { ...body, scope, keyIds });
    return { result, changes: [{ kind: "freeze", id: result.freezeId }] };
  });
}

/** What is needed where no gateway runs: nothing here is cached that would have to forget. */
export interface OfflineTools {
  readonly sql: Sql;
  readonly db: Db;
  readonly nowMs: () => number;
}

/** As {@link freeze}; the caller announces it. */
export async function freezeOffline(tools: OfflineTools, actor: Actor, body: FreezeBody): Promise<Frozen> {
  const scope = await resolveScope(tools.sql, body.scope, tools.nowMs());
  const keyIds = scope.kind === "ip" ? await keyIdsInScope(tools.sql, { ...scope, kind: "ip" }) : [];
  return tools.db.transaction((tx) => freezeIn(tx, tools, actor, { ...body, scope, keyIds }));
}

/** As {@link unfreeze}; the caller announces it. */
export async function unfreezeOffline(
  tools: OfflineTools,
  actor: Actor,
  body: UnfreezeBody,
): Promise<number> {
  return tools.db.transaction(async (tx) => (await unfreezeIn(tx, tools.nowMs(), actor, body)).length);
}

/** As {@link freeze}, inside a larger change. */
export async function freezeIn(
  tx: Tx,
  { nowMs: now }: Pick<Operations, "nowMs">,
  actor: Actor,
  body: Omit<FreezeBody, "scope"> & { readonly scope: Scope; readonly keyIds: readonly string[] },
): Promise<Frozen> {
  const { keyIds, reason, scope } = body;
  const nowMs = now();
  const incidentId = body.incident_id
    ? (await lockOpenIncident(tx, body.incident_id)).id
    : await openIn(tx, actor, nowMs, { scope, reason, drill: false });
  const row = {
    id: newId("frz", nowMs),
    incidentId,
    scopeKind: scope.kind,
    scopeId: scope.id,
    keyIds: [...keyIds],
    reason,
    reasonShown: body.show_reason === true,
    by: nameOf(actor),
    at: new Date(nowMs),
  };
  await tx.insert(freezes).values(row);
  await addStep(tx, incidentId, actor, nowMs, {
    action: "freeze",
    outcome: "done",
    detail: { freezeId: row.id, scope: scope.label, keys: keyIds.length },
  });
  await writeAudit(tx, actor, nowMs, {
    action: "freeze.create",
    target: { kind: "freeze", id: row.id },
    before: null,
    after: row,
    reason,
  });
  return { freezeId: row.id, incidentId, scope };
}

/** Lets calls on again. @returns how many freezes were lifted @throws GatewayError invalid_request, not_found */
export function unfreeze(operations: Operations, actor: Actor, body: UnfreezeBody): Promise<number> {
  return change(operations, async (tx) => {
    const ids = await unfreezeIn(tx, operations.nowMs(), actor, body);
    return { result: ids.length, changes: ids.map((id) => ({ kind: "freeze" as const, id })) };
  });
}

async function unfreezeIn(tx: Tx, nowMs: number, actor: Actor, body: UnfreezeBody): Promise<string[]> {
  const named = [body.freeze_id, body.incident_id, body.all === true ? "all" : null].filter(Boolean);
  if (named.length !== 1)
    throw new GatewayError(
      "invalid_request",
      "Name what to lift: one of freeze_id, incident_id and all: true.",
      {
        param: "freeze_id",
      },
    );
  const rows = await tx
    .select()
    .from(freezes)
    .where(
      and(
        isNull(freezes.liftedAt),
        body.freeze_id ? eq(freezes.id, body.freeze_id) : undefined,
        body.incident_id ? eq(freezes.incidentId, body.incident_id) : undefined,
      ),
    )
    .for("update");
  if (rows.length === 0 && body.all !== true)
    throw new GatewayError("not_found", "No such freeze is in force.", { param: "freeze_id" });
  const lifted = { liftedBy: nameOf(actor), liftedAt: new Date(nowMs) };
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await tx.update(freezes).set(lifted).where(inArray(freezes.id, ids));
  for (const row of rows) {
    await writeAudit(tx, actor, nowMs, {
      action: "freeze.lift",
      target: { kind: "freeze", id: row.id },
      before: row,
      after: { ...row, ...lifted },
      reason: body.reason,
    });
    if (row.incidentId === null) continue;
    await lockIncident(tx, row.incidentId);
    await addStep(tx, row.incidentId, actor, nowMs, {
      action: "unfreeze",
      outcome: "done",
      detail: { freezeId: row.id, reason: body.reason },
    });
  }
  return ids;
}

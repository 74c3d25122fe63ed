/** Opening, approving and closing incidents. */
import { and, eq, isNull } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { freezes, incidents } from "#db/schema/assurance.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Scope } from "./scope.ts";
import { addStep, type Incident, lockIncident, lockOpenIncident, nameOf } from "./steps.ts";

export interface NewIncident {
  readonly scope: Scope;
  readonly reason: string;
  readonly drill: boolean;
  /** What was found to be concerned when it was opened. */
  readonly impact?: Readonly<Record<string, unknown>>;
}

/** @returns the incident's id */
export function openIncident(operations: Operations, actor: Actor, incident: NewIncident): Promise<string> {
  return change(operations, async (tx) => {
    const id = await openIn(tx, actor, operations.nowMs(), incident);
    return { result: id, changes: [] };
  });
}

/** As {@link openIncident}, inside a larger change. */
export async function openIn(tx: Tx, actor: Actor, nowMs: number, incident: NewIncident): Promise<string> {
  const { drill, impact, reason, scope } = incident;
  const id = newId("inc", nowMs);
  const row = {
    id,
    state: "open",
    drill,
    reason,
    scope: { ...scope },
    impact: impact === undefined ? null : { ...impact },
    openedBy: nameOf(actor),
    openedAt: new Date(nowMs),
  };
  await tx.insert(incidents).values(row);
  await addStep(tx, id, actor, nowMs, {
    action: "open",
    outcome: drill ? "drill" : "done",
    detail: { scope: scope.label, reason },
  });
  await writeAudit(tx, actor, nowMs, {
    action: drill ? "incident.drill" : "incident.open",
    target: { kind: "incident", id },
    before: null,
    after: withoutPeople(row),
    reason,
  });
  return id;
}

/** As the audit log has it: whose keys are concerned stands in the incident, from where an erasure takes it. */
function withoutPeople<T extends { readonly impact?: unknown }>(incident: T): T {
  const { impact } = incident;
  if (typeof impact !== "object" || impact === null) return incident;
  const { keys, calls_last_hour } = { keys: null, calls_last_hour: null, ...impact };
  return { ...incident, impact: { keys, calls_last_hour } };
}

/**
 * A second person's consent. Only people count, signed in to the console: a key is in anybody's hands.
 * @throws GatewayError not_allowed, not_found, conflict
 */
export function approveIncident(operations: Operations, actor: Actor, id: string): Promise<Incident> {
  return changeIncident(operations, actor, id, "approve", "incident.approve", null, (incident, now) => {
    if (actor.kind !== "user")
      throw new GatewayError("not_allowed", "Only a person signed in to the console may approve.", {
        param: "None",
      });
    if (incident.openedBy === actor.id)
      throw new GatewayError("not_allowed", "A second person has to approve: you opened this incident.", {
        param: "None",
      });
    return { approvedBy: actor.id, approvedAt: now };
  });
}

/**
 * @param impact what it hits now, for one whose record says nothing of its time: a freeze opens incidents without a look
 * @throws GatewayError not_found; conflict while a freeze of it is in force
 */
export async function closeIncident(
  operations: Operations,
  actor: Actor,
  id: string,
  summary: string,
  impact: Readonly<Record<string, unknown>>,
): Promise<Incident> {
  return changeIncident(
    operations,
    actor,
    id,
    "close",
    "incident.close",
    summary,
    async (incident, now, tx) => {
      const running = await tx
        .select({ id: freezes.id })
        .from(freezes)
        .where(and(eq(freezes.incidentId, id), isNull(freezes.liftedAt)));
      if (running.length > 0)
        throw new GatewayError(
          "conflict",
          "Its freeze is still in force: lift it first, or revoke the keys.",
          {
            param: "None",
          },
        );
      return {
        state: "closed",
        closedBy: nameOf(actor),
        closedAt: now,
        impact: incident.impact ?? { ...impact },
      };
    },
  );
}

/** The evidence leaves the gateway: who took it, and when. @throws GatewayError not_found */
export function recordEvidence(
  { db, nowMs }: Pick<Operations, "db" | "nowMs">,
  actor: Actor,
  id: string,
): Promise<void> {
  return db.transaction(async (tx) => {
    const incident = await lockIncident(tx, id);
    const atMs = nowMs();
    await addStep(tx, id, actor, atMs, {
      action: "evidence",
      outcome: incident.drill ? "drill" : "done",
      detail: {},
    });
    await writeAudit(tx, actor, atMs, {
      action: "incident.evidence",
      target: { kind: "incident", id },
      before: null,
      after: null,
    });
  });
}

function changeIncident(
  operations: Operations,
  actor: Actor,
  id: string,
  step: string,
  action: string,
  reason: string | null,
  columnsOf: (incident: Incident, now: Date, tx: Tx) => Partial<Incident> | Promise<Partial<Incident>>,
): Promise<Incident> {
  return change(operations, async (tx) => {
    const before = await lockOpenIncident(tx, id);
    const nowMs = operations.nowMs();
    const columns = await columnsOf(before, new Date(nowMs), tx);
    const [after] = await tx.update(incidents).set(columns).where(eq(incidents.id, id)).returning();
    if (!after) throw new GatewayError("not_found", "There is no such incident.");
    await addStep(tx, id, actor, nowMs, {
      action: step,
      outcome: before.drill ? "drill" : "done",
      detail: reason === null ? {} : { summary: reason },
    });
    await writeAudit(tx, actor, nowMs, {
      action,
      target: { kind: "incident", id },
      before: withoutPeople(before),
      after: withoutPeople(after),
      ...(reason === null ? {} : { reason }),
    });
    return { result: after, changes: [] };
  });
}

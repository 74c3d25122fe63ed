/** The steps of an incident: its timeline, one row for each thing that was done. Written in the transaction of what it tells of. */
import { eq, sql as raw } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { incidentSteps, incidents } from "#db/schema/assurance.ts";
import type { Actor } from "#lib/audit/audit.ts";
import { GatewayError } from "../errors.ts";

export type Incident = typeof incidents.$inferSelect;

export interface Step {
  readonly action: string;
  readonly outcome: "done" | "drill" | "failed" | "asked";
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The incident, locked: whatever is done about one is done one after the other. @throws GatewayError not_found */
export async function lockIncident(tx: Tx, id: string): Promise<Incident> {
  const [incident] = await tx.select().from(incidents).where(eq(incidents.id, id)).for("update");
  if (!incident) throw new GatewayError("not_found", "There is no such incident.", { param: "incident_id" });
  return incident;
}

/** As {@link lockIncident}. @throws GatewayError conflict for one that is closed */
export async function lockOpenIncident(tx: Tx, id: string): Promise<Incident> {
  const incident = await lockIncident(tx, id);
  if (incident.state !== "open")
    throw new GatewayError("conflict", "This incident is closed. Open another one.", {
      param: "incident_id",
    });
  return incident;
}

/** Adds a step; the caller holds the incident's lock, or has just made it. */
export async function addStep(
  tx: Tx,
  incidentId: string,
  actor: Actor,
  nowMs: number,
  step: Step,
): Promise<void> {
  const [last] = await tx
    .select({ number: raw<number>`coalesce(max(${incidentSteps.number}), 0)::int` })
    .from(incidentSteps)
    .where(eq(incidentSteps.incidentId, incidentId));
  await tx.insert(incidentSteps).values({
    incidentId,
    number: (last?.number ?? 0) + 1,
    at: new Date(nowMs),
    by: nameOf(actor),
    action: step.action,
    outcome: step.outcome,
    detail: { ...step.detail },
  });
}

/** Who did it, as incidents have it: a user's id, `master_key`, a key's id, `system`. */
export function nameOf(actor: Actor): string {
  return actor.kind === "master_key" ? "master_key" : actor.kind === "system" ? "system" : actor.id;
}

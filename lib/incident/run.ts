/**
 * Runs an incident's actions. What must be at once (freeze, a new master key) happens here, in one transaction; the rest is
 * a job, queued in the same transaction, which goes on wherever a crash cut it off.
 */
import { keyIdsInScope, type ScopeOf } from "#db/queries/incident-scope.ts";
import { jobs } from "#db/schema/jobs.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { type Change, change } from "../changes.ts";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { type FreezeTools, freezeIn } from "./freezes.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";
import { readGrace, rotateMasterKeyIn } from "./master-key-rotation.ts";
import { type Action, phraseFor, SCOPE_KINDS } from "./names.ts";
import type { RunBody } from "./schema.ts";
import type { Scope } from "./scope.ts";
import { addStep, type Incident, lockOpenIncident, nameOf } from "./steps.ts";

export const INCIDENT_JOB = "incident.run";
const IN_JOB: readonly Action[] = ["revoke", "end_sessions", "stop_exports"];

export interface RunTools extends FreezeTools {
  readonly ring: MasterKeyRing;
  readonly config: Pick<Config, "masterKey" | "previousMasterKey" | "encryptionKey" | "incidentSecondPerson">;
}

export interface Run {
  /** Null when nothing is left to be done. */
  readonly jobId: string | null;
  readonly keys: number;
  readonly drill: boolean;
  /** Shown once. */
  readonly masterKey: string | null;
  readonly oldKeyValidUntil: Date | null;
  readonly freezeId: string | null;
}

/**
 * @param sessionId the acting person's own session, which goes on; null for keys
 * @throws GatewayError not_found; conflict when the phrase is not the one of now, or one runs already; not_allowed while a
 *   second person's approval is missing
 */
export async function runIncident(
  tools: RunTools,
  actor: Actor,
  incidentId: string,
  body: RunBody,
  sessionId: string | null,
): Promise<Run> {
  return change(tools, async (tx) => {
    const incident = await lockOpenIncident(tx, incidentId);
    const scope = scopeOf(incident);
    const { actions, reason } = body;
    const revokes = actions.includes("revoke");
    const concerned = revokes || (actions.includes("freeze") && scope.kind === "ip");
    const keyIds = concerned ? await keyIdsInScope(tools.sql, scopeFor(scope)) : [];
    requirePhrase(body, keyIds.length);
    requireSecondPerson(tools.config, incident, actions);
    const nowMs = tools.nowMs();
    const { drill } = incident;
    const changes: Change[] = [];
    const outcome = drill ? "drill" : "asked";
    await addStep(tx, incidentId, actor, nowMs, {
      action: "run",
      outcome,
      detail: { actions, reason, keys: revokes ? keyIds.length : null },
    });
    let freezeId: string | null = null;
    if (actions.includes("freeze") && !drill) {
      const frozen = await freezeIn(tx, tools, actor, { incident_id: incidentId, reason, scope, keyIds });
      freezeId = frozen.freezeId;
      changes.push({ kind: "freeze", id: freezeId });
    } else if (actions.includes("freeze"))
      await addStep(tx, incidentId, actor, nowMs, { action: "freeze", outcome: "drill", detail: {} });
    let rotated = null;
    if (actions.includes("rotate_master_key")) {
      // With a leaked key every minute counts: no grace unless one is asked for.
      const graceMs = readGrace(body.grace_period, "0s");
      if (!drill) {
        rotated = await rotateMasterKeyIn(tx, nowMs, actor, tools.ring, tools.config, {
          graceMs,
          reason,
          newKey: body.new_key ?? null,
        });
        changes.push({ kind: "master_key", id: "master" });
      }
      await addStep(tx, incidentId, actor, nowMs, {
        action: "rotate_master_key",
        outcome: drill ? "drill" : "done",
        detail: { graceMs },
      });
    }
    const rest = actions.filter((action) => IN_JOB.includes(action));
    const jobId = rest.length === 0 ? null : newId("job", nowMs);
    if (jobId !== null) {
      const now = new Date(nowMs);
      const input = { incidentId, actions: rest, keyIds: revokes ? keyIds : [], drill, actor, sessionId };
      const [queued] = await tx
        .insert(jobs)
        .values({
          id: jobId,
          kind: INCIDENT_JOB,
          state: "queued",
          uniqueKey: `incident ${incidentId}`,
          input: { ...input, userId: scope.kind === "user" ? scope.id : null },
          startedBy: nameOf(actor),
          runAfter: now,
          createdAt: now,
          updatedAt: now,
        })
        .onConflictDoNothing()
        .returning({ id: jobs.id });
      if (!queued)
        throw new GatewayError("conflict", "Actions of this incident are still running. Wait for their end.");
    }
    await writeAudit(tx, actor, nowMs, {
      action: drill ? "incident.drill_run" : "incident.run",
      target: { kind: "incident", id: incidentId },
      before: null,
      after: { actions, keys: keyIds.length, jobId, freezeId },
      reason,
    });
    const result: Run = {
      jobId,
      keys: revokes ? keyIds.length : 0,
      drill,
      masterKey: rotated?.secret ?? null,
      oldKeyValidUntil: rotated?.validUntil ?? null,
      freezeId,
    };
    return { result, changes };
  });
}

/** The scope as it was resolved when the incident was opened. */
export function scopeOf({ scope }: { readonly scope: unknown }): Scope {
  const { id, kind, label } = scope as Record<string, unknown>;
  const known = SCOPE_KINDS.find((one) => one === kind);
  if (known === undefined) throw new GatewayError("internal", "The incident's scope cannot be read.");
  return { kind: known, id: String(id ?? ""), label: String(label ?? "") };
}

function scopeFor({ id, kind }: Scope): ScopeOf {
  return { id, kind };
}

function requirePhrase({ actions, phrase }: RunBody, keys: number): void {
  const expected = phraseFor(actions, keys);
  if (expected === null || phrase === expected) return;
  throw new GatewayError("conflict", `Type ${expected} to confirm: phrase must be exactly that.`, {
    param: "phrase",
    extra: { phrase: expected },
  });
}

function requireSecondPerson(
  { incidentSecondPerson }: RunTools["config"],
  incident: Incident,
  actions: readonly Action[],
): void {
  const final = actions.some((action) => action !== "freeze");
  if (!incidentSecondPerson || incident.drill || !final || incident.approvedBy !== null) return;
  throw new GatewayError(
    "not_allowed",
    "A second person has to approve first (incident_second_person): another admin does so on the incident's page. A freeze needs nobody.",
    { param: "None" },
  );
}

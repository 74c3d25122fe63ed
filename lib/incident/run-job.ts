/** The job that revokes an incident's keys, ends sessions and stops exports: piece by piece, each in a transaction of its own. */
import { and, eq, sql as raw } from "drizzle-orm";
import { z } from "zod";
import type { Tx } from "#db/client.ts";
import { endAllSessions } from "#db/queries/console-access.ts";
import { cancelExports } from "#db/queries/jobs.ts";
import { findKeys } from "#db/queries/keys.ts";
import { incidentSteps } from "#db/schema/assurance.ts";
import type { Actor } from "#lib/audit/audit.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobContext, JobKind } from "#lib/jobs/job.ts";
import { deleteKeysIn } from "#lib/keys/operations.ts";
import { operationsOf } from "#lib/operations.ts";
import { change, type Operations } from "../changes.ts";
import { ACTIONS } from "./names.ts";
import { INCIDENT_JOB } from "./run.ts";
import { addStep, lockIncident } from "./steps.ts";

const BATCH = 50;

const inputSchema = z.object({
  incidentId: z.string(),
  actions: z.array(z.enum(ACTIONS)),
  keyIds: z.array(z.string()),
  drill: z.boolean(),
  sessionId: z.string().nullable(),
  /** Only this person's sessions; null: everybody's. */
  userId: z.string().nullable(),
  actor: z.object({
    kind: z.enum(["master_key", "key", "user", "system"]),
    id: z.string(),
    claimedBy: z.string().nullable(),
    ip: z.string().nullable(),
    requestId: z.string().nullable(),
  }),
});
type Input = z.infer<typeof inputSchema>;

interface Work {
  readonly context: JobContext<JobDeps>;
  readonly operations: Operations;
  readonly input: Input;
  readonly actor: Actor;
}

export const incidentJob: JobKind<JobDeps> = {
  kind: INCIDENT_JOB,
  title: (input) => `Actions of incident ${String(input["incidentId"] ?? "")}`,
  attempts: 20,
  // What is half revoked must not be left so: a freeze is what can be taken back.
  cancellable: false,
  run: async (context) => {
    const input = inputSchema.parse(context.input);
    const work: Work = { context, input, actor: input.actor, operations: operationsOf(context.deps) };
    const revoked = input.actions.includes("revoke") ? await revoke(work) : null;
    const sessions = input.actions.includes("end_sessions") ? await endSessions(work) : null;
    const exports = input.actions.includes("stop_exports") ? await stopExports(work) : null;
    return { drill: input.drill, revoked, sessions, exports };
  },
};

/** Every batch is its own change, in force everywhere when it is committed; those that are gone already are passed over. */
async function revoke({ actor, context, input, operations }: Work): Promise<number> {
  const { keyIds } = input;
  let done = typeof context.cursor === "number" ? context.cursor : 0;
  while (done < keyIds.length) {
    const batch = keyIds.slice(done, done + BATCH);
    if (!input.drill)
      await change(operations, async (tx) => {
        const rows = await findKeys(tx, batch);
        await deleteKeysIn(tx, operations, actor, rows);
        return { result: null, changes: rows.map(({ id }) => ({ kind: "key" as const, id })) };
      });
    done += batch.length;
    await context.progress({ done, total: keyIds.length, note: "revoking keys", cursor: done });
  }
  await step({ actor, context, input, operations }, "revoke", async () => ({ keys: keyIds.length }));
  return keyIds.length;
}

async function endSessions(work: Work): Promise<number> {
  const { actor, input } = work;
  return step(work, "end_sessions", async (tx, nowMs) => {
    if (input.drill) return { ended: 0 };
    const own =
      actor.kind === "user" && input.sessionId !== null
        ? { userId: actor.id, sessionId: input.sessionId }
        : null;
    const ended = await endAllSessions(tx, new Date(nowMs), input.userId, own);
    await writeAudit(tx, actor, nowMs, {
      action: "incident.end_sessions",
      target: { kind: "incident", id: input.incidentId },
      before: null,
      after: { ended, userId: input.userId },
    });
    return { ended };
  }).then(({ ended }) => Number(ended ?? 0));
}

async function stopExports(work: Work): Promise<number> {
  const { actor, input } = work;
  return step(work, "stop_exports", async (tx, nowMs) => {
    if (input.drill) return { stopped: 0 };
    const stopped = await cancelExports(tx, new Date(nowMs));
    await writeAudit(tx, actor, nowMs, {
      action: "incident.stop_exports",
      target: { kind: "incident", id: input.incidentId },
      before: null,
      after: { stopped },
    });
    return { stopped: stopped.length };
  }).then(({ stopped }) => Number(stopped ?? 0));
}

/** Does something and writes its step, both or neither, and never twice for one job. */
function step(
  { actor, context, input, operations }: Work,
  action: string,
  work: (tx: Tx, nowMs: number) => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  return change(operations, async (tx) => {
    await lockIncident(tx, input.incidentId);
    const [done] = await tx
      .select({ detail: incidentSteps.detail })
      .from(incidentSteps)
      .where(
        and(
          eq(incidentSteps.incidentId, input.incidentId),
          eq(incidentSteps.action, action),
          raw`${incidentSteps.detail}->>'jobId' = ${context.id}`,
        ),
      );
    if (done) return { result: done.detail, changes: [] };
    const nowMs = operations.nowMs();
    const detail = { ...(await work(tx, nowMs)), jobId: context.id };
    await addStep(tx, input.incidentId, actor, nowMs, {
      action,
      outcome: input.drill ? "drill" : "done",
      detail,
    });
    return { result: detail, changes: [] };
  });
}

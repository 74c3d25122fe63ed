/** Erasures as jobs: asked for once, run where there is room, taken up again after a crash. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { JobEngine } from "../jobs/engine.ts";
import type { JobKind } from "../jobs/job.ts";
import { ERASE_JOB, type ErasureOrder, eraseSubject } from "./erasure.ts";
import { requireErasable } from "./holds.ts";
import { subjectHash } from "./subject.ts";

const orderSchema = z.object({
  subject: z.object({ kind: z.enum(["user", "end_user"]), id: z.string().min(1) }),
  operator: z.string().default("master_key"),
  approver: z.string().nullable().default(null),
  requestId: z.string().nullable().default(null),
});

export const eraseJob: JobKind<JobDeps> = {
  kind: ERASE_JOB,
  title: () => "Erasure of a person",
  attempts: 10,
  // Half an erasure helps nobody, and its first step cannot be taken back.
  cancellable: false,
  run: async (context) => {
    const order = orderSchema.parse(context.input);
    const certificate = await eraseSubject(context, order);
    context.deps.log.info(
      { erasure: certificate.id, pseudonym: certificate.subject.pseudonym },
      "a person was erased",
    );
    return { certificate };
  },
};

/**
 * Asks for an erasure. The caller writes the audit event of asking.
 * @returns the job's id @throws GatewayError legal_hold; conflict while one for the same person runs
 */
export async function askErasure(
  deps: Pick<JobDeps, "sql" | "pseudonymKey"> & { readonly jobs: JobEngine<JobDeps> },
  order: ErasureOrder,
): Promise<string> {
  const { kind, id } = order.subject;
  await requireErasable(deps.sql, order.subject);
  const job = await deps.jobs.ask({
    kind: ERASE_JOB,
    input: { ...order },
    startedBy: order.operator,
    uniqueKey: `${ERASE_JOB} ${subjectHash(deps.pseudonymKey, kind, id)}`,
  });
  if (job === null)
    throw new GatewayError("conflict", "An erasure of this person is under way.", { param: "subject" });
  return job;
}

/** What a request takes over from its job: the certificate, and that it is done. */

import { z } from "zod";
import { jobsOf, type PrivacyRequestRow, requestsToSettle } from "#db/queries/privacy-requests.ts";
import { isGatewayError } from "../../errors.ts";
import type { RequestDeps } from "./deps.ts";
import { statementOf } from "./run.ts";
import { type StepResult, takeStep } from "./step.ts";

const SYSTEM = { kind: "system", id: "privacy", claimedBy: null, ip: null, requestId: null } as const;

const erased = z.object({
  certificate: z.looseObject({ subject: z.looseObject({ pseudonym: z.string() }) }),
});

/** Finishes every request whose job is done. @returns how many */
export async function settleRequests(deps: RequestDeps): Promise<number> {
  let count = 0;
  for (const id of await requestsToSettle(deps.operations.db)) {
    try {
      await takeStep(deps, SYSTEM, id, "complete", ["run"], (_tx, row) => completed(deps, row));
      count += 1;
    } catch (error) {
      // Another instance was quicker.
      if (!isGatewayError(error) || error.code !== "conflict") throw error;
    }
  }
  return count;
}

async function completed(deps: RequestDeps, row: PrivacyRequestRow): Promise<StepResult> {
  const [job] = await jobsOf(deps.operations.db, row.jobId === null ? [] : [row.jobId]);
  const result = job?.result ?? {};
  const finish = { step: "done", outcome: "fulfilled", finishedAt: new Date(deps.operations.nowMs()) };
  const told = { outcome: "fulfilled" };
  const erasure = row.type === "erasure" ? erased.parse(result) : null;
  if (erasure === null) {
    const certificate = statementOf(deps, row, job?.startedBy ?? "", result);
    return { patch: { ...finish, certificate: { ...certificate } }, told };
  }
  const { pseudonym } = erasure.certificate.subject;
  // What was noted of the person goes with them.
  const patch = { ...finish, certificate: erasure.certificate, pseudonym, subjectId: pseudonym };
  return { patch: { ...patch, identifiedBy: null, note: null }, told };
}

/**
 * A drill: a made-up person asks for their data and then to be erased, and every part of the gateway that would answer a
 * real one does. In three jobs, for the export and the erasure are jobs of their own between them.
 */
import { z } from "zod";
import { DRILL_CALLS, insertMadeUp, removeMadeUpCalls, sumOfCalls } from "#db/queries/privacy-drill.ts";
import { findRequest, type PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import { writeAudit } from "../../audit/audit.ts";
import { newId } from "../../ids.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import type { JobKind } from "../../jobs/job.ts";
import { locateSubject } from "../erasure.ts";
import { type Operator, type RequestDeps, requestDeps } from "./deps.ts";
import { queueLater } from "./drill-queue.ts";
import type { RequestType } from "./names.ts";
import { approveRequest, createRequest, decideRequest, identifyPerson, locatePerson } from "./operations.ts";
import { runRequest } from "./run.ts";
import { settleRequests } from "./settle.ts";
import { verifyPrivacy } from "./verify.ts";

export const DRILL_KIND = "privacy.drill";

const inputSchema = z.object({
  phase: z.enum(["access", "erasure", "end"]).default("access"),
  /** The end of the person's id: the whole would be erased from this very job. */
  suffix: z.string().default(""),
  access: z.string().default(""),
  erasure: z.string().default(""),
});
type Input = z.infer<typeof inputSchema>;

const actor = { kind: "system", id: DRILL_KIND, claimedBy: null, ip: null, requestId: null } as const;
const OFFICER: Operator = { actor, userId: "drill-officer" };
const SECOND: Operator = { actor, userId: "drill-second" };

export const privacyDrill: JobKind<JobDeps> = {
  kind: DRILL_KIND,
  title: () => "Privacy drill on a made-up person",
  attempts: 10,
  cancellable: false,
  run: async ({ deps, input, startedBy }) => {
    const given = inputSchema.parse(input);
    const tools = requestDeps(deps, () => {});
    if (given.phase === "access") return begin(tools, startedBy);
    await settleRequests(tools);
    if (given.phase === "erasure") return erase(tools, given, startedBy);
    return end(tools, given, startedBy);
  },
};

async function begin(deps: RequestDeps, startedBy: string) {
  const nowMs = deps.operations.nowMs();
  const suffix = newId("usr", nowMs).slice(-10).toLowerCase();
  const userId = userIdOf(suffix);
  const [keyId, sessionId] = [newId("key", nowMs), newId("ses", nowMs)];
  await insertMadeUp(deps.jobs.sql, { userId, keyId, sessionId, now: new Date(nowMs) });
  const access = await leadTo(deps, "access", userId);
  await queueLater(deps, DRILL_KIND, { phase: "erasure", suffix, access }, startedBy);
  return { drill: true, access };
}

async function erase(deps: RequestDeps, { access, suffix }: Input, startedBy: string) {
  await expectDone(deps, access);
  const erasure = await leadTo(deps, "erasure", userIdOf(suffix));
  await queueLater(deps, DRILL_KIND, { phase: "end", suffix, access, erasure }, startedBy);
  return { drill: true, access, erasure };
}

/** Everything must have been found, every amount kept, the certificates genuine, and nothing left. */
async function end(deps: RequestDeps, { access, erasure, suffix }: Input, startedBy: string) {
  const { sql } = deps.jobs;
  const [told, gone] = [await expectDone(deps, access), await expectDone(deps, erasure)];
  const pseudonym = gone.pseudonym ?? "";
  const kept = await sumOfCalls(sql, pseudonym);
  const left = await locateSubject(deps.jobs, { kind: "user", id: userIdOf(suffix) });
  const key = deps.jobs.auditSigner.key.keyId;
  const faults = [
    ...(kept.calls === DRILL_CALLS && kept.nanoUsd === BigInt(DRILL_CALLS) * 1000n
      ? []
      : ["the sums of the person's calls moved"]),
    ...Object.keys(left).map((place) => `${place} still names the person`),
    ...[told, gone]
      .filter((row) => !verifyPrivacy(row.certificate, key).ok)
      .map((row) => `the certificate of ${row.id} is not genuine`),
  ];
  await removeMadeUpCalls(sql, pseudonym);
  const nowMs = deps.operations.nowMs();
  await deps.operations.db.transaction((tx) =>
    writeAudit(tx, actor, nowMs, {
      action: "privacy.drill",
      target: { kind: "privacy_request", id: erasure },
      before: null,
      after: { drill: true, startedBy, access, erasure, faults },
      ...(faults.length === 0 ? {} : { outcome: "denied" as const }),
    }),
  );
  return { drill: true, access, erasure, faults };
}

const userIdOf = (suffix: string) => `drill-${suffix}`;

/** The steps that people take, up to the job. @returns the request's id */
async function leadTo(deps: RequestDeps, type: RequestType, userId: string): Promise<string> {
  const id = await createRequest(deps, OFFICER, { type, subject: userId, subject_kind: "user" }, true);
  await identifyPerson(deps, OFFICER, id, "a drill: nobody to identify");
  await locatePerson(deps, OFFICER, id);
  await decideRequest(deps, OFFICER, id, { grant: true });
  await approveRequest(deps, SECOND, id);
  await runRequest(deps, OFFICER, id);
  return id;
}

/** @throws when its job has not ended yet: this one is tried again then */
async function expectDone(deps: RequestDeps, id: string): Promise<PrivacyRequestRow> {
  const row = await findRequest(deps.operations.db, id);
  if (row?.step !== "done") throw new Error(`request ${id} of the drill is not done yet`);
  return row;
}

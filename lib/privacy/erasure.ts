/**
 * Erases a person, step by step, each of them idempotent: after a crash the job goes on with the step, and in the records
 * with the stretch, that its cursor names. Access ends first; the key that opens the audit log's words about the person is
 * destroyed last, in one transaction with the certificate.
 */
import { setTimeout } from "node:timers/promises";
import { sql as raw } from "drizzle-orm";
import { deleteOwn, endAccess } from "#db/queries/erasure-people.ts";
import { pseudonymiseStretch, recordPartitions } from "#db/queries/erasure-records.ts";
import { recordOwner, renameBudgets, renameHourly, renameTags } from "#db/queries/erasure-sums.ts";
import { dropAnswers } from "#db/queries/idempotency.ts";
import { replaceColumn, replaceMentions, textColumns } from "#db/queries/mentions.ts";
import { writeAudit } from "../audit/audit.ts";
import { announce, applyChange, type Change } from "../changes.ts";
import { newId } from "../ids.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { JobContext } from "../jobs/job.ts";
import type { Certificate } from "./certificate.ts";
import { type ErasureState, finish, finishedCertificate, operatorOf } from "./erasure-end.ts";
import { requireErasable } from "./holds.ts";
import { eraseFiles } from "./job-file-erasure.ts";
import { type LocateDeps, type Located, locateAll, personOf, sumRecords } from "./locate.ts";
import { logFilesOf, rewriteLines } from "./log-files.ts";
import { lineChange } from "./log-lines.ts";
import { freeColumns, namesOf, userColumns } from "./names.ts";
import { type DataSubject, identify } from "./subject.ts";
import { stretches } from "./walk.ts";

/** The job's kind. Its input: an ErasureOrder. Its result: `{ certificate }`. */
export const ERASE_JOB = "privacy.erase";

export interface ErasureOrder {
  readonly subject: DataSubject;
  /** User id, `master_key`, or a command (`shin restore`). */
  readonly operator: string;
  /** The second person; null where none is asked for. */
  readonly approver: string | null;
  /** The privacy request that it answers. */
  readonly requestId: string | null;
}

export interface ErasureContext extends Pick<JobContext<JobDeps>, "deps" | "cursor" | "progress" | "signal"> {
  /** The job's, which forgets at the end whom it was about; absent when none runs it. */
  readonly id?: string;
}

export type EraseSubject = typeof eraseSubject;
export type { Located };

/** Partitions that calls of the last hours settle in. */
const LATE_PARTITIONS = 3;

/** How much of a person stands where, by store; stores with nothing are left out. */
export async function locateSubject(deps: LocateDeps, subject: DataSubject): Promise<Located> {
  const identity = await identify(deps.sql, subject, deps.pseudonymKey);
  await deps.ledger.flush();
  return (await locateAll(deps, identity, null, await sumRecords(deps.sql, identity))).stores;
}

/**
 * Erases.
 * @throws GatewayError legal_hold while a hold runs on the person, whenever it was placed
 */
export async function eraseSubject(context: ErasureContext, order: ErasureOrder): Promise<Certificate> {
  const { cursor, deps } = context;
  const done = await finishedCertificate(deps.sql, cursor);
  if (done) return done;
  await requireErasable(deps.sql, order.subject);
  let state = isState(cursor) ? cursor : await begin(deps, context.id ?? null, order);
  const save = async (next: ErasureState) => {
    state = next;
    await context.progress({
      done: next.step,
      total: STEPS.length,
      note: NOTES[next.step] ?? "",
      cursor: next,
    });
  };
  await save(state);
  while (state.step < STEPS.length) {
    context.signal.throwIfAborted();
    const step = STEPS[state.step];
    await step?.(deps, state, save, context.id ?? null);
    await save({ ...state, step: state.step + 1, place: null });
  }
  const certificate = await finish(deps, context.id ?? null, state);
  await context.progress({ done: STEPS.length, total: STEPS.length, cursor: { erasure: state.erasure } });
  return certificate;
}

type Step = (
  deps: JobDeps,
  state: ErasureState,
  save: (next: ErasureState) => Promise<void>,
  jobId: string | null,
) => Promise<unknown>;

const NOTES = [
  "Access is ended",
  "Spend records get a pseudonym",
  "Sums get the pseudonym",
  "Own records are deleted",
  "Mentions elsewhere are replaced",
  "Files and logs are rewritten",
  "Late records are looked for",
  "Search for what is left",
];

const STEPS: readonly Step[] = [
  (deps, state, _save, jobId) => endEverything(deps, state, jobId),
  (deps, state, save) => records(deps, state, save, Number.POSITIVE_INFINITY),
  sums,
  (deps, state) => deleteOwn(deps.sql, personOf(state.identity, state.pseudonym)),
  replaceElsewhere,
  files,
  late,
];

async function begin(deps: JobDeps, jobId: string | null, order: ErasureOrder): Promise<ErasureState> {
  const nowMs = deps.clock.now();
  const identity = await identify(deps.sql, order.subject, deps.pseudonymKey);
  const pseudonym = await deps.auditSealer.pseudonymOf(order.subject, nowMs);
  await deps.ledger.flush();
  const records = await sumRecords(deps.sql, identity);
  const { costNanoUsd, ips, stores } = await locateAll(deps, identity, jobId, records);
  return {
    erasure: newId("ers", nowMs),
    step: 0,
    place: null,
    startedAt: new Date(nowMs).toISOString(),
    order,
    identity,
    pseudonym,
    ips: ips.slice(0, 1_000),
    before: stores,
    costNanoUsd: String(costNanoUsd),
  };
}

/**
 * Keys stop and sessions end, here and on every instance, before anything is deleted. That it is done stands in the job
 * when it is: after a crash it is not told a second time.
 */
async function endEverything(deps: JobDeps, state: ErasureState, jobId: string | null): Promise<void> {
  const { erasure, identity, order } = state;
  const { kind, id } = identity.subject;
  const nowMs = deps.clock.now();
  const person: Change = { kind, id, erased: true };
  let changes: Change[] = [person];
  await deps.db.transaction(async (tx) => {
    const keys = kind === "user" ? await endAccess(tx, id, new Date(nowMs)) : [];
    changes = [...keys.map((key): Change => ({ kind: "key", id: key })), person];
    await announce(tx, deps.origin, changes);
    await writeAudit(tx, operatorOf(order), nowMs, {
      action: "privacy.erase_begin",
      target: { kind, id },
      before: null,
      after: { erasure, request: order.requestId, approver: order.approver, keysRevoked: keys.length },
    });
    const next = JSON.stringify({ ...state, step: state.step + 1 });
    await tx.execute(
      raw`update jobs set progress = jsonb_set(progress, '{cursor}', ${next}::jsonb) where id = ${jobId}`,
    );
  });
  // Nothing of the policy changes with a person.
  const target = { ...deps, policyChanged: async () => undefined };
  for (const item of changes) await applyChange(target, item);
  await deps.ledger.flush();
}

async function records(
  deps: JobDeps,
  state: ErasureState,
  save: (next: ErasureState) => Promise<void>,
  last: number,
): Promise<void> {
  const { identity, pseudonym } = state;
  const owner = recordOwner(identity.subject.kind, identity.ids);
  for await (const stretch of stretches(deps.sql, { to: "write", from: state.place, last })) {
    await pseudonymiseStretch(deps.sql, owner, pseudonym, stretch);
    if (stretch.note !== null) await save({ ...state, place: stretch.note });
  }
}

async function sums({ sql }: JobDeps, { identity, pseudonym }: ErasureState): Promise<void> {
  const { ids, subject } = identity;
  if (subject.kind === "user") await renameHourly(sql, ids, pseudonym);
  const { pattern } = await namesOf(sql, identity);
  if (pattern !== null) await renameTags(sql, pattern, pseudonym);
  await renameBudgets(sql, subject.kind, ids, pseudonym);
}

/** Where others' rows name the person: who made or decided something, notes, messages, metadata. */
async function replaceElsewhere(deps: JobDeps, { identity, pseudonym }: ErasureState): Promise<void> {
  const { sql } = deps;
  if (identity.subject.kind === "user")
    for (const place of userColumns()) await replaceColumn(sql, place, identity.ids, pseudonym);
  const { pattern } = await namesOf(sql, identity);
  if (pattern === null) return;
  const types = new Map((await textColumns(sql)).map((one) => [`${one.table}.${one.column}`, one]));
  for (const { column, table } of freeColumns()) {
    const place = types.get(`${table}.${column}`);
    if (place && table !== "jobs") await replaceMentions(sql, place, pattern, pseudonym);
  }
}

async function files(deps: JobDeps, { identity, ips, pseudonym }: ErasureState): Promise<void> {
  const names = await namesOf(deps.sql, identity);
  await eraseFiles(deps.sql, identity, names, pseudonym);
  const change = lineChange({ identity, names, ips, pseudonym });
  await deps.ledger.clear(change);
  const { logFile } = deps.policy().config;
  if (logFile === null) return;
  for (const file of await logFilesOf(logFile))
    await rewriteLines(file, change, file === logFile, (ms) => setTimeout(ms));
}

/** Calls that ran while the rest was done have settled by now, or stand under the pseudonym already. */
async function late(
  deps: JobDeps,
  state: ErasureState,
  save: (next: ErasureState) => Promise<void>,
): Promise<void> {
  await deps.ledger.flush();
  await deps.contents.flush();
  if ((await recordPartitions(deps.sql)).length > 0) await records(deps, state, save, LATE_PARTITIONS);
  await sums(deps, state);
  // Networks of keys and the like are noted a little later than the call that showed them.
  await deleteOwn(deps.sql, personOf(state.identity, state.pseudonym));
  // What was answered to an Idempotency-Key is sealed: nobody can look for a name in it, so all of it goes.
  await dropAnswers(deps.sql);
  for (const id of state.identity.ids) await deps.admission.erase(state.identity.subject.kind, id);
}

function isState(cursor: unknown): cursor is ErasureState {
  return typeof cursor === "object" && cursor !== null && "identity" in cursor && "pseudonym" in cursor;
}

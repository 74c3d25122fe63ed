/**
 * A change on its way to everyone who caches: in the change's transaction it is announced by NOTIFY, and after the commit
 * this instance forgets at once, so that the very next call here sees it.
 */
import { sql as raw } from "drizzle-orm";
import type { Db, Sql, Tx } from "#db/client.ts";
import type { AdmissionStore } from "./admission/admission.ts";
import { budgetCounter } from "./admission/rule-list.ts";
import { endsConnection, isAway, withDeadline } from "./database-health.ts";
import type { KeyRules } from "./keys/generation.ts";
import type { CallerLookup } from "./keys/lookup.ts";
import type { SubjectLookup } from "./keys/subjects.ts";

const CHANNEL = "shin_change";
const ANSWER_MS = 2_000;

export interface Change {
  readonly kind:
    | "key"
    | "user"
    | "team"
    | "budget"
    | "end_user"
    | "tag"
    | "deployment"
    | "freeze"
    | "master_key";
  readonly id: string;
  /** Set when an operator changed what was spent: counters start from it. */
  readonly spentNanoUsd?: bigint;
  /** The person is erased: their counters go, too. */
  readonly erased?: true;
}

/** What operations work with. */
export interface Operations {
  readonly db: Db;
  readonly lookup: CallerLookup;
  readonly subjects: SubjectLookup;
  readonly admission: AdmissionStore;
  /** Reads the policy anew: what stands in the database beside config.yaml has changed. */
  readonly policyChanged: () => Promise<void>;
  /** Reads freezes and master keys anew; never throws. */
  readonly safeguardsChanged: () => Promise<void>;
  /** Names this runtime in what it announces, so that it does not hear itself. */
  readonly origin: string;
  readonly nowMs: () => number;
  readonly timezone: () => string;
  /** What config.yaml says about keys that are made. */
  readonly keyRules: () => KeyRules;
}

/**
 * Runs a change in a transaction and makes it known. `work` returns its result and what it touched.
 * @throws what `work` throws; DatabaseAwayError within two seconds when the database does not answer
 */
export async function change<T>(
  operations: Operations,
  work: (tx: Tx) => Promise<{ result: T; changes: readonly Change[] }>,
): Promise<T> {
  // A frozen database is found out before anything is asked of it: nobody could tell whether the change happened.
  await withDeadline(() => expectAnswer(operations.db), ANSWER_MS);
  const { result, changes } = await operations.db.transaction((tx) =>
    unlessCut(async () => {
      const done = await work(tx);
      await announce(tx, operations.origin, done.changes);
      return done;
    }),
  );
  for (const item of changes) await applyChange(operations, item);
  return result;
}

/** Tells the other instances, when the transaction commits. @param origin who does not want to hear it */
export async function announce(tx: Tx, origin: string, changes: readonly Change[]): Promise<void> {
  for (const item of changes) await tx.execute(raw`select pg_notify(${CHANNEL}, ${encode(item, origin)})`);
}

/** A connection that died hands its error on to the query after the next connect as well: only the second one is believed. */
async function expectAnswer(db: Db): Promise<void> {
  try {
    await db.execute(raw`select 1`);
  } catch (error) {
    if (!endsConnection(error)) throw error;
    await db.execute(raw`select 1`);
  }
}

/**
 * Keeps postgres.js from rolling back on a connection that is gone: it would write to a socket that is null, outside of
 * every try, and end the process (porsager/postgres#1208). The driver itself rejects the transaction when the connection
 * closes, so a promise that never settles is not waited for.
 */
export async function unlessCut<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (endsConnection(error)) return new Promise<never>(() => {});
    throw error;
  }
}

/** Forgets what a change touched, here. */
export async function applyChange(target: Omit<Listener, "origin">, item: Change): Promise<void> {
  if (item.kind === "freeze" || item.kind === "master_key") return target.safeguardsChanged();
  if (item.kind === "deployment") return target.policyChanged();
  if (item.kind === "key") target.lookup.forget({ keyId: item.id });
  else if (item.kind === "user") target.lookup.forget({ userId: item.id });
  else if (item.kind === "team") target.lookup.forget({ teamId: item.id });
  else if (item.kind === "budget") {
    target.lookup.forget({ budgetId: item.id });
    // Which end users and tags have the tier is known to the database alone.
    target.subjects.forget("all");
  } else target.subjects.forget(item.kind, item.id);
  if (item.erased) await target.admission.erase(item.kind, item.id);
  if (item.spentNanoUsd === undefined) return;
  for (const soft of [false, true])
    await target.admission.setSpend(budgetCounter(item, soft, null), item.spentNanoUsd);
}

/**
 * Hears changes of other instances. Whenever the connection is made anew something may have been missed, so everything
 * cached is asked for again then.
 * @returns stops listening
 */
export async function listenForChanges(
  sql: Sql,
  target: Listener,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const listening = await sql.listen(
    CHANNEL,
    (payload) => {
      hear(target, payload).catch(onError);
    },
    () => {
      target.lookup.forget("all");
      target.subjects.forget("all");
      target.policyChanged().catch(onError);
      target.safeguardsChanged().catch(onError);
    },
  );
  return async () => {
    try {
      await withDeadline(() => listening.unlisten(), ANSWER_MS);
    } catch (error) {
      // Without the database there is nothing to tell it; its connection is closed all the same.
      if (!isAway(error)) throw error;
    }
  };
}

/** Whoever may use the database may notify: a payload that is not ours must not end the process. */
async function hear(target: Listener, payload: string): Promise<void> {
  const { erased, kind, id, origin, spentNanoUsd }: Announcement = JSON.parse(payload);
  // One's own change was applied before its answer left; by now calls may have spent, and a late echo would undo that.
  if (origin === target.origin) return;
  const spent = spentNanoUsd === undefined ? {} : { spentNanoUsd: BigInt(spentNanoUsd) };
  await applyChange(target, { kind, id, ...spent, ...(erased ? { erased } : {}) });
}

type Listener = Pick<
  Operations,
  "lookup" | "subjects" | "admission" | "policyChanged" | "safeguardsChanged" | "origin"
>;

interface Announcement extends Pick<Change, "kind" | "id" | "erased"> {
  readonly origin: string;
  /** JSON has no bigint. */
  readonly spentNanoUsd?: string;
}

function encode(item: Change, origin: string): string {
  return JSON.stringify({ ...item, origin, spentNanoUsd: item.spentNanoUsd?.toString() });
}

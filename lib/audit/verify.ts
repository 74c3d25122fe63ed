/** Verifies the whole chain of a database, batch by batch, from the first event to where it ends. */
import type { Sql } from "#db/client.ts";
import {
  type ChainEnd,
  chainEnd,
  eventBeyondEnd,
  eventsAfter,
  firstEvent,
  headsAfter,
  newestHead,
  type StoredEvent,
} from "#db/queries/audit.ts";
import { genesisHash } from "./canonical.ts";
import { type Broken, broken, ChainCheck } from "./chain-check.ts";
import { headOf } from "./head.ts";
import { recordOf } from "./record.ts";

export interface Verdict {
  readonly ok: boolean;
  /** Records that were looked at and found right. */
  readonly checked: number;
  /** Events from before the chain began: nothing vouches for them. */
  readonly older: number;
  readonly last: { readonly number: number; readonly hash: string; readonly time: string | null };
  /** The newest signed head that fits. */
  readonly head: {
    readonly number: number;
    readonly hash: string;
    readonly time: string;
    readonly keyId: string;
  } | null;
  /** Records after it. */
  readonly unsigned: number;
  readonly broken: Broken | null;
}

export interface Progress {
  readonly checked: number;
  readonly of: number;
}

export interface VerifyOptions {
  /** Ids of the keys whose heads count. */
  readonly trusted: Iterable<string>;
  readonly nowMs: number;
}

const BATCH = 1_000;
const HEADS = 500;
/** A gateway that runs signs twice a minute. */
const UNSIGNED_FOR_MS = 5 * 60_000;

/** Yields how far it is, and returns what it found. Stops at the first fault. */
export async function* verifyChain(sql: Sql, options: VerifyOptions): AsyncGenerator<Progress, Verdict> {
  // First, for the chain only grows: a head that is here now cannot be past an end that is read later.
  const lastHead = await newestHead(sql);
  const end = await chainEnd(sql);
  if (end === null)
    return verdict(
      null,
      0,
      broken(0, "cut", "audit_chain has lost its row: nobody can say where the chain ends"),
    );
  const startedAfter = Number(end.started_after);
  const check = new ChainCheck({ number: startedAfter, hash: genesisHash(startedAfter) }, options.trusted);
  const heads = headsUpTo(sql, lastHead?.seq ?? 0n);
  let head = await heads.next();
  let older = 0;
  for await (const rows of eventsUpTo(sql, end.seq)) {
    for (const row of rows) {
      if (row.seq <= end.started_after) {
        if (row.seq < 1n || row.hash !== null) return verdict(check, older, inFront(row.seq, startedAfter));
        older += 1;
        continue;
      }
      const fault = check.record(recordOf(row));
      if (fault) return verdict(check, older, fault);
      while (!head.done && head.value.number <= check.last.number) {
        const wrong = check.signedHead(head.value);
        if (wrong) return verdict(check, older, wrong);
        head = await heads.next();
      }
    }
    yield { checked: check.checked, of: Number(end.seq - end.started_after) };
  }
  const wrong = head.done ? null : check.signedHead(head.value);
  return verdict(check, older, wrong ?? (await faultOfEnd(sql, check, end, options.nowMs)));
}

function inFront(seq: bigint, startedAfter: number): Broken {
  const message = `#${seq} stands before the chain, which begins after #${startedAfter}`;
  return broken(Number(seq), "inserted", message);
}

/** What only shows at the end: where it should be, and whether it is signed. */
async function faultOfEnd(sql: Sql, check: ChainCheck, end: ChainEnd, nowMs: number): Promise<Broken | null> {
  const { last } = check;
  if (last.number < Number(end.seq))
    return broken(
      last.number + 1,
      "cut",
      `#${last.number + 1} to #${end.seq} are gone: the chain went that far`,
    );
  if (last.hash !== end.hash)
    return broken(last.number, "rewritten", `#${last.number} is not the event that was written last`);
  const beyond = await eventBeyondEnd(sql);
  if (beyond !== null)
    return broken(Number(beyond), "inserted", `#${beyond} stands after the end of the chain, #${end.seq}`);
  const since = check.unsignedSince;
  if (since === null || nowMs - Date.parse(since) < UNSIGNED_FOR_MS) return null;
  const first = (check.head?.number ?? Number(end.started_after)) + 1;
  return broken(
    first,
    "unsigned",
    `no signed head for #${first} of ${since} and later: the gateway has not run since, or heads were removed`,
  );
}

function verdict(check: ChainCheck | null, older: number, fault: Broken | null): Verdict {
  const head = check?.head ?? null;
  const last = check?.last ?? { number: 0, hash: "", time: null };
  const checked = check?.checked ?? 0;
  return {
    ok: fault === null,
    checked,
    older,
    last,
    head: head && { number: head.number, hash: head.hash, time: head.time, keyId: head.keyId },
    unsigned: head === null ? checked : last.number - head.number,
    broken: fault,
  };
}

/** Every event up to a number, in batches, two of one number included. The next batch comes while one is looked at. */
export async function* eventsUpTo(sql: Sql, upTo: bigint, after?: bigint): AsyncGenerator<StoredEvent[]> {
  const first = after ?? ((await firstEvent(sql)) ?? 0n) - 1n;
  let coming = eventsAfter(sql, { seq: first, id: null }, BATCH);
  for (;;) {
    const rows = await coming;
    const last = rows.at(-1);
    if (!last) return;
    const more = rows.length === BATCH && last.seq <= upTo;
    if (more) {
      coming = eventsAfter(sql, last, BATCH);
      // Whoever stops early does not wait for it; whoever goes on meets its error at the next turn.
      coming.catch(() => null);
    }
    yield last.seq <= upTo ? rows : rows.filter(({ seq }) => seq <= upTo);
    if (!more) return;
  }
}

/** Every signed head up to a number. */
export async function* headsUpTo(sql: Sql, upTo: bigint) {
  let after = -1n;
  for (;;) {
    const rows = await headsAfter(sql, after, HEADS);
    for (const row of rows) {
      if (row.seq > upTo) return;
      yield headOf(row);
    }
    const last = rows.at(-1);
    if (!last || rows.length < HEADS) return;
    after = last.seq;
  }
}

/** Runs to the end. */
export async function verified(walk: AsyncGenerator<Progress, Verdict>): Promise<Verdict> {
  for (;;) {
    const step = await walk.next();
    if (step.done) return step.value;
  }
}

/**
 * One request for one `Idempotency-Key`: it is reserved before anything is done, marked in the transaction of what is done,
 * and has its answer kept, sealed, for a day. Whoever sends the key again hears that answer, or why there is none.
 */
import { createHmac } from "node:crypto";
import type { Db, Sql, Tx } from "#db/client.ts";
import {
  findReserved,
  keepAnswer,
  markActed,
  type ReservedRequest,
  releaseRequest,
  reserveRequest,
  takeOverRequest,
} from "#db/queries/idempotency.ts";
import { sha256Hex } from "../audit/canonical.ts";
import { unlessCut } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { open, seal } from "../secret-box.ts";
import { IDEMPOTENCY_KEY, KEPT_MS } from "./key.ts";

/** Longer than any admin request is waited for; one that is still reserved then belonged to a process that died. */
const HELD_MS = 60_000;

export interface KeyedRequest {
  /** Names who sends it the same way for as long as the account or the key exists. */
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly query: string;
  readonly body: Buffer;
  /** The gateway's own id of this attempt. */
  readonly requestId: string;
  readonly nowMs: number;
}

export type Reserved =
  | { readonly kind: "ours"; readonly reservation: Reservation }
  /** It was answered before. */
  | { readonly kind: "answered"; readonly answer: string };

/**
 * Reserves the key for this request.
 * @param secret the installation's encryption key
 * @throws GatewayError idempotency_key_reused, idempotency_key_running, idempotency_answer_lost
 */
export async function reserve(sql: Sql, secret: string, request: KeyedRequest): Promise<Reserved> {
  const { body, caller, key, method, nowMs, path, query, requestId } = request;
  const hashed = (what: string, text: string | Buffer) =>
    createHmac("sha256", secret).update(`shin idempotent ${what}\n`).update(text).digest("hex");
  const id = hashed("request", JSON.stringify([caller, method, path, key]));
  const fingerprint = hashed("body", Buffer.concat([Buffer.from(`${query}\n`), body]));
  const [now, keptSince] = [new Date(nowMs), new Date(nowMs - KEPT_MS)];
  const reservation = new Reservation(sql, sha256Hex(`shin idempotent answers\n${secret}`), id, requestId);
  const asked = { id, fingerprint, requestId, now, heldUntil: new Date(nowMs + HELD_MS), keptSince };
  // Looked at first: whoever only wants to hear the answer does not wait behind the change that is being made.
  const before = await findReserved(sql, id);
  if (before !== null && !isFree(before, now, keptSince)) return reservation.heard(before, fingerprint, now);
  const isOurs = await (before === null ? reserveRequest(sql, asked) : takeOverRequest(sql, asked));
  if (isOurs) return { kind: "ours", reservation };
  const other = await findReserved(sql, id);
  // It had the key first, failed at once, and gave it back.
  if (other === null) throw running();
  return reservation.heard(other, fingerprint, now);
}

/** As `takeOverRequest` has it. */
function isFree(row: ReservedRequest, now: Date, keptSince: Date): boolean {
  return row.created_at <= keptSince || (!row.acted && row.answer === null && row.held_until <= now);
}

export class Reservation {
  readonly #sql: Sql;
  readonly #box: string;
  readonly #id: string;
  readonly #requestId: string;

  constructor(sql: Sql, box: string, id: string, requestId: string) {
    this.#sql = sql;
    this.#box = box;
    this.#id = id;
    this.#requestId = requestId;
  }

  /**
   * The same database, whose transactions commit together with the word that something was done. A transaction of a
   * request that was given up finds its reservation gone, and does nothing.
   */
  over(db: Db): Db {
    const transaction: Db["transaction"] = (work, config) =>
      db.transaction(async (tx) => {
        await unlessCut(() => this.#mark(tx));
        return work(tx);
      }, config);
    return Object.assign(Object.create(db), { transaction });
  }

  async #mark(tx: Tx): Promise<void> {
    if (!(await markActed(tx, this.#id, this.#requestId))) throw running();
  }

  keep(answer: string): Promise<void> {
    return keepAnswer(this.#sql, this.#id, this.#requestId, seal(this.#box, this.#id, answer));
  }

  /** @returns false when something was done, and the key stays taken */
  release(): Promise<boolean> {
    return releaseRequest(this.#sql, this.#id, this.#requestId);
  }

  /** What the key's first request left for this one. @throws GatewayError as `reserve` */
  heard(first: ReservedRequest, fingerprint: string, now: Date): Reserved {
    if (first.fingerprint !== fingerprint) throw reused();
    if (first.answer === null) throw first.held_until > now ? running() : answerLost(first.request_id);
    const opened = open(this.#box, this.#id, first.answer);
    // Sealed under another encryption key, or changed.
    if (opened.kind !== "open") throw answerLost(first.request_id);
    return { kind: "answered", answer: opened.text };
  }
}

function running(): GatewayError {
  return new GatewayError(
    "idempotency_key_running",
    `A request with this ${IDEMPOTENCY_KEY} is still running. Send it again in a moment to hear its answer.`,
    { param: IDEMPOTENCY_KEY, headers: { "retry-after": "1" } },
  );
}

function reused(): GatewayError {
  return new GatewayError(
    "idempotency_key_reused",
    `This ${IDEMPOTENCY_KEY} came with another body or query before. Send those to hear the answer again, or another key to make another request.`,
    { param: IDEMPOTENCY_KEY, headers: { "x-should-retry": "false" } },
  );
}

function answerLost(requestId: string): GatewayError {
  return new GatewayError(
    "idempotency_answer_lost",
    `The request with this ${IDEMPOTENCY_KEY} did something, and its answer is not kept any more. What it did stands in the audit log under request id ${requestId}. Send another key to do it anew.`,
    {
      param: IDEMPOTENCY_KEY,
      headers: { "x-should-retry": "false" },
      extra: { first_request_id: requestId },
    },
  );
}

/** Signs the chain's head while the gateway runs: only over what it has looked at since the head before. */
import type { Sql } from "#db/client.ts";
import { chainEnd, hashOfEvent, keepHead, newestHead } from "#db/queries/audit.ts";
import type { Clock } from "../clock.ts";
import { endsConnection, isAway, withDeadline } from "../database-health.ts";
import type { Log } from "../log.ts";
import { genesisHash } from "./canonical.ts";
import { ChainCheck, type ChainPlace } from "./chain-check.ts";
import { type Head, headOf, isHeadSigned, signHead, storedHead } from "./head.ts";
import { recordOf } from "./record.ts";
import type { SigningKey } from "./signing-key.ts";
import { eventsUpTo } from "./verify.ts";

export interface SignerOptions {
  readonly sql: Sql;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly log: Log;
}

const SIGN_MS = 30_000;
const LAST_SIGNING_MS = 2_000;

/** Recognised by its name: Next's bundle has a copy of its own. */
export class AuditChainBroken extends Error {
  override readonly name = "AuditChainBroken";
}

export class HeadSigner {
  readonly #options: SignerOptions;
  /** What this process signed or found signed last: it does not go back behind that. */
  #seen: ChainPlace | null = null;
  #running: Promise<Head | null> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SignerOptions) {
    this.#options = options;
  }

  get key(): SigningKey {
    return this.#options.key;
  }

  /** Signs what is new, now and from now on. */
  start(): void {
    const tick = () => {
      this.sign().catch((error: unknown) => this.#tell(error));
    };
    this.#timer = setInterval(tick, SIGN_MS);
    this.#timer.unref();
    tick();
  }

  /** Signs a last time, where the database answers. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    try {
      await withDeadline(() => this.sign(), LAST_SIGNING_MS);
    } catch (error) {
      this.#tell(error);
    }
  }

  /**
   * The head over all that was committed before the call; null while there is no event.
   * @throws AuditChainBroken when the new part does not continue what was signed, and then signs nothing
   */
  async sign(): Promise<Head | null> {
    // One that runs may have begun before the caller's event was committed.
    if (this.#running) await this.#running.catch(() => null);
    this.#running ??= this.#signOnce().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * For exports: a chain that was tampered with is given out as it is, without a new head, for whoever verifies the file to
   * find the place. False when it was not signed.
   */
  async signIfWhole(): Promise<boolean> {
    try {
      await this.sign();
      return true;
    } catch (error) {
      if (!(error instanceof AuditChainBroken)) throw error;
      this.#tell(error);
      return false;
    }
  }

  async #signOnce(): Promise<Head | null> {
    const { clock, key, log, sql } = this.#options;
    const row = await newestHead(sql);
    const end = await chainEnd(sql);
    if (end === null) throw new AuditChainBroken("audit_chain has lost its row");
    const former = row && headOf(row);
    await this.#requireContinuity(former, Number(end.seq));
    if (former && former.number === Number(end.seq)) {
      this.#seen = former;
      return former;
    }
    const started = Number(end.started_after);
    const check = new ChainCheck(former ?? { number: started, hash: genesisHash(started) }, []);
    for await (const events of eventsUpTo(sql, end.seq, BigInt(check.last.number)))
      for (const event of events) {
        const fault = check.record(recordOf(event));
        if (fault) throw new AuditChainBroken(fault.message);
      }
    const { hash, number } = check.last;
    if (number !== Number(end.seq) || hash !== end.hash)
      throw new AuditChainBroken(`the chain ends at #${number} and should at #${end.seq}`);
    if (check.checked === 0) return null;
    const head = signHead(key, number, hash, clock.now());
    await keepHead(sql, storedHead(head));
    this.#seen = head;
    // In the log as well: who keeps logs elsewhere has a head that nobody with the database alone can take back.
    log.info({ number, hash, keyId: key.keyId, signature: head.signature }, "audit head signed");
    return head;
  }

  async #requireContinuity(former: Head | null, end: number): Promise<void> {
    const { key, sql } = this.#options;
    if (former && former.keyId === key.keyId && !isHeadSigned(former))
      throw new AuditChainBroken(`the head of #${former.number} is not what this gateway signed`);
    if (former && former.number > end)
      throw new AuditChainBroken(`the chain ends at #${end}, and a head of #${former.number} was signed`);
    const place = former ?? this.#seen;
    if (this.#seen && (!former || former.number < this.#seen.number))
      throw new AuditChainBroken(`the head of #${this.#seen.number} is gone`);
    for (const known of [place, this.#seen])
      if (known && (await hashOfEvent(sql, BigInt(known.number))) !== known.hash)
        throw new AuditChainBroken(`#${known.number} is not the event whose head was signed`);
  }

  #tell(error: unknown): void {
    const { log } = this.#options;
    if (error instanceof AuditChainBroken)
      log.error(
        { err: error },
        "the audit log was tampered with: its head is not signed. shin audit verify shows where",
      );
    else if (isAway(error) || endsConnection(error))
      log.debug({ err: error }, "audit head not signed: no database");
    else log.error({ err: error }, "audit head not signed");
  }
}

/** Counts the uses of master keys, and who goes on using one that was replaced. Written down now and then, off every call's path. */
import type { Sql } from "#db/client.ts";
import { addUses, type MasterKeyClient } from "#db/queries/master-keys.ts";
import type { Clock } from "../clock.ts";
import { isAway } from "../database-health.ts";
import type { Log } from "../log.ts";

const WRITE_MS = 5_000;
/** More clients than that in five seconds are counted and not named. */
const MOST_CLIENTS = 50;

interface Counted {
  uses: number;
  afterRotation: number;
  atMs: number;
  readonly clients: Map<string, MasterKeyClient>;
}

export class MasterKeyUse {
  readonly #options: { readonly sql: Sql; readonly clock: Clock; readonly log: Log };
  #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: { readonly sql: Sql; readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.write().catch((error: unknown) => {
        if (!isAway(error)) this.#options.log.warn({ err: error }, "uses of the master key were not written");
      });
    }, WRITE_MS);
    this.#timer.unref();
  }

  /** @param replaced whether the key was replaced by a rotation @param client its user agent */
  note(sealedHash: string, replaced: boolean, ip: string, client: string | null): void {
    const nowMs = this.#options.clock.now();
    let counted = this.#counted.get(sealedHash);
    if (counted === undefined) {
      counted = { uses: 0, afterRotation: 0, atMs: nowMs, clients: new Map() };
      this.#counted.set(sealedHash, counted);
    }
    counted.uses += 1;
    counted.atMs = nowMs;
    if (!replaced) return;
    counted.afterRotation += 1;
    const name = (client ?? "").slice(0, 80);
    const place = `${ip} ${name}`;
    const before = counted.clients.get(place);
    if (before === undefined && counted.clients.size >= MOST_CLIENTS) return;
    const at = new Date(nowMs).toISOString();
    counted.clients.set(place, { ip, client: name, at, uses: (before?.uses ?? 0) + 1 });
  }

  /** Writes what was counted; what cannot be written now is counted on. */
  async write(): Promise<void> {
    const counted = this.#counted;
    if (counted.size === 0) return;
    this.#counted = new Map();
    for (const [hash, { afterRotation, atMs, clients, uses }] of counted) {
      try {
        const at = new Date(atMs);
        await addUses(this.#options.sql, { hash, uses, afterRotation, at, clients: [...clients.values()] });
        counted.delete(hash);
      } catch (error) {
        for (const [left, lost] of counted) {
          const now = this.#counted.get(left);
          if (now === undefined) this.#counted.set(left, lost);
          else {
            now.uses += lost.uses;
            now.afterRotation += lost.afterRotation;
          }
        }
        throw error;
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    try {
      await this.write();
    } catch (error) {
      if (!isAway(error)) this.#options.log.warn({ err: error }, "uses of the master key were not written");
    }
  }
}

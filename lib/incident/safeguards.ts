/**
 * What every instance must know at once in an emergency: the freezes in force, and which master keys count. Read from the
 * database at the start, whenever a change is announced, and every second besides; while the database is away, what was
 * known last stays in force.
 */
import type { Sql } from "#db/client.ts";
import { loadSafeguards } from "#db/queries/incidents.ts";
import type { Clock } from "../clock.ts";
import { type DatabaseHealth, isAway, withDeadline } from "../database-health.ts";
import type { Log } from "../log.ts";
import { FreezeRules } from "./freeze-rules.ts";
import { MasterKeyRing } from "./master-key-ring.ts";
import { SCOPE_KINDS } from "./names.ts";

const POLL_MS = 1_000;
const ANSWER_MS = 5_000;

export interface SafeguardOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DatabaseHealth;
  /** Turns a key's SHA-256 into what master_keys has. */
  readonly seal: (secretHash: string) => string;
}

export class Safeguards {
  readonly #options: SafeguardOptions;
  #freezes: FreezeRules | null = null;
  #masterKeys: MasterKeyRing;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;

  constructor(options: SafeguardOptions) {
    this.#options = options;
    this.#masterKeys = new MasterKeyRing([], options.seal);
  }

  /** Null while nothing is frozen, which is all that a call then pays for. */
  get freezes(): FreezeRules | null {
    return this.#freezes;
  }

  get masterKeys(): MasterKeyRing {
    return this.#masterKeys;
  }

  /** Reads them, and again from now on. @throws when they cannot be read this first time: nobody may start past a freeze */
  async start(): Promise<void> {
    await this.#read();
    this.#timer = setInterval(() => {
      // What holds a reading up now would hold up a second one, too.
      if (this.#reading === null && !this.#options.health.away)
        this.refresh().catch((error: unknown) => this.#tell(error));
    }, POLL_MS);
    this.#timer.unref();
  }

  /** What was committed before this call is in force here when it is done. */
  async refresh(): Promise<void> {
    // One that runs may have begun before the change.
    if (this.#reading !== null) await this.#reading.catch(() => null);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** As {@link refresh}, for after a commit: what fails is tried again within a second, and is not the change's failure. */
  async changed(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.#tell(error);
    }
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    const { freezes, masterKeys } = await withDeadline(() => loadSafeguards(this.#options.sql), ANSWER_MS);
    this.#freezes =
      freezes.length === 0
        ? null
        : new FreezeRules(
            freezes.flatMap((row) => {
              const kind = SCOPE_KINDS.find((one) => one === row.scope_kind);
              return kind === undefined
                ? []
                : [
                    {
                      id: row.id,
                      incidentId: row.incident_id,
                      kind,
                      scopeId: row.scope_id,
                      keyIds: row.key_ids,
                      reason: row.reason,
                      reasonShown: row.reason_shown,
                      atMs: Date.parse(row.at),
                    },
                  ];
            }),
          );
    this.#masterKeys = new MasterKeyRing(
      masterKeys.map((row) => ({
        sealedHash: row.hash,
        validUntilMs: row.valid_until === null ? null : Date.parse(row.valid_until),
        alone: row.alone,
      })),
      this.#options.seal,
    );
  }

  #tell(error: unknown): void {
    if (!isAway(error)) this.#options.log.warn({ err: error }, "freezes and master keys were not read");
  }
}

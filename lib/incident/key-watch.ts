/**
 * Learns which networks each key is used from, and tells of a new one. A call leaves only its address behind, when it is
 * another one than the key's last; everything else happens every few seconds, off every call's path.
 */
import { noteNetworks } from "#db/queries/key-networks.ts";
import { type AlertDeps, raiseAlert } from "#lib/alerts/alerts.ts";
import { isAway } from "../database-health.ts";
import { networkOfAddress } from "./network.ts";

const WRITE_MS = 5_000;
/** While a key is younger than this in our eyes every network is new, and none is worth a word. */
const LEARNING_MS = 24 * 3_600_000;
/** A key that is used from everywhere has no habit. */
const MOST_NETWORKS = 20;
/** A network that is known is written again once an hour, for its last use. */
const AGAIN_MS = 3_600_000;
const MOST_KEYS = 100_000;
/** A key that changes its address with every call is learnt from some of them. */
const MOST_FRESH = 200;

export class KeyWatch {
  readonly #deps: AlertDeps;
  #last = new Map<string, string>();
  #fresh = new Map<string, Set<string>>();
  /** `key network` -> when it was written. */
  #written = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: AlertDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => {
      void this.flush();
    }, WRITE_MS);
    this.#timer.unref();
  }

  /** A call of this key from this address. */
  seen(keyId: string, ip: string): void {
    if (this.#last.get(keyId) === ip) return;
    if (this.#last.size >= MOST_KEYS) this.#last.clear();
    this.#last.set(keyId, ip);
    const fresh = this.#fresh.get(keyId);
    if (fresh === undefined) this.#fresh.set(keyId, new Set([ip]));
    else if (fresh.size < MOST_FRESH) fresh.add(ip);
  }

  /** Writes what was seen, and raises the alerts that follow. */
  async write(): Promise<void> {
    if (this.#fresh.size === 0) return;
    const seen = this.#fresh;
    this.#fresh = new Map();
    const nowMs = this.#deps.clock.now();
    const rows: { keyId: string; network: string }[] = [];
    for (const [keyId, addresses] of seen) {
      const networks = new Set([...addresses].map(networkOfAddress).filter((network) => network !== null));
      for (const network of networks)
        if (nowMs - (this.#written.get(`${keyId} ${network}`) ?? -Infinity) >= AGAIN_MS)
          rows.push({ keyId, network });
    }
    // The next call of a key from the same address counts as a use of the hour then.
    this.#last = new Map();
    if (rows.length === 0) return;
    const found = await noteNetworks(this.#deps.sql, rows, new Date(nowMs));
    if (this.#written.size > MOST_KEYS) this.#written.clear();
    for (const { keyId, network } of rows) this.#written.set(`${keyId} ${network}`, nowMs);
    for (const one of found) {
      const known = one.first_at !== null && nowMs - one.first_at.getTime() >= LEARNING_MS;
      if (!known || one.networks > MOST_NETWORKS) continue;
      const name = one.alias ?? one.key_id;
      await raiseAlert(this.#deps, {
        kind: "key_new_network",
        subject: { kind: "key", id: one.key_id, name },
        cause: one.network,
        message: `key "${name}" was used from a network that it has not been used from before: ${one.network}`,
        data: { network: one.network, networks_known: one.networks - 1 },
      });
    }
  }

  /** As {@link write}; a freeze must not fail because of it. */
  async flush(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      if (!isAway(error)) this.#deps.log.warn({ err: error }, "networks of keys were not written");
    }
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.flush();
  }
}

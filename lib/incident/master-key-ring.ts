/**
 * Which master keys count. The configured one does, unless it was replaced and its grace is over; one that was made by a
 * rotation does, until it is replaced itself (docs/decisions/0025). The database has each under a hash that is sealed with a secret of the
 * installation, so that writing there makes nobody a master.
 */
import { createHmac } from "node:crypto";
import { sameHash } from "#lib/keys/secret.ts";

export interface RingKey {
  readonly sealedHash: string;
  /** Null: until it is replaced. */
  readonly validUntilMs: number | null;
  /** Counts where the configuration does not name it. */
  readonly alone: boolean;
}

/** @param secret the installation's encryption key: as stable as the provider keys that it seals */
export function masterKeySeal(secret: string): (secretHash: string) => string {
  const key = createHmac("sha256", secret).update("master keys 1").digest();
  return (secretHash) => createHmac("sha256", key).update(secretHash).digest("hex");
}

export class MasterKeyRing {
  readonly keys: readonly RingKey[];
  readonly #anyAlone: boolean;
  readonly #seal: (secretHash: string) => string;
  /** Sealed hashes of the one or two configured keys. */
  readonly #sealed = new Map<string, string>();

  constructor(keys: readonly RingKey[], seal: (secretHash: string) => string) {
    this.keys = keys;
    this.#anyAlone = keys.some(({ alone }) => alone);
    this.#seal = seal;
  }

  /** What the database calls any key. */
  sealOf(secretHash: string): string {
    return this.#seal(secretHash);
  }

  /** What the database calls a configured key; remembered, and so not for what somebody sent. */
  sealedOf(secretHash: string): string {
    let sealed = this.#sealed.get(secretHash);
    if (sealed === undefined) {
      sealed = this.#seal(secretHash);
      this.#sealed.set(secretHash, sealed);
    }
    return sealed;
  }

  /** When a configured key ends, or ended; null: never. Not for hashes that somebody sent: it remembers what it is asked. */
  endOfConfigured(secretHash: string): number | null {
    if (this.keys.length === 0) return null;
    const sealed = this.sealedOf(secretHash);
    return this.keys.find(({ sealedHash }) => sealedHash === sealed)?.validUntilMs ?? null;
  }

  /** True when that key was replaced, whether its grace runs or not: its uses are counted apart. */
  isReplaced(sealedHash: string): boolean {
    return this.keys.some((key) => key.sealedHash === sealedHash && key.validUntilMs !== null);
  }

  /** True when a rotation made this key and it still counts. Takes the same time for every hash. */
  opens(secretHash: string, nowMs: number): boolean {
    if (!this.#anyAlone) return false;
    const sealed = this.#seal(secretHash);
    let found = false;
    for (const { alone, sealedHash, validUntilMs } of this.keys) {
      const counts = alone && (validUntilMs === null || nowMs < validUntilMs);
      found = (sameHash(sealed, sealedHash) && counts) || found;
    }
    return found;
  }
}

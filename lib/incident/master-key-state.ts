/** What may be told of the master keys that count, and of those that were replaced. Never a key, never a whole hash. */
import type { MasterKeyClient, MasterKeyRow } from "#db/queries/master-keys.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import type { Config } from "../config/config.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";

export interface MasterKeyState {
  /** The first 8 digits of its sealed hash. */
  readonly fingerprint: string;
  readonly configured: boolean;
  /** counts: in force. grace: replaced, good until `validUntil`. ended: refused. retired: no configuration names it any more. */
  readonly state: "counts" | "grace" | "ended" | "retired";
  readonly length: number;
  readonly firstSeenAt: Date;
  readonly validUntil: Date | null;
  readonly uses: number;
  readonly usesAfterRotation: number;
  readonly lastUsedAt: Date | null;
  /** Who used it after it was replaced. */
  readonly clients: readonly MasterKeyClient[];
}

export function masterKeyStates(
  rows: readonly MasterKeyRow[],
  ring: MasterKeyRing,
  config: Pick<Config, "masterKey" | "previousMasterKey">,
  nowMs: number,
): readonly MasterKeyState[] {
  const configured = [config.masterKey, config.previousMasterKey]
    .filter((key) => key !== null)
    .map((key) => ring.sealOf(hashSecret(key)));
  return rows.map((row) => {
    const named = configured.includes(row.hash);
    const counts = named || row.alone;
    const ended = row.valid_until !== null && row.valid_until.getTime() <= nowMs;
    return {
      fingerprint: row.hash.slice(0, 8),
      configured: named,
      state: ended ? "ended" : !counts ? "retired" : row.valid_until === null ? "counts" : "grace",
      length: row.length,
      firstSeenAt: row.first_seen_at,
      validUntil: row.valid_until,
      uses: Number(row.uses),
      usesAfterRotation: Number(row.uses_after_rotation),
      lastUsedAt: row.last_used_at,
      clients: row.clients,
    };
  });
}

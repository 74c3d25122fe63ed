/** Remembers the master key that the configuration names: its age counts from here, and what was replaced stays replaced. */
import type { Sql } from "#db/client.ts";
import { listMasterKeys, noteConfigured } from "#db/queries/master-keys.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";

export interface NotingDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly seal: (secretHash: string) => string;
}

/** At a start, and whenever the configuration was read anew. */
export async function noteMasterKey(
  { clock, log, seal, sql }: NotingDeps,
  { masterKey }: Pick<Config, "masterKey">,
): Promise<void> {
  if (masterKey === null) return;
  const hash = seal(hashSecret(masterKey));
  const at = new Date(clock.now());
  await noteConfigured(sql, { hash, length: masterKey.length, at });
  const ended = (await listMasterKeys(sql)).find((row) => row.hash === hash)?.valid_until;
  if (ended)
    log.warn(
      { until: ended },
      ended > at
        ? "the configured master key was replaced and ends soon: put the new one into LITELLM_MASTER_KEY"
        : "the configured master key was replaced and is refused: put the new one, or another, into LITELLM_MASTER_KEY",
    );
}

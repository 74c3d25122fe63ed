/** What keeps watch in every process: freezes and master keys, who uses them, and where keys are used from. */
import type { Sql } from "#db/client.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { DatabaseHealth } from "../database-health.ts";
import type { Log } from "../log.ts";
import { noteMasterKey } from "./configured-master-key.ts";
import { FailureWatch } from "./failure-watch.ts";
import { KeyWatch } from "./key-watch.ts";
import { masterKeySeal } from "./master-key-ring.ts";
import { MasterKeyUse } from "./master-key-use.ts";
import { Safeguards } from "./safeguards.ts";

export interface SafetyParts {
  /** Freezes and master keys, as they are in force. */
  readonly safeguards: Safeguards;
  /** Reads them anew; never throws. */
  readonly safeguardsChanged: () => Promise<void>;
  readonly masterKeyUse: MasterKeyUse;
  /** Where keys are used from. */
  readonly keyWatch: KeyWatch;
  readonly failureWatch: FailureWatch;
}

export interface Safety {
  readonly parts: SafetyParts;
  /** A configuration was put in force: its master key is the operator's word. */
  readonly configured: (config: Config) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface SafetyOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DatabaseHealth;
  /** The installation's encryption key. */
  readonly secret: string;
}

/** @throws when the database does not answer: nobody starts past a freeze */
export async function openSafety(
  { clock, health, log, secret, sql }: SafetyOptions,
  config: Config,
): Promise<Safety> {
  const seal = masterKeySeal(secret);
  const safeguards = new Safeguards({ sql, clock, log, health, seal });
  const masterKeyUse = new MasterKeyUse({ sql, clock, log });
  const keyWatch = new KeyWatch({ sql, clock, log });
  await noteMasterKey({ sql, clock, log, seal }, config);
  await safeguards.start();
  masterKeyUse.start();
  keyWatch.start();
  return {
    parts: {
      safeguards,
      safeguardsChanged: () => safeguards.changed(),
      masterKeyUse,
      keyWatch,
      failureWatch: new FailureWatch({ sql, clock, log }),
    },
    configured: async (changed) => {
      await noteMasterKey({ sql, clock, log, seal }, changed);
      await safeguards.changed();
    },
    stop: async () => {
      safeguards.stop();
      await masterKeyUse.stop();
      await keyWatch.stop();
    },
  };
}

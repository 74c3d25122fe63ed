/** The gateway of one process on its ground: the runtime, as a single process or as one of several workers. */
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { createRuntime, type Runtime, type RuntimeOptions } from "../runtime.ts";
import { VERSION } from "../version.ts";
import type { Workers } from "../workers.ts";
import { asDatabaseFault } from "./database-fault.ts";
import { settleFormerWorkers } from "./former-workers.ts";
import type { Ground } from "./ground.ts";
import { journalOf, nextBoot } from "./instance-file.ts";

export interface BootOptions {
  readonly config: Config;
  readonly database: Ground["database"];
  /** Path of the data folder. */
  readonly dataDir: string;
  readonly encryptionKey: string;
  readonly log: Log;
  /** Number of this worker; 1 as well when there is one process. */
  readonly worker: number;
  /** Null when there is one process. */
  readonly workers: () => Workers | null;
  readonly figuresOfAll?: RuntimeOptions["figuresOfAll"];
}

export interface Booted {
  readonly runtime: Runtime;
  /** Warnings about the shared store, for people. */
  readonly notices: readonly string[];
}

/** @throws StartError for what a person can mend; anything else is a defect */
export async function boot(options: BootOptions): Promise<Booted> {
  const { config, dataDir, log, worker } = options;
  let runtime: Runtime | null = null;
  try {
    const notices = worker === 1 ? await lookAtStore(config) : [];
    for (const notice of notices) log.warn(notice);
    runtime = await createRuntime({
      config,
      database: options.database,
      journalFolder: journalOf(dataDir, worker),
      instance: await nextBoot(dataDir, worker),
      pseudonymKey: options.encryptionKey,
      version: VERSION,
      clock: systemClock,
      random: Math.random,
      log,
      workers: options.workers,
      ...(options.figuresOfAll ? { figuresOfAll: options.figuresOfAll } : {}),
    });
    if (worker === 1) await settleFormerWorkers(dataDir, config.workers, runtime);
    return { runtime, notices };
  } catch (error) {
    await runtime?.close();
    throw await asDatabaseFault(error, config);
  }
}

/** Loaded where there is a store: a gateway that counts for itself has no need of its clients. */
async function lookAtStore(config: Config): Promise<readonly string[]> {
  return config.sharedStore === null ? [] : (await import("./store-check.ts")).checkSharedStore(config);
}

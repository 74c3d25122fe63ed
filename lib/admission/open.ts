/** The store that a configuration asks for: this process's memory, or a Redis that all processes share, behind its guard. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { type AdmissionStore, LEASE_MS, RENEW_MS } from "./admission.ts";
import { MemoryAdmission } from "./memory.ts";
import type { Transport } from "./transport.ts";

export interface OpenedAdmission {
  readonly store: AdmissionStore;
  /** True while a shared store does not answer and this process decides alone. */
  readonly away: () => boolean;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** Read anew: `limits_on_store_outage` may change while the gateway runs. */
  readonly config: () => Pick<Config, "sharedStore" | "limitsOnStoreOutage" | "limitsStoreTimeoutMs">;
  /** This process among those that share the store. */
  readonly instance: string;
  /** What the processes of one database have in common: gateways that share nothing else share no counters. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** An Upstash request that takes longer is given up. */
const REST_TIMEOUT_MS = 5_000;

/** Opens the store; returns when a shared one answers, or after two seconds without it. */
export async function openAdmission(options: OpenOptions): Promise<OpenedAdmission> {
  const { clock, log } = options;
  const opened = await openStore(options);
  const renewing = setInterval(() => {
    Promise.resolve(opened.store.renew(clock.now(), LEASE_MS)).catch((error: unknown) =>
      log.warn({ err: error }, "leases were not renewed"),
    );
  }, RENEW_MS);
  renewing.unref();
  return {
    ...opened,
    close: async () => {
      clearInterval(renewing);
      await opened.close();
    },
  };
}

async function openStore({ clock, config, instance, log, namespace }: OpenOptions): Promise<OpenedAdmission> {
  const shared = config().sharedStore;
  if (shared === null)
    return { store: new MemoryAdmission(), away: () => false, close: () => Promise.resolve() };
  // Loaded when asked for: a gateway that counts in memory carries none of this.
  const [{ GuardedAdmission }, { RedisAdmission }, { systemTimers }] = await Promise.all([
    import("./guarded.ts"),
    import("./redis.ts"),
    import("./timers.ts"),
  ]);
  const transport = await openTransport(shared, log);
  const guarded = new GuardedAdmission({
    store: new RedisAdmission({ transport, clock: null, namespace }),
    policy: () => config().limitsOnStoreOutage,
    instance,
    clock,
    timers: systemTimers,
    waitMs: config().limitsStoreTimeoutMs,
  });
  guarded.onChange((away, cause) => {
    const policy = config().limitsOnStoreOutage;
    if (away) log.error({ err: cause, policy }, "the store of limits is away: limits_on_store_outage holds");
    else log.info("the store of limits is back");
  });
  await guarded.start();
  return { store: guarded, away: () => guarded.away, close: () => guarded.close() };
}

async function openTransport(shared: NonNullable<Config["sharedStore"]>, log: Log): Promise<Transport> {
  if (shared.kind === "upstash") {
    const { Upstash } = await import("./upstash.ts");
    return new Upstash({ url: shared.url, token: shared.token, timeoutMs: REST_TIMEOUT_MS });
  }
  const { RedisTcp } = await import("./redis-tcp.ts");
  return new RedisTcp({
    urls: [shared.url],
    onError: (error) => log.debug({ err: error }, "connection to the store of limits"),
  });
}

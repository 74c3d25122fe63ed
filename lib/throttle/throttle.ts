/**
 * The throttle: how often somebody may sign in, set up, use the key API or send refused keys. Counted in Redis or Upstash
 * where there is one, else (and while that is away) in this process's memory, under the same named policies.
 */
import { createHash } from "node:crypto";
import type { SharedStore } from "#lib/config/config.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { MemoryWindows, type WindowState } from "./memory-window.ts";
import type { ThrottleLimit, ThrottleLimits, ThrottleName } from "./policies.ts";
import type { SharedWindows } from "./shared-windows.ts";

export interface ThrottleVerdict {
  readonly policy: ThrottleName;
  readonly allowed: boolean;
  /** Null when the policy is off. */
  readonly limit: ThrottleLimit | null;
  readonly remaining: number;
  /** Until there is room again for certain. */
  readonly resetMs: number;
}

export interface Throttle {
  /**
   * Counts one more of `who` under a policy, if there is room. Never throws.
   * @param who a key id, an address, an account; it is stored only as a hash
   */
  take(policy: ThrottleName, who: string): Promise<ThrottleVerdict>;
  close(): void;
}

export interface ThrottleOptions {
  /** The limits in force now. */
  readonly limits: () => ThrottleLimits;
  /** Null: this process counts for itself. */
  readonly store: SharedStore | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** After a failure the store is left alone for so long: a slow one must not slow every sign-in. */
const REST_MS = 5_000;

/** Waits a moment for the store, and goes on without it: the connection is made in the background. */
export async function openThrottle(options: ThrottleOptions): Promise<Throttle> {
  // Loaded only where it is used: two packages that one process alone has no need of.
  const shared =
    options.store === null ? null : (await import("./shared-windows.ts")).openSharedWindows(options.store);
  await shared?.ready;
  return createThrottle(options, shared);
}

/** @param shared where several processes count; null for none */
export function createThrottle(
  { clock, limits, log }: Omit<ThrottleOptions, "store">,
  shared: SharedWindows | null,
): Throttle {
  const memory = new MemoryWindows();
  let restsUntilMs = 0;
  let away = false;

  async function count(name: string, limit: ThrottleLimit): Promise<WindowState> {
    const nowMs = clock.now();
    if (shared === null || clock.monotonic() < restsUntilMs) return memory.take(name, limit, nowMs);
    // While it is away one at a time asks whether it is back.
    if (away) restsUntilMs = clock.monotonic() + REST_MS;
    try {
      const state = await shared.take(name, limit, nowMs);
      if (away) log.info("the throttle counts in the shared store again");
      away = false;
      restsUntilMs = 0;
      return state;
    } catch (error) {
      restsUntilMs = clock.monotonic() + REST_MS;
      if (!away) log.warn({ reason: reasonOf(error) }, "the throttle counts in memory: the store is away");
      away = true;
      return memory.take(name, limit, nowMs);
    }
  }

  return {
    take: async (policy, who) => {
      const limit = limits()[policy];
      if (limit === null) return { policy, limit, allowed: true, remaining: 0, resetMs: 0 };
      return { policy, limit, ...(await count(`${policy}:${nameOf(who)}`, limit)) };
    },
    close: () => shared?.close(),
  };
}

/** Addresses and accounts are personal data, and an account's name can be any text: neither becomes a name in a store. */
function nameOf(who: string): string {
  return createHash("sha256").update(who).digest("base64url").slice(0, 22);
}

/** Without the text of a driver: Upstash's repeats the whole command. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error ? `${error.name} ${String(error.code)}` : error.name;
}

/**
 * The throttle's sliding window in this process's memory: the twin of the one that `@upstash/ratelimit` keeps in Redis,
 * with the same arithmetic (this bucket's count, and the last one's weighted by how much of it still lies in the window).
 */
import type { ThrottleLimit } from "./policies.ts";

export interface WindowState {
  readonly allowed: boolean;
  /** How many are left after this one. */
  readonly remaining: number;
  /** Until there is room again for certain. */
  readonly resetMs: number;
}

interface Counter {
  bucket: number;
  current: number;
  previous: number;
  /** After this the counter says nothing any more. */
  expiresAtMs: number;
}

/** Addresses are cheap to make up: their counters must not fill the memory. */
const MOST_COUNTERS = 50_000;

export class MemoryWindows {
  readonly #counters = new Map<string, Counter>();
  readonly #most: number;

  constructor(mostCounters = MOST_COUNTERS) {
    this.#most = mostCounters;
  }

  get size(): number {
    return this.#counters.size;
  }

  /** Counts one more for `name` when there is room; what is refused is not counted. */
  take(name: string, { limit, windowMs }: ThrottleLimit, nowMs: number): WindowState {
    const bucket = Math.floor(nowMs / windowMs);
    const counter = this.#counterAt(name, bucket, windowMs);
    const resetMs = (bucket + 1) * windowMs - nowMs + 1;
    const share = 1 - (nowMs % windowMs) / windowMs;
    const before = Math.floor(share * counter.previous);
    if (before + counter.current >= limit) return { allowed: false, remaining: 0, resetMs };
    counter.current += 1;
    return { allowed: true, remaining: limit - before - counter.current, resetMs };
  }

  #counterAt(name: string, bucket: number, windowMs: number): Counter {
    const known = this.#counters.get(name);
    const expiresAtMs = (bucket + 2) * windowMs;
    if (known?.bucket === bucket) return known;
    const previous = known?.bucket === bucket - 1 ? known.current : 0;
    const counter = { bucket, current: 0, previous, expiresAtMs };
    // Taken out and put in again, so that the map stays in order of use.
    this.#counters.delete(name);
    if (this.#counters.size >= this.#most) this.#makeRoom(bucket * windowMs);
    this.#counters.set(name, counter);
    return counter;
  }

  /** The expired go first; when nobody has expired, a tenth of those that were quiet longest. */
  #makeRoom(nowMs: number): void {
    for (const [name, counter] of this.#counters)
      if (counter.expiresAtMs <= nowMs) this.#counters.delete(name);
    if (this.#counters.size < this.#most) return;
    let tooMany = Math.ceil(this.#most / 10);
    for (const name of this.#counters.keys()) {
      if (tooMany-- <= 0) return;
      this.#counters.delete(name);
    }
  }
}

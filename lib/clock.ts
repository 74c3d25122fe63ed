/** Time comes in through this port, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic milliseconds with fractions, for durations only. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Milliseconds to three places, as logs, headers and records show them. */
export function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

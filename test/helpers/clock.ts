/** A clock that a test moves by hand. */
import type { Clock } from "#lib/clock.ts";

export interface ManualClock extends Clock {
  /** Moves both hands on. */
  advance(ms: number): void;
  /** Sets the wall clock, back as well; the monotonic hand stays. */
  set(ms: number): void;
}

/** @param startMs where the wall clock begins (UTC) */
export function manualClock(startMs = Date.UTC(2026, 5, 15, 12, 0, 0)): ManualClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    advance: (ms) => {
      wallMs += ms;
      monotonicMs += ms;
    },
    set: (ms) => {
      wallMs = ms;
    },
  };
}

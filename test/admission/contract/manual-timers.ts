/** Timers that go off when a test says so, by the hands of a manual clock. */
import type { Timers } from "#lib/admission/timers.ts";
import type { ManualClock } from "#test/helpers/clock.ts";

export interface ManualTimers extends Timers {
  /** Lets time pass: everything due goes off in its order, and what follows from it is done before the next. */
  pass(ms: number): Promise<void>;
  /** Milliseconds until each timer that is set goes off, the next first. */
  due(): number[];
}

export function manualTimers(clock: ManualClock): ManualTimers {
  const set = new Map<object, { readonly atMs: number; readonly act: () => void }>();
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const next = () => [...set].sort(([, a], [, b]) => a.atMs - b.atMs)[0];
  return {
    after: (ms, act) => {
      const id = {};
      set.set(id, { atMs: clock.monotonic() + ms, act });
      return () => void set.delete(id);
    },
    due: () => [...set.values()].map(({ atMs }) => atMs - clock.monotonic()).sort((a, b) => a - b),
    pass: async (ms) => {
      const untilMs = clock.monotonic() + ms;
      for (let first = next(); first && first[1].atMs <= untilMs; first = next()) {
        const [id, { act, atMs }] = first;
        clock.advance(Math.max(0, atMs - clock.monotonic()));
        set.delete(id);
        act();
        await settled();
      }
      clock.advance(untilMs - clock.monotonic());
      await settled();
    },
  };
}

/** Waiting comes in through this port, so that tests can let it pass. */
export interface Timers {
  /** Does something after a while. @returns takes it back */
  after(ms: number, act: () => void): () => void;
}

/** Timers that keep no process alive. */
export const systemTimers: Timers = {
  after: (ms, act) => {
    let taken = false;
    const timer = setTimeout(() => {
      // One turn more: an answer that is already here counts, however long this process itself was busy.
      setImmediate(() => {
        if (!taken) act();
      });
    }, ms);
    timer.unref();
    return () => {
      taken = true;
      clearTimeout(timer);
    };
  },
};

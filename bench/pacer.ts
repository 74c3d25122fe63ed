/**
 * Tells the time to send: posts a message at each due time, evenly spaced. A worker thread of the open-loop client:
 * timers of the event loop round to whole milliseconds, and spinning would take one of two cores from what is measured.
 * `Atomics.wait` wakes some 60 microseconds late, so it is told to wake early and only the rest is spun.
 */
import { parentPort, workerData } from "node:worker_threads";

export interface Pace {
  readonly startNs: bigint;
  readonly intervalNs: bigint;
  readonly count: number;
}

const NS_PER_MS = 1e6;
/** Linux lets a sleep run 50 microseconds over (timer slack); the rest is for waking up. */
const WAKE_EARLY_NS = 60_000n;
const cell = new Int32Array(new SharedArrayBuffer(4));

function keepPace({ startNs, intervalNs, count }: Pace): void {
  for (let call = 0; call < count; call++) {
    const dueNs = startNs + intervalNs * BigInt(call);
    for (
      let leftNs = dueNs - process.hrtime.bigint();
      leftNs > 0n;
      leftNs = dueNs - process.hrtime.bigint()
    ) {
      if (leftNs > WAKE_EARLY_NS) Atomics.wait(cell, 0, 0, Number(leftNs - WAKE_EARLY_NS) / NS_PER_MS);
    }
    parentPort?.postMessage(dueNs);
  }
}

keepPace(workerData);

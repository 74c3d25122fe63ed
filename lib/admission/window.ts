/**
 * A sliding window in 60 slices. It counts the running slice and the 60 before it, so it covers at least the whole span:
 * no span of that length ever holds more than the ceiling, at the price of freeing up to one slice late.
 * The Lua texts (lua/*.ts) keep the same slices in a hash; what a reply says is read through this class again.
 */
export const SLICES = 61;

export class SlidingWindow {
  readonly #spanMs: number;
  readonly #counts = new Float64Array(SLICES);
  /** Absolute number of the newest slice. */
  #newest = 0;
  #sum = 0;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** A window as a shared store keeps it: counts by slice number modulo 61. */
  static of(spanMs: number, newest: number, counts: ReadonlyMap<number, number>): SlidingWindow {
    const window = new SlidingWindow(spanMs);
    window.#newest = newest;
    for (const [index, count] of counts) {
      window.#counts[index] = count;
      window.#sum += count;
    }
    return window;
  }

  /** Count inside the window at `nowMs`. A clock that goes backwards reads as standing still. */
  used(nowMs: number): number {
    this.#advance(nowMs);
    return this.#sum;
  }

  /** Adds to the running slice; what goes in can be taken back by `adjust` with the same `atMs`. */
  add(nowMs: number, amount: number): void {
    this.#advance(nowMs);
    this.#put(this.#newest, amount);
  }

  /** Corrects what was added at `atMs`, if that is still inside the window. */
  adjust(nowMs: number, atMs: number, delta: number): void {
    this.#advance(nowMs);
    const slice = Math.min(sliceOf(atMs, this.#spanMs), this.#newest);
    if (this.#newest - slice < SLICES) this.#put(slice, delta);
  }

  /** Milliseconds until `amount` fits under `ceiling`; null when it never will. */
  fitsInMs(nowMs: number, amount: number, ceiling: number): number | null {
    if (amount > ceiling) return null;
    this.#advance(nowMs);
    let left = this.#sum;
    for (let age = SLICES - 1; age >= 0; age--) {
      if (left + amount <= ceiling) return age === SLICES - 1 ? 0 : this.#freesInMs(nowMs, age + 1);
      left -= this.#counts[(this.#newest - age + SLICES * 2) % SLICES] ?? 0;
    }
    return this.#freesInMs(nowMs, 0);
  }

  /** Milliseconds until the window is empty if nothing more comes. */
  emptyInMs(nowMs: number): number {
    this.#advance(nowMs);
    for (let age = 0; age < SLICES; age++)
      if (this.#counts[(this.#newest - age + SLICES * 2) % SLICES] !== 0) return this.#freesInMs(nowMs, age);
    return 0;
  }

  #freesInMs(nowMs: number, age: number): number {
    return sliceFreesInMs(this.#newest - age, this.#spanMs, nowMs);
  }

  #put(slice: number, amount: number): void {
    const index = slice % SLICES;
    const before = this.#counts[index] ?? 0;
    // An adjustment may not take more than was put in: counts never go below zero.
    const after = Math.max(0, before + amount);
    this.#counts[index] = after;
    this.#sum += after - before;
  }

  #advance(nowMs: number): void {
    const slice = sliceOf(nowMs, this.#spanMs);
    if (slice <= this.#newest) return;
    const steps = Math.min(slice - this.#newest, SLICES);
    for (let i = 1; i <= steps; i++) {
      const index = (slice - steps + i) % SLICES;
      this.#sum -= this.#counts[index] ?? 0;
      this.#counts[index] = 0;
    }
    this.#newest = slice;
  }
}

/** Absolute number of the slice that holds an instant. */
export function sliceOf(ms: number, spanMs: number): number {
  return Math.floor((ms * (SLICES - 1)) / spanMs);
}

/** When a slice has left the window. */
export function sliceFreesInMs(slice: number, spanMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil(((slice + SLICES) * spanMs) / (SLICES - 1)) - nowMs);
}

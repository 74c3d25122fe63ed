/**
 * What several workers have counted, for one answer to `/metrics`. The first process keeps the last word of each: what a
 * worker counted before it died goes on counting, or sums would fall and look like a restart.
 */
import { type Figures, sumOf } from "../metrics/figures.ts";

/** A worker that does not answer in time is told by its last word. */
const ANSWER_MS = 1_000;
/** Workers say what they have counted this often unasked, so that a sudden death loses little. */
export const REPORT_MS = 5_000;

/** The first process's side. */
export class FiguresOfWorkers {
  readonly #last = new Map<number, Figures>();
  #ended: Figures | null = null;
  #round: Round | null = null;

  /** Takes a worker's word. */
  heard(worker: number, figures: Figures): void {
    this.#last.set(worker, figures);
    const round = this.#round;
    if (round?.awaited.delete(worker) && round.awaited.size === 0) round.done();
  }

  /** A worker is gone: its counts stay, its gauges do not. */
  left(worker: number): void {
    const last = this.#last.get(worker);
    this.#last.delete(worker);
    if (last) this.#ended = { ...sumOf(this.#ended ? [this.#ended, last] : [last]), gauges: [] };
    if (this.#round?.awaited.delete(worker) && this.#round.awaited.size === 0) this.#round.done();
  }

  /** Figures of all, as new as they can be had. @param ask asks the workers for theirs, and says which are asked */
  async gather(ask: () => readonly number[]): Promise<readonly Figures[]> {
    this.#round ??= this.#begin(ask());
    await this.#round.over;
    return this.#ended ? [this.#ended, ...this.#last.values()] : [...this.#last.values()];
  }

  #begin(asked: readonly number[]): Round {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const done = () => {
      clearTimeout(timer);
      this.#round = null;
      resolve();
    };
    const timer = setTimeout(done, ANSWER_MS);
    return { awaited: new Set(asked), done, over };
  }
}

interface Round {
  readonly awaited: Set<number>;
  readonly done: () => void;
  readonly over: Promise<void>;
}

/** A worker's side: asks the first process, and is alone with its own figures when that does not answer. */
export class FiguresFromPrimary {
  readonly #ask: () => void;
  readonly #waiting = new Set<(figures: readonly Figures[]) => void>();

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** @param own this worker's figures, for want of an answer */
  read(own: Figures): Promise<readonly Figures[]> {
    return new Promise((resolve) => {
      const answer = (figures: readonly Figures[]) => {
        clearTimeout(timer);
        this.#waiting.delete(answer);
        resolve(figures);
      };
      const timer = setTimeout(() => answer([own]), 2 * ANSWER_MS);
      this.#waiting.add(answer);
      if (this.#waiting.size === 1) this.#ask();
    });
  }

  /** The first process has answered. */
  answered(figures: readonly Figures[]): void {
    for (const answer of [...this.#waiting]) answer(figures);
  }
}

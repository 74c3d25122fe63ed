/**
 * One read for everybody who asks the same within a short time. Pages that many people have open ask the database the same
 * questions again and again: the first asks it, and who comes while that runs or soon after gets the same answer.
 *
 * Whose things are asked for is part of the question's name, or one person's answer would be another's: name the scope first.
 */

/** Questions that are kept at most, of one source. */
const MOST = 500;

interface Kept<T> {
  readonly askedMs: number;
  readonly answer: Promise<T>;
}

export class SharedReads<T> {
  /** By what is asked (a database, a store), so that two gateways in one process share nothing. */
  readonly #kept = new WeakMap<object, Map<string, Kept<T>>>();
  readonly #keepMs: number;
  readonly #isKept: (answer: T) => boolean;

  /**
   * @param keepMs how old an answer may be, counted from when it was asked for
   * @param isKept false: an answer is for those alone who asked while it was on its way
   */
  constructor(keepMs: number, isKept: (answer: T) => boolean = () => true) {
    this.#keepMs = keepMs;
    this.#isKept = isKept;
  }

  /**
   * @param source what is asked
   * @param name the whole question, with whose things it is about
   * @param ask asks it; what it throws goes to those who wait, and is not kept for those who come after
   */
  read(source: object, name: string, nowMs: number, ask: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(source) ?? new Map<string, Kept<T>>();
    this.#kept.set(source, kept);
    const known = kept.get(name);
    if (known !== undefined && this.#isFresh(known, nowMs)) return known.answer;
    if (kept.size >= MOST) this.#makeRoom(kept, nowMs);
    const made: Kept<T> = { askedMs: nowMs, answer: ask() };
    kept.set(name, made);
    const forget = () => {
      if (kept.get(name) === made) kept.delete(name);
    };
    made.answer.then((answer) => {
      if (!this.#isKept(answer)) forget();
    }, forget);
    return made.answer;
  }

  /** A clock that was set back makes nothing younger. */
  #isFresh({ askedMs }: Kept<T>, nowMs: number): boolean {
    const ageMs = nowMs - askedMs;
    return ageMs >= 0 && ageMs < this.#keepMs;
  }

  #makeRoom(kept: Map<string, Kept<T>>, nowMs: number): void {
    for (const [name, one] of kept) if (!this.#isFresh(one, nowMs)) kept.delete(name);
    if (kept.size >= MOST) kept.clear();
  }
}

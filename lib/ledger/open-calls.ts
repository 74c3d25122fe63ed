/** Calls that have begun and are not durable yet: a stop waits for them, or their answers would go unrecorded until the next start. */

export class OpenCalls {
  readonly #ids = new Set<string>();
  #onNone: (() => void) | null = null;

  get size(): number {
    return this.#ids.size;
  }

  begin(id: string): void {
    this.#ids.add(id);
  }

  /** Twice is once; a call that never began changes nothing. */
  end(id: string): void {
    if (this.#ids.delete(id) && this.#ids.size === 0) this.#onNone?.();
  }

  /** Waits at most so long. @returns how many are still open */
  async untilNone(timeoutMs: number): Promise<number> {
    if (this.#ids.size === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onNone = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.#onNone = null;
    return this.#ids.size;
  }
}

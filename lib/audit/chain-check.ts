/** Walks a chain record by record and head by head, and names the first place where it is broken. Keeps nothing but its end. */
import { type Head, isHeadSigned } from "./head.ts";
import { type AuditRecord, hashOf } from "./record.ts";

/**
 * changed: the record is not what was written. missing: one is gone, or others stand in its place. inserted: it has no place
 * here. unlinked: it does not continue the one before. rewritten: the chain is whole, but not the one that was signed.
 * cut: the end is gone. signature: a head nobody signed. foreign_key: a head that a key nobody named has signed.
 * unsigned: no signed head for too long.
 */
export type BrokenKind =
  | "changed"
  | "missing"
  | "inserted"
  | "unlinked"
  | "rewritten"
  | "cut"
  | "signature"
  | "foreign_key"
  | "unsigned";

export interface Broken {
  /** The first record that is wrong, or whose head is. */
  readonly number: number;
  readonly kind: BrokenKind;
  readonly message: string;
}

export interface ChainPlace {
  readonly number: number;
  readonly hash: string;
}

export class ChainCheck {
  #last: ChainPlace;
  #lastTime: string | null = null;
  #firstUnsignedTime: string | null = null;
  #head: Head | null = null;
  #checked = 0;
  readonly #trusted: ReadonlySet<string>;
  readonly #start: number;

  /** @param start what comes before the first record. @param trusted ids of the keys whose heads count */
  constructor(start: ChainPlace, trusted: Iterable<string>) {
    this.#last = start;
    this.#start = start.number;
    this.#trusted = new Set(trusted);
  }

  get checked(): number {
    return this.#checked;
  }
  get last(): ChainPlace & { readonly time: string | null } {
    return { ...this.#last, time: this.#lastTime };
  }
  get head(): Head | null {
    return this.#head;
  }
  /** When the first record after the last head was written; null when all are under one. */
  get unsignedSince(): string | null {
    return this.#firstUnsignedTime;
  }

  /** Takes the next record. */
  record(record: AuditRecord): Broken | null {
    const expected = this.#last.number + 1;
    const { hash, number, previous } = record;
    if (number > expected)
      return broken(expected, "missing", `#${expected} is missing: #${number} follows #${this.#last.number}`);
    if (number < expected)
      return broken(number, "inserted", `#${number} stands a second time, after #${this.#last.number}`);
    if (hashOf(record) !== hash)
      return broken(
        number,
        "changed",
        `#${number} is not what was written: its hash does not fit its contents`,
      );
    if (previous !== this.#last.hash)
      return broken(
        number,
        "unlinked",
        `#${number} does not continue #${this.#last.number}: one of the two was put in place of another`,
      );
    this.#last = { number, hash };
    this.#lastTime = record.time;
    this.#firstUnsignedTime ??= record.time;
    this.#checked += 1;
    return null;
  }

  /** Takes a signed head, after the record that it is of. */
  signedHead(head: Head): Broken | null {
    if (!isHeadSigned(head))
      return broken(
        head.number,
        "signature",
        `the head of #${head.number} has a signature that is not its key's`,
      );
    if (!this.#trusted.has(head.keyId))
      return broken(
        head.number,
        "foreign_key",
        `the head of #${head.number} is signed by key ${head.keyId}, which is none that was named as trusted`,
      );
    if (head.number > this.#last.number)
      return broken(
        this.#last.number + 1,
        "cut",
        `#${this.#last.number + 1} to #${head.number} are gone: a head of ${head.time} was signed over them`,
      );
    if (head.number === this.#last.number && head.hash !== this.#last.hash) {
      const from = (this.#head?.number ?? this.#start) + 1;
      return broken(
        from,
        "rewritten",
        `#${from} to #${head.number} were rewritten: the head of ${head.time} was signed over others`,
      );
    }
    this.#head = head;
    this.#firstUnsignedTime = null;
    return null;
  }
}

export function broken(number: number, kind: BrokenKind, message: string): Broken {
  return { number, kind, message };
}

/** The one error of a shared store that does not answer, answers with an error, or is given up waiting for. */

const BRAND = Symbol.for("shin.store-away");

export class StoreAwayError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreAwayError";
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** By a brand and never by `instanceof`: two copies of this module live in one process. */
export function isStoreAway(error: unknown): error is StoreAwayError {
  return typeof error === "object" && error !== null && BRAND in error;
}

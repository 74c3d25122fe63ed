/** Whether the database answers, since when not, and a deadline for every query: postgres.js itself waits for ever. */
import type { Clock } from "./clock.ts";

/** SQLSTATE classes that mean "the server is not there", and not "the statement is wrong". */
const AWAY_STATES = new Set([
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "57014",
  "25006",
  "53100",
  "08006",
  "08001",
  "08003",
]);
const AWAY_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

export class DatabaseAwayError extends Error {
  readonly code = "ETIMEDOUT";
  constructor(deadlineMs: number) {
    super(`the database did not answer within ${deadlineMs} ms`);
    this.name = "DatabaseAwayError";
  }
}

/** A database that has not answered after this long is away. */
const DEADLINE_MS = 2_000;
/** A deadline runs in so many parts, of which one at most passes while this very process stands still. */
const PARTS = 4;

export class DatabaseHealth {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #awaySinceMs: number | null = null;
  #onChange: ((away: boolean) => void) | null = null;

  constructor(clock: Clock, deadlineMs = DEADLINE_MS) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  /** Told whenever the database goes or comes back. */
  onChange(listener: (away: boolean) => void): void {
    this.#onChange = listener;
  }

  /** Runs a query under the deadline and remembers how it went. @throws what the query throws, or DatabaseAwayError */
  async run<T>(query: () => Promise<T>): Promise<T> {
    try {
      const result = await withDeadline(query, this.#deadlineMs);
      this.#set(null);
      return result;
    } catch (error) {
      if (isAway(error)) this.#set(this.#awaySinceMs ?? this.#clock.now());
      throw error;
    }
  }

  get away(): boolean {
    return this.#awaySinceMs !== null;
  }

  /** How long the database has been away; 0 when it is there. */
  awayMs(nowMs: number): number {
    return this.#awaySinceMs === null ? 0 : nowMs - this.#awaySinceMs;
  }

  #set(sinceMs: number | null): void {
    const changed = (sinceMs === null) !== (this.#awaySinceMs === null);
    this.#awaySinceMs = sinceMs;
    if (changed) this.#onChange?.(sinceMs !== null);
  }
}

/**
 * Waits at most so long. A process that was held up itself (it loads the code of a page on a machine that is full) has answers
 * to read first: that is not the other side's time. @throws DatabaseAwayError, or what the work throws
 */
export async function withDeadline<T>(work: () => Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let left = PARTS;
  const deadline = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      left -= 1;
      if (left === 0) reject(new DatabaseAwayError(deadlineMs));
    }, deadlineMs / PARTS);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearInterval(timer);
  }
}

/** True for errors that say the server cannot be reached or cannot work, so that waiting may help. */
export function isAway(error: unknown): boolean {
  return causesOf(error).some(
    ({ code }) => AWAY_CODES.has(code) || AWAY_STATES.has(code) || code.startsWith("08"),
  );
}

/** True for errors after which the connection that they came over is gone, and with it its transaction. */
export function endsConnection(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, severity }) =>
      AWAY_CODES.has(code) || code.startsWith("08") || severity === "FATAL" || severity === "PANIC",
  );
}

/** The error and its causes, as far as they have a code: drizzle wraps the driver's error as its cause. */
function causesOf(error: unknown): { code: string; severity: string }[] {
  const causes: { code: string; severity: string }[] = [];
  for (let at: unknown = error; typeof at === "object" && at !== null; at = "cause" in at ? at.cause : null) {
    if (!("code" in at)) continue;
    causes.push({ code: String(at.code), severity: "severity" in at ? String(at.severity) : "" });
  }
  return causes;
}

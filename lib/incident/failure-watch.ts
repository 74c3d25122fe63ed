/** Notices when wrong keys keep coming: from one address, or with one beginning. Once a day for each, however often. */
import { type AlertDeps, raiseAlert } from "#lib/alerts/alerts.ts";
import { isAway } from "../database-health.ts";

const WINDOW_MS = 10 * 60_000;
const ENOUGH = 20;
/** Somebody who changes address and key each time fills no memory. */
const MOST_COUNTED = 10_000;
/** Shorter texts are no keys, and what they begin with may be all of them. */
const SHORTEST_KEY = 20;
const START = 7;

export class FailureWatch {
  readonly #deps: AlertDeps;
  #window = -1;
  #counts = new Map<string, number>();

  constructor(deps: AlertDeps) {
    this.#deps = deps;
  }

  /** @param place the address as it may be stored @param secret what was sent; only its start is kept */
  failed(place: string, secret: string): void {
    this.#count("address", place);
    if (secret.length >= SHORTEST_KEY) this.#count("key_start", secret.slice(0, START));
  }

  #count(kind: "address" | "key_start", id: string): void {
    const nowMs = this.#deps.clock.now();
    const window = Math.floor(nowMs / WINDOW_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#counts = new Map();
    }
    const counted = `${kind} ${id}`;
    const count = (this.#counts.get(counted) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= MOST_COUNTED) return;
    this.#counts.set(counted, count);
    // Each window asks once; the alert's cause is the day, so that a long attack is one alert a day.
    if (count !== ENOUGH) return;
    const what = kind === "address" ? `from ${id}` : `with keys that begin with ${id}`;
    raiseAlert(this.#deps, {
      kind: "authentication_failures",
      subject: { kind, id, name: id },
      cause: new Date(nowMs).toISOString().slice(0, 10),
      message: `Authentication failed ${ENOUGH} times within ten minutes ${what}`,
      data: { failures: ENOUGH, window_minutes: WINDOW_MS / 60_000 },
    }).catch((error: unknown) => {
      if (!isAway(error))
        this.#deps.log.warn({ err: error }, "an alert of failed authentication was not raised");
    });
  }
}

/**
 * What this process has seen pass by since it began, and no table tells: calls over HTTPS, calls without it, scrapes. Kept in
 * memory, since every call comes by here; the checks that read it carry it on in their results.
 */

export interface Seen {
  readonly httpsAtMs: number | null;
  /** From another machine, without encryption. */
  readonly plainAtMs: number | null;
  readonly scrapeAtMs: number | null;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export class Sightings {
  readonly sinceMs: number;
  #httpsAtMs: number | null = null;
  #plainAtMs: number | null = null;
  #scrapeAtMs: number | null = null;

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  /** @param proto of a trusted proxy's header; null: nobody's word counts, so it is what the socket had */
  request(proto: string | null, peer: string, nowMs: number): void {
    if (proto === "https") this.#httpsAtMs = nowMs;
    else if (!LOOPBACK.test(peer) && peer !== "") this.#plainAtMs = nowMs;
  }

  scrape(nowMs: number): void {
    this.#scrapeAtMs = nowMs;
  }

  seen(): Seen {
    return { httpsAtMs: this.#httpsAtMs, plainAtMs: this.#plainAtMs, scrapeAtMs: this.#scrapeAtMs };
  }
}

/** The later of what this process saw and what an earlier result says; null: never. */
export function lastSeen(ownMs: number | null, before: unknown): number | null {
  const earlier = typeof before === "string" ? Date.parse(before) : Number.NaN;
  if (Number.isNaN(earlier)) return ownMs;
  return ownMs === null ? earlier : Math.max(ownMs, earlier);
}

/** For facts. */
export function stamp(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

/**
 * Browsers that have the console open: `node browsers.ts '<Order as JSON>'`. Each asks at the console's own beat until the
 * process gets SIGTERM, then it prints how often it asked and how long that took. Limits asks every two seconds by itself;
 * Overview and Logs do not ask, so somebody presses Refresh there, every ten seconds.
 */
import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../statistics.ts";
import { REFRESH, readPage, refreshPath, type Session } from "./session.ts";

export interface BrowsersOrder {
  readonly origin: string;
  readonly sessions: readonly Session[];
}

export interface BrowsersFigures {
  readonly asked: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const LIMITS = { path: "/ui/limits/live", everyMs: 2_000, headers: {} };
const OVERVIEW = { path: "/ui/overview", everyMs: 10_000, headers: REFRESH };
const LOGS = { path: "/ui/logs", everyMs: 10_000, headers: REFRESH };
/** Of five browsers, three watch the limits. */
const SEATS = [LIMITS, OVERVIEW, LIMITS, LOGS, LIMITS];

if (import.meta.main) {
  const { origin, sessions }: BrowsersOrder = JSON.parse(process.argv[2] ?? "");
  const tookMs: number[] = [];
  let failed = 0;
  let over = false;
  process.once("SIGTERM", () => {
    over = true;
  });
  const sit = async (session: Session, place: number): Promise<void> => {
    const seat = SEATS[place % SEATS.length] ?? LIMITS;
    const path = "rsc" in seat.headers ? await refreshPath(origin, seat.path, session) : seat.path;
    // Nobody opens a page at the same moment as the others.
    await delay((seat.everyMs * place) / sessions.length);
    while (!over) {
      const from = performance.now();
      await readPage(origin, path, session, seat.headers).catch(() => {
        failed += 1;
      });
      const ms = performance.now() - from;
      tookMs.push(ms);
      for (let left = seat.everyMs - ms; left > 0 && !over; left -= 100) await delay(Math.min(left, 100));
    }
  };
  await Promise.all(sessions.map(sit));
  tookMs.sort((a, b) => a - b);
  const figures: BrowsersFigures = {
    asked: tookMs.length,
    failed,
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
  };
  console.log(JSON.stringify(figures));
}

/** How long each view takes from the request to its last byte, and how often a browser asks for it. */
import { readFileSync } from "node:fs";
import { openChromium } from "../../test/e2e/chromium.ts";
import type { RowResult } from "../report.ts";
import { percentile } from "../statistics.ts";
import type { Target } from "../target.ts";
import { readPage, type Session } from "./session.ts";
import type { View } from "./views.ts";

/** Views before the counted ones: V8 has compiled the page's code then, and the database has read its blocks. */
const WARM_UP = 3;

/** @param times how often each is looked at */
export async function pages(
  { origin, pid }: Target,
  session: Session,
  views: readonly View[],
  times: number,
): Promise<RowResult> {
  const figures = [];
  for (const view of views) {
    const tookMs: number[] = [];
    let cpuMs = 0;
    for (let time = -WARM_UP; time < times; time++) {
      if (time === 0) cpuMs = cpuTimeMs(pid);
      const from = performance.now();
      await readPage(origin, view.path, session);
      if (time >= 0) tookMs.push(performance.now() - from);
    }
    cpuMs = (cpuTimeMs(pid) - cpuMs) / times;
    tookMs.sort((a, b) => a - b);
    figures.push({ view, cpuMs, p50Ms: percentile(tookMs, 50), worstMs: percentile(tookMs, 100) });
  }
  const asked = await requestsOf(origin, session, views);
  return {
    tables: [
      {
        title: `server time of a whole page over loopback, ${times} views each`,
        columns: [
          { title: "view" },
          { title: "p50 ms", digits: 0 },
          { title: "worst ms", digits: 0 },
          { title: "target ms", digits: 0 },
          { title: "CPU ms of the gateway", digits: 0 },
          { title: "data requests", digits: 0 },
        ],
        rows: figures.map(({ cpuMs, p50Ms, view, worstMs }) => [
          view.name,
          p50Ms,
          worstMs,
          view.mostMs,
          cpuMs,
          asked.get(view.path) ?? null,
        ]),
      },
    ],
    goals: figures.map(({ view, p50Ms }) => ({
      what: `${view.name}, p50`,
      measured: p50Ms,
      bound: "at most" as const,
      target: view.mostMs,
      unit: " ms",
    })),
    notes: [],
  };
}

/** User and system time of a process so far; the kernel counts in hundredths of a second. */
function cpuTimeMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Path -> how many requests for data a browser makes for it: the page itself and whatever its scripts fetch. */
async function requestsOf(
  origin: string,
  { cookie }: Session,
  views: readonly View[],
): Promise<Map<string, number>> {
  const browser = await openChromium();
  try {
    const context = await browser.newContext();
    await context.addCookies(
      cookie.split("; ").map((pair) => {
        const at = pair.indexOf("=");
        return { name: pair.slice(0, at), value: pair.slice(at + 1), url: origin };
      }),
    );
    const page = await context.newPage();
    let count = 0;
    page.on("request", (request) => {
      if (["document", "fetch", "xhr"].includes(request.resourceType())) count += 1;
    });
    const counts = new Map<string, number>();
    for (const { path } of views) {
      count = 0;
      await page.goto(origin + path, { waitUntil: "networkidle" });
      counts.set(path, count);
    }
    return counts;
  } finally {
    await browser.close();
  }
}

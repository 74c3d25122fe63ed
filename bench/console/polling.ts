/** What callers feel while 20 browsers have the console open: even calls alone and beside them, by turns. */
import { join } from "node:path";
import { driveOpenLoop } from "../client.ts";
import type { OpenLoopFigures } from "../open-loop.ts";
import type { RowResult } from "../report.ts";
import type { Stage } from "../stage.ts";
import { median, medianRatio } from "../statistics.ts";
import type { Target } from "../target.ts";
import type { BrowsersFigures, BrowsersOrder } from "./browsers.ts";
import type { Session } from "./session.ts";

export const BROWSERS = 20;
const PER_SECOND = 200;
const MOST_RATIO = 1.3;

export async function polling(
  stage: Stage,
  gateway: Target,
  sessions: readonly Session[],
  quick: boolean,
): Promise<RowResult> {
  const order = {
    origin: gateway.origin,
    headers: gateway.headers,
    perSecond: PER_SECOND,
    // The server ends a connection that brought no request within ten seconds, and at this pace some never do.
    seconds: quick ? 5 : 8,
  };
  const alone: OpenLoopFigures[] = [];
  const beside: OpenLoopFigures[] = [];
  const asked: BrowsersFigures[] = [];
  await driveOpenLoop(stage, "warm-up", { ...order, seconds: 3 });
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    const turns = [
      async () => void alone.push(await driveOpenLoop(stage, "alone", order)),
      async () => {
        const browsers = stage.start({
          label: "browsers",
          command: process.execPath,
          args: [
            join(import.meta.dirname, "browsers.ts"),
            JSON.stringify({ origin: gateway.origin, sessions } satisfies BrowsersOrder),
          ],
        });
        beside.push(await driveOpenLoop(stage, "beside browsers", order));
        process.kill(browsers.pid, "SIGTERM");
        await browsers.ended;
        asked.push(JSON.parse(browsers.output()));
      },
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const failed = asked.reduce((sum, one) => sum + one.failed, 0);
  if (failed > 0) throw new Error(`${failed} questions of the browsers were not answered with 200.`);
  const row = (name: string, all: readonly OpenLoopFigures[]) => [
    name,
    median(all.map((one) => one.p50Ms)),
    median(all.map((one) => one.p99Ms)),
    Math.max(...all.map((one) => one.maxMs)),
    median(all.map((one) => one.lagP99Ms)),
  ];
  const p99 = (all: readonly OpenLoopFigures[]) => all.map((one) => one.p99Ms);
  return {
    tables: [
      {
        title: `${PER_SECOND} calls/s evenly spaced, alone and beside ${sessions.length} browsers`,
        columns: [
          { title: "" },
          { title: "p50 ms", digits: 2 },
          { title: "p99 ms", digits: 2 },
          { title: "max ms", digits: 1 },
          { title: "client lag p99 ms", digits: 2 },
        ],
        rows: [row("alone", alone), row("beside browsers", beside)],
      },
    ],
    goals: [
      {
        what: "p99 beside browsers, of alone",
        measured: medianRatio(p99(beside), p99(alone)),
        bound: "at most",
        target: MOST_RATIO,
        unit: "x",
      },
    ],
    notes: [
      `The browsers asked ${asked.reduce((sum, one) => sum + one.asked, 0)} times, p50 ${median(asked.map((one) => one.p50Ms)).toFixed(1)} ms, p99 ${median(asked.map((one) => one.p99Ms)).toFixed(1)} ms.`,
    ],
  };
}

/** Row `memory`: is it flat under load, and what does `npm start` take when nobody calls? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Gateway, startGateway } from "../gateway.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { rssMb, treeMemory } from "../process-memory.ts";
import type { RowResult } from "../report.ts";
import { sentence, withLedgerCheck } from "../rounds.ts";
import type { Row, RowContext } from "../row.ts";
import type { Stage } from "../stage.ts";
import type { Target } from "../target.ts";
import { SMALL_BODY } from "../workload.ts";
import { driveWithWrk } from "../wrk.ts";

const CONNECTIONS = 64;
const MOST_GROWTH = 1.3;
const MOST_RSS_MB = 300;
const MOST_IDLE_MB = 350;
/** Load comes in pieces: short ones to meet the early count closely, long ones to get on. */
const EARLY_PIECE_SECONDS = 1;
const LATE_PIECE_SECONDS = 5;
const START_TIMEOUT_MS = 300_000;

export const memory: Row = async (context) => {
  const upstream = await startStaticUpstream(context.stage);
  const underLoad = await measureUnderLoad(context, upstream);
  const idle = await measureIdle(context, upstream);
  return {
    tables: [...underLoad.tables, ...idle.tables],
    goals: [...underLoad.goals, ...idle.goals],
    notes: [...underLoad.notes, ...idle.notes],
  };
};

async function measureUnderLoad(
  { stage, checkout, quick }: RowContext,
  upstream: Target,
): Promise<RowResult> {
  const [early, late] = quick ? [3_000, 30_000] : [30_000, 300_000];
  const postgres = await startPostgres(stage);
  const gateway = await startGateway(stage, {
    name: "shin commit",
    checkout,
    upstream,
    ledgerAcknowledge: "commit",
    databaseUrl: await postgres.createDatabase("commit"),
  });
  const freshMb = rssMb(gateway.pid);
  const earlyCalls = await callUntil(stage, gateway, {
    from: 0,
    goal: early,
    pieceSeconds: EARLY_PIECE_SECONDS,
  });
  const earlyMb = rssMb(gateway.pid);
  const lateCalls = await callUntil(stage, gateway, {
    from: earlyCalls,
    goal: late,
    pieceSeconds: LATE_PIECE_SECONDS,
  });
  const lateMb = rssMb(gateway.pid);
  await gateway.stop();
  return {
    tables: [
      {
        title: "RSS of the gateway, without the database",
        columns: [
          { title: "calls", digits: 0 },
          { title: "MB", digits: 0 },
        ],
        rows: [
          [0, freshMb],
          [earlyCalls, earlyMb],
          [lateCalls, lateMb],
        ],
      },
    ],
    goals: [
      {
        what: "RSS late over early",
        measured: lateMb / earlyMb,
        bound: "at most",
        target: MOST_GROWTH,
        unit: "x",
      },
      { what: "RSS after all calls", measured: lateMb, bound: "at most", target: MOST_RSS_MB, unit: " MB" },
    ],
    notes: [
      sentence(gateway.name, lateCalls),
      ...(quick ? [`Quick: ${early} and ${late} calls instead of 30,000 and 300,000.`] : []),
    ],
  };
}

interface Stretch {
  readonly from: number;
  readonly goal: number;
  readonly pieceSeconds: number;
}

/** Calls until at least `goal` calls were made in all; gives the exact number. */
async function callUntil(
  stage: Stage,
  gateway: Gateway,
  { from, goal, pieceSeconds }: Stretch,
): Promise<number> {
  let calls = from;
  while (calls < goal) {
    const load = { seconds: pieceSeconds, connections: CONNECTIONS, body: SMALL_BODY };
    const { result } = await withLedgerCheck(gateway, () => driveWithWrk(stage, gateway, load));
    calls += result.ok;
  }
  return calls;
}

/** `npm start` as a newcomer runs it: console, embedded database and all. */
async function measureIdle({ stage, checkout, quick }: RowContext, upstream: Target): Promise<RowResult> {
  if (!hasStartScript(checkout)) {
    return { tables: [], goals: [], notes: ["Idle memory was left out: this checkout has no start script."] };
  }
  const gateway = await startGateway(stage, {
    name: "npm start",
    checkout,
    upstream,
    ledgerAcknowledge: "commit",
    command: () => ({ command: "npm", args: ["start"] }),
    readyTimeoutMs: START_TIMEOUT_MS,
  });
  await delay(quick ? 2_000 : 15_000); // what starting up left behind is collected by then
  const { allMb, processes } = treeMemory(gateway.pid);
  return {
    tables: [
      {
        title:
          "npm start, idle, with its embedded database: RSS of each process; in `all` shared pages count once",
        columns: [{ title: "process" }, { title: "MB", digits: 1 }],
        rows: [...processes.map((one) => [one.name, one.rssMb]), ["all", allMb]],
      },
    ],
    goals: [
      { what: "npm start, idle", measured: allMb, bound: "at most", target: MOST_IDLE_MB, unit: " MB" },
    ],
    notes: [],
  };
}

function hasStartScript(checkout: string): boolean {
  const read: { scripts?: { start?: string } } = JSON.parse(
    readFileSync(join(checkout, "package.json"), "utf8"),
  );
  return read.scripts?.start !== undefined;
}

/**
 * Row `next`: the Next mount of this repository against a bare Next route handler. The bare one answers by itself while
 * ours checks, calls an upstream and records: the stricter of the two ways to read "bare".
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startGateway } from "../gateway.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { answersOk, freePort, waitUntilReady } from "../readiness.ts";
import { rateRatio, recordNotes, roundsTable, runRounds } from "../rounds.ts";
import type { Row } from "../row.ts";
import type { Stage } from "../stage.ts";
import type { Target } from "../target.ts";
import { SMALL_BODY } from "../workload.ts";

const CONNECTIONS = 64;
const LEAST_OF_BARE = 0.8;
const READY_TIMEOUT_MS = 30_000;
const BARE_FOLDER = join(import.meta.dirname, "../next-bare");
/** Any of these makes the mount; all of them stand for the whole of /v1. */
const MOUNTS = ["app/[...path]/route.ts", "app/v1/[...path]/route.ts"];

export const next: Row = async ({ stage, checkout, quick }) => {
  const missing = whatIsMissing(checkout);
  if (missing !== null) return { tables: [], goals: [], notes: [`Skipped: ${missing}`] };
  const cli = join(checkout, "node_modules/next/dist/bin/next");
  const startArgs = (port: number): string[] => [cli, "start", "-H", "127.0.0.1", "-p", String(port)];
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const targets = [
    await startBare(stage, cli, startArgs),
    await startGateway(stage, {
      name: "shin on next",
      checkout,
      upstream,
      ledgerAcknowledge: "commit",
      databaseUrl: await postgres.createDatabase("next"),
      command: (port) => ({ command: process.execPath, args: startArgs(port) }),
    }),
  ];
  const measured = await runRounds(stage, targets, {
    load: { seconds: quick ? 2 : 5, connections: CONNECTIONS, body: SMALL_BODY },
    rounds: quick ? 1 : 3,
    warmUpSeconds: quick ? 2 : 5,
  });
  const [bare, shin] = measured;
  if (!bare || !shin) throw new Error("A target was lost.");
  const ratio = rateRatio(shin, bare);
  return {
    tables: [roundsTable(`next start, small chat body, ${CONNECTIONS} connections`, measured, [bare])],
    goals: [
      { what: "Next mount, of bare", measured: ratio, bound: "at least", target: LEAST_OF_BARE, unit: "x" },
    ],
    notes: recordNotes(measured),
  };
};

function whatIsMissing(checkout: string): string | null {
  if (!MOUNTS.some((path) => existsSync(join(checkout, path))))
    return "this checkout has no Next mount of the gateway.";
  if (!existsSync(join(checkout, ".next/BUILD_ID")))
    return "this checkout is not built; run `npm run build` first.";
  return null;
}

async function startBare(stage: Stage, cli: string, startArgs: (port: number) => string[]): Promise<Target> {
  const environment = { NEXT_TELEMETRY_DISABLED: "1" };
  await stage.run({
    label: "next build of bench/next-bare",
    command: process.execPath,
    args: [cli, "build"],
    environment,
    folder: BARE_FOLDER,
  });
  const port = await freePort();
  const started = stage.start({
    label: "bare next",
    command: process.execPath,
    args: startArgs(port),
    environment,
    folder: BARE_FOLDER,
  });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(started, () => answersOk(`${origin}/ready`), READY_TIMEOUT_MS);
  return { name: "bare next", origin, headers: {}, pid: started.pid };
}

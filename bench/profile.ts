/**
 * Takes a profile of the hot path: runs the gateway under V8's sampling profiler with small chat calls and prints
 * the functions that the processor was in. Run as `node bench/profile.ts [--seconds 10] [--gateway FOLDER]
 * [--subjects key|all] [--keep FILE]`.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startGateway } from "./gateway.ts";
import { startStaticUpstream } from "./nginx.ts";
import { startPostgres } from "./postgres.ts";
import { printResult } from "./report.ts";
import { openStage, type Stage } from "./stage.ts";
import { ALL_SUBJECTS, PLAIN_KEY, type Subjects } from "./subjects.ts";
import { SMALL_BODY } from "./workload.ts";
import { driveWithWrk } from "./wrk.ts";

const TOP = 30;
const CONNECTIONS = 64;

interface ProfileNode {
  readonly id: number;
  readonly hitCount: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

async function profile(
  stage: Stage,
  checkout: string,
  subjects: Subjects,
  seconds: number,
  keepAs: string | undefined,
): Promise<void> {
  const folder = join(stage.folder, "profile");
  mkdirSync(folder);
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const gateway = await startGateway(stage, {
    name: "profiled",
    checkout,
    subjects,
    upstream,
    ledgerAcknowledge: "commit",
    databaseUrl: await postgres.createDatabase("profiled"),
    command: () => ({
      command: process.execPath,
      args: ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval", "500", "server.ts"],
    }),
  });
  const load = { seconds, connections: CONNECTIONS, body: SMALL_BODY };
  const { perSecond } = await driveWithWrk(stage, gateway, load);
  await gateway.stop(); // the profile is written at the end of the process
  const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error("The gateway wrote no profile; did it end by itself on SIGTERM?");
  if (keepAs !== undefined) copyFileSync(join(folder, file), keepAs);
  printTop(readFileSync(join(folder, file), "utf8"), checkout, perSecond);
}

function printTop(text: string, checkout: string, perSecond: number): void {
  const { nodes }: { nodes: readonly ProfileNode[] } = JSON.parse(text);
  const hits = new Map<string, number>();
  for (const { callFrame, hitCount } of nodes) {
    const where = placeOf(callFrame.url, callFrame.lineNumber, checkout);
    const key = `${callFrame.functionName || "(anonymous)"}  ${where}`;
    hits.set(key, (hits.get(key) ?? 0) + hitCount);
  }
  const idle = [...hits]
    .filter(([key]) => key.startsWith("(idle)"))
    .reduce((sum, [, count]) => sum + count, 0);
  const busy = [...hits.values()].reduce((sum, count) => sum + count, 0) - idle;
  const top = [...hits]
    .filter(([key]) => !key.startsWith("(idle)"))
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP);
  printResult("profile", {
    tables: [
      {
        title: `self time while ${Math.round(perSecond)} calls/s went through, share of the time not idle`,
        columns: [{ title: "function" }, { title: "%", digits: 1 }],
        rows: top.map(([key, count]) => [key, (100 * count) / busy]),
      },
    ],
    goals: [],
    notes: [
      "(program) is native code: sockets and system calls. The profiler itself slows the gateway down.",
    ],
  });
}

function placeOf(url: string, lineNumber: number, checkout: string): string {
  if (url === "") return "";
  const path = url.startsWith("file://") ? relative(checkout, new URL(url).pathname) : url;
  return `${path}:${lineNumber + 1}`;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    subjects: { type: "string", default: "key" },
    gateway: { type: "string", default: join(import.meta.dirname, "..") },
    keep: { type: "string" },
  },
});
const stage = openStage();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => void stage.end().finally(() => process.exit(130)));
}
try {
  const subjects = values.subjects === "all" ? ALL_SUBJECTS : PLAIN_KEY;
  await profile(stage, resolve(values.gateway), subjects, Number(values.seconds), values.keep);
} finally {
  await stage.end();
}

/** Row `streams`: 300 streams of 200 chunks at once, the whole time against the direct one. */
import { join } from "node:path";
import { driveStreams } from "../client.ts";
import { type Gateway, startGateway } from "../gateway.ts";
import { startPostgres } from "../postgres.ts";
import { answersOk, freePort, waitUntilReady } from "../readiness.ts";
import { sentence, withLedgerCheck } from "../rounds.ts";
import type { Row } from "../row.ts";
import type { Stage } from "../stage.ts";
import { median, medianRatio, rotated } from "../statistics.ts";
import type { StreamFigures } from "../stream-client.ts";
import type { Target } from "../target.ts";

const STREAMS = 300;
const CHUNKS = 200;
/** 100 chunks a second in each stream: twice what a fast provider sends, 30,000 chunks a second in all. */
const TICK_MS = 10;
const MOST_OF_DIRECT = 1.3;

export const streams: Row = async ({ stage, checkout, quick }) => {
  const direct = await startStreamingUpstream(stage);
  const postgres = await startPostgres(stage);
  const shin = await startGateway(stage, {
    name: "shin commit",
    checkout,
    upstream: direct,
    ledgerAcknowledge: "commit",
    databaseUrl: await postgres.createDatabase("commit"),
  });
  const readFrom = async (target: Target | Gateway): Promise<StreamFigures> => {
    const order = { origin: target.origin, headers: target.headers, streams: STREAMS, chunks: CHUNKS };
    const { result } = await withLedgerCheck(target, async () => {
      const figures = await driveStreams(stage, target.name, order);
      return { ok: STREAMS, figures };
    });
    return result.figures;
  };
  const targets: readonly (Target | Gateway)[] = [direct, shin];
  for (const target of targets) await readFrom(target); // warm-up
  const rounds = quick ? 1 : 5;
  const series = new Map<Target, StreamFigures[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < rounds; round++) {
    for (const target of rotated(targets, round)) series.get(target)?.push(await readFrom(target));
  }
  const of = (target: Target, field: keyof StreamFigures): number[] =>
    (series.get(target) ?? []).map((figures) => figures[field]);
  const ratio = medianRatio(of(shin, "totalMs"), of(direct, "totalMs"));
  return {
    tables: [
      {
        title: `${STREAMS} streams of ${CHUNKS} chunks at once, a chunk each ${TICK_MS} ms`,
        columns: [
          { title: "" },
          { title: "total ms", digits: 0 },
          { title: "first byte p50 ms", digits: 1 },
          { title: "first byte p99 ms", digits: 1 },
          { title: "of direct", digits: 3 },
        ],
        rows: targets.map((target) => [
          target.name,
          median(of(target, "totalMs")),
          median(of(target, "firstByteP50Ms")),
          median(of(target, "firstByteP99Ms")),
          medianRatio(of(target, "totalMs"), of(direct, "totalMs")),
        ]),
      },
    ],
    goals: [
      { what: "streams, of direct", measured: ratio, bound: "at most", target: MOST_OF_DIRECT, unit: "x" },
    ],
    notes: [
      sentence(shin.name, STREAMS * (rounds + 1)),
      "Every stream had all its chunks, its usage and its end mark.",
    ],
  };
};

async function startStreamingUpstream(stage: Stage): Promise<Target> {
  const port = await freePort();
  const started = stage.start({
    label: "streaming upstream",
    command: process.execPath,
    args: [join(import.meta.dirname, "../upstream.ts"), String(port), String(CHUNKS), String(TICK_MS)],
  });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(started, () => answersOk(origin), 10_000);
  return { name: "direct", origin, headers: {}, pid: started.pid };
}

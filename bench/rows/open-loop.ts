/** Row `open-loop`: what a call costs at an even 500 and 1,000 calls a second, over a direct call and beside nginx. */
import { driveOpenLoop } from "../client.ts";
import { type Gateway, startGateway } from "../gateway.ts";
import { startReverseProxy, startStaticUpstream } from "../nginx.ts";
import type { OpenLoopFigures } from "../open-loop.ts";
import { startPostgres } from "../postgres.ts";
import type { Goal, Table } from "../report.ts";
import { sentence, withLedgerCheck } from "../rounds.ts";
import type { Row, RowContext } from "../row.ts";
import { median, medianRatio, rotated } from "../statistics.ts";
import type { Target } from "../target.ts";
import { SMALL_BODY } from "../workload.ts";
import { driveWithWrk } from "../wrk.ts";

const RATES = [500, 1000];
const GOALS = { journal: { addedP50Ms: 0.4, p99OfNginx: 2 }, commit: { addedP50Ms: 1.5, p99OfNginx: 4 } };

interface Targets {
  readonly direct: Target;
  readonly nginx: Target;
  readonly journal: Gateway;
  readonly commit: Gateway;
}
type TargetName = keyof Targets;
type Series = Readonly<Record<TargetName, readonly OpenLoopFigures[]>>;
const NAMES: readonly TargetName[] = ["direct", "nginx", "journal", "commit"];

export const openLoop: Row = async (context) => {
  const { stage, quick } = context;
  const targets = await startTargets(context);
  const warmUp = { seconds: quick ? 1 : 3, connections: 16, body: SMALL_BODY };
  for (const name of NAMES) await driveWithWrk(stage, targets[name], warmUp);
  const recorded: Record<TargetName, number> = { direct: 0, nginx: 0, journal: 0, commit: 0 };
  const tables: Table[] = [];
  const goals: Goal[] = [];
  for (const perSecond of RATES) {
    const series: Record<TargetName, OpenLoopFigures[]> = { direct: [], nginx: [], journal: [], commit: [] };
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const name of rotated(NAMES, round)) {
        const target = targets[name];
        const order = { origin: target.origin, headers: target.headers, perSecond, seconds: quick ? 2 : 5 };
        const { result, calls } = await withLedgerCheck(target, async () => {
          const figures = await driveOpenLoop(stage, name, order);
          return { ok: figures.calls, figures };
        });
        series[name].push(result.figures);
        recorded[name] += calls;
      }
    }
    tables.push(tableOf(perSecond, series));
    goals.push(...goalsOf(perSecond, series));
  }
  const keepers: readonly TargetName[] = ["journal", "commit"];
  return { tables, goals, notes: keepers.map((name) => sentence(targets[name].name, recorded[name])) };
};

async function startTargets({ stage, checkout }: RowContext): Promise<Targets> {
  const direct = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const gateway = async (ledgerAcknowledge: "commit" | "journal"): Promise<Gateway> =>
    startGateway(stage, {
      name: `shin ${ledgerAcknowledge}`,
      checkout,
      upstream: direct,
      ledgerAcknowledge,
      databaseUrl: await postgres.createDatabase(ledgerAcknowledge),
    });
  const nginx = await startReverseProxy(stage, direct);
  return { direct, nginx, journal: await gateway("journal"), commit: await gateway("commit") };
}

/** Added to the direct call of the same round. */
function addedP50Ms(series: Series, name: TargetName): number {
  return median(
    series[name].map((figures, round) => figures.p50Ms - (series.direct[round]?.p50Ms ?? Number.NaN)),
  );
}

function p99OfNginx(series: Series, name: TargetName): number {
  const p99 = (of: TargetName): number[] => series[of].map((figures) => figures.p99Ms);
  return medianRatio(p99(name), p99("nginx"));
}

function tableOf(perSecond: number, series: Series): Table {
  return {
    title: `open loop, ${perSecond} calls/s evenly spaced`,
    columns: [
      { title: "" },
      { title: "p50 ms", digits: 3 },
      { title: "added p50 ms", digits: 3 },
      { title: "p99 ms", digits: 3 },
      { title: "p99 of nginx", digits: 2 },
      { title: "max ms", digits: 1 },
      { title: "client lag p99 ms", digits: 3 },
    ],
    rows: NAMES.map((name) => [
      name,
      median(series[name].map((figures) => figures.p50Ms)),
      addedP50Ms(series, name),
      median(series[name].map((figures) => figures.p99Ms)),
      p99OfNginx(series, name),
      Math.max(...series[name].map((figures) => figures.maxMs)),
      median(series[name].map((figures) => figures.lagP99Ms)),
    ]),
  };
}

function goalsOf(perSecond: number, series: Series): Goal[] {
  const modes: readonly (keyof typeof GOALS)[] = ["journal", "commit"];
  return modes.flatMap((mode): Goal[] => [
    {
      what: `${mode} at ${perSecond}/s, added p50`,
      measured: addedP50Ms(series, mode),
      bound: "at most",
      target: GOALS[mode].addedP50Ms,
      unit: " ms",
    },
    {
      what: `${mode} at ${perSecond}/s, p99 of nginx`,
      measured: p99OfNginx(series, mode),
      bound: "at most",
      target: GOALS[mode].p99OfNginx,
      unit: "x",
    },
  ]);
}

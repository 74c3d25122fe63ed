/**
 * Interleaved rounds: every target gets its turn in every round, each round starts with another one, and ratios are
 * taken within a round. What the machine does meanwhile hits all alike.
 */
import type { Gateway } from "./gateway.ts";
import { rssMb } from "./process-memory.ts";
import type { Column, Table } from "./report.ts";
import type { Stage } from "./stage.ts";
import { median, medianRatio, rotated } from "./statistics.ts";
import type { Target } from "./target.ts";
import { driveWithWrk, type Load, type WrkFigures } from "./wrk.ts";

export interface RoundsPlan {
  readonly load: Load;
  readonly rounds: number;
  readonly warmUpSeconds: number;
}

export interface Measured {
  readonly target: Target;
  /** One entry a round. */
  readonly figures: readonly WrkFigures[];
  /** After the last round, without databases. */
  readonly rssMb: number;
  /** One sentence from the ledger over all rounds; null for targets that keep no records. */
  readonly recorded: string | null;
}

/** Drives all targets in rounds and checks the records of those that keep some. Throws on any mismatch. */
export async function runRounds(
  stage: Stage,
  targets: readonly (Target | Gateway)[],
  plan: RoundsPlan,
): Promise<Measured[]> {
  for (const target of targets)
    await driveWithWrk(stage, target, { ...plan.load, seconds: plan.warmUpSeconds });
  const figures = new Map<Target, WrkFigures[]>(targets.map((target) => [target, []]));
  const recorded = new Map<Target, number>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const target of rotated(targets, round)) {
      const { result, calls } = await withLedgerCheck(target, () => drive(stage, target, plan.load));
      figures.get(target)?.push(result);
      recorded.set(target, (recorded.get(target) ?? 0) + calls);
    }
  }
  return targets.map((target) => ({
    target,
    figures: figures.get(target) ?? [],
    rssMb: rssMb(target.pid),
    recorded: "ledger" in target ? sentence(target.name, recorded.get(target) ?? 0) : null,
  }));
}

async function drive(stage: Stage, target: Target, load: Load): Promise<WrkFigures> {
  const end = target.during?.();
  try {
    return await driveWithWrk(stage, target, load);
  } finally {
    await end?.();
  }
}

/** Runs one piece of load and, where the target keeps records, compares them with the calls it answered. */
export async function withLedgerCheck<T extends { readonly ok: number }>(
  target: Target | Gateway,
  drive: () => Promise<T>,
): Promise<{ readonly result: T; readonly calls: number }> {
  if (!("ledger" in target)) return { result: await drive(), calls: 0 };
  const before = await target.ledger.read();
  const result = await drive();
  await target.ledger.expectGrowth(before, result.ok);
  return { result, calls: result.ok };
}

/** How a note says that the records of a target were all there. */
export function sentence(name: string, calls: number): string {
  return `${name}: ${calls.toLocaleString("en-US")} answers with 200, as many settled records, costs exact.`;
}

/** Requests a second of one target over another: the median of the ratios within each round. */
export function rateRatio(ours: Measured, theirs: Measured): number {
  return medianRatio(perSecond(ours), perSecond(theirs));
}

/** The table of such a measurement; `against` are the targets that a column of ratios is made for. */
export function roundsTable(
  title: string,
  measured: readonly Measured[],
  against: readonly Measured[],
): Table {
  const ratios: Column[] = against.map((other) => ({ title: `of ${other.target.name}`, digits: 3 }));
  return {
    title,
    columns: [
      { title: "" },
      { title: "requests/s", digits: 0 },
      { title: "p50 ms", digits: 2 },
      { title: "p99 ms", digits: 2 },
      { title: "RSS MB", digits: 0 },
      ...ratios,
    ],
    rows: measured.map((one) => [
      one.target.name,
      median(perSecond(one)),
      median(one.figures.map((figure) => figure.p50Ms)),
      median(one.figures.map((figure) => figure.p99Ms)),
      one.rssMb,
      ...against.map((other) => rateRatio(one, other)),
    ]),
  };
}

/** The record checks of a measurement, one sentence each. */
export function recordNotes(measured: readonly Measured[]): string[] {
  return measured.flatMap((one) => (one.recorded === null ? [] : [one.recorded]));
}

function perSecond(measured: Measured): number[] {
  return measured.figures.map((figure) => figure.perSecond);
}

/** The chart of how the checks stood at the end of each day, and what a check is to its buttons. */
import type { ChartRow } from "#components/charts/chart.tsx";
import type { CheckTarget } from "#components/compliance/target.ts";
import { integer, shortDay } from "#components/format.ts";
import { resultsByDay } from "#db/queries/checks.ts";
import { countUnused } from "#lib/compliance/fixes.ts";
import type { Standing } from "#lib/compliance/standing.ts";
import type { Deps, PageContext } from "../../../request.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;

export const RESULT_SERIES = [
  { name: "Passed", color: "var(--series-1)", results: ["passed"] },
  { name: "Attested", color: "var(--series-3)", results: ["attested"] },
  { name: "Waived", color: "var(--series-other)", results: ["waived"] },
  { name: "Unknown", color: "var(--series-2)", results: ["unknown"] },
  { name: "Failed", color: "var(--series-5)", results: ["failed"] },
] as const;

/** A day without a run is a gap. @param ids checks that count */
export async function passesByDay(
  { deps, nowMs, timezone }: PageContext,
  ids: readonly string[],
): Promise<ChartRow[]> {
  const found = await resultsByDay(deps.sql, new Date(nowMs - DAYS * DAY_MS), timezone, ids);
  const day = (ms: number) => new Date(ms).toLocaleDateString("en-CA", { timeZone: timezone });
  const today = day(nowMs);
  return Array.from({ length: DAYS }, (_, index) => day(nowMs - (DAYS - 1 - index) * DAY_MS)).map((date) => {
    const values = RESULT_SERIES.map(({ results }) =>
      found
        .filter((row) => row.day === date && results.some((result) => result === row.result))
        .reduce((sum, { checks }) => sum + checks, 0),
    );
    return {
      label: shortDay(date),
      title: shortDay(date),
      values,
      texts: values.map(integer),
      total: integer(values.reduce((sum, value) => sum + value, 0)),
      running: date === today,
    };
  });
}

/** How many keys the fix of unused ones would block. */
export function unusedNow({ clock, sql }: Deps): Promise<number> {
  return countUnused(sql, clock.now());
}

export function targetOf(standing: Standing, unused: number): CheckTarget {
  const { attestation, check, status, waiver } = standing;
  const { action, link, steps } = check.fix;
  return {
    id: check.id,
    title: check.title,
    status,
    ask: check.ask && { what: check.ask.what, days: check.ask.days, document: check.ask.document === true },
    action: action ?? null,
    link: link ?? null,
    steps,
    blocks: action?.id === "block_unused" ? unused : null,
    attestation: attestation?.id ?? null,
    waiver: waiver?.id ?? null,
  };
}

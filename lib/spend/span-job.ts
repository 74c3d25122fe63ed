/** The job that sums each day that is over, by the reporting zone's days: the newest first, those of a year ago last. */
import { forgetSpans, type Span, summable, summedSpans, sumSpan } from "#db/queries/spend-spans.ts";
import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobKind } from "#lib/jobs/job.ts";
import { daysBetween, nextHourMs } from "./calendar.ts";

const EVERY_MS = 15 * 60_000;
/** Older days are read hour by hour. */
const MOST_DAYS = 800;

export const sumDaysJob: JobKind<JobDeps> = {
  kind: "spend.days",
  title: () => "Summing up days that are over",
  attempts: 3,
  cancellable: true,
  everyMs: () => EVERY_MS,
  run: async ({ deps, progress }) => {
    const range = await summable(deps.sql);
    if (!range) return { days: 0 };
    await forgetSpans(deps.sql, range.fromMs);
    const missing = missingSpans(
      await summedSpans(deps.sql),
      range.fromMs,
      range.toMs,
      deps.policy().config.timezone,
    );
    for (const [done, span] of missing.entries()) {
      await sumSpan(deps.sql, span);
      await progress({ done: done + 1, total: missing.length, note: "days" });
    }
    return { days: missing.length };
  },
};

/** Days of the zone, cut at full hours as reports cut them, that are over and not summed; the newest first. */
export function missingSpans(known: readonly Span[], fromMs: number, toMs: number, timezone: string): Span[] {
  const there = new Set(known.map(({ endMs, startMs }) => `${startMs} ${endMs}`));
  const firstMs = Math.max(fromMs, toMs - MOST_DAYS * 86_400_000);
  return daysBetween(firstMs, toMs, timezone, MOST_DAYS + 2)
    .map(({ endMs, startMs }) => ({ startMs: nextHourMs(startMs), endMs: nextHourMs(endMs) }))
    .filter((span) => span.endMs <= toMs && !there.has(`${span.startMs} ${span.endMs}`))
    .reverse();
}

/** Thirty days of a person's or a team's spend, by model, with the figures above. */
import { Chart } from "#components/charts/chart.tsx";
import { exactMoney, integer, money } from "#components/format.ts";
import { Figure } from "#components/overview/figure.tsx";
import type { SpendFilter } from "#db/queries/spend.ts";
import { daysAgoStartMs } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";
import { addSums, chartOf, readDays } from "../../../spend-figures.ts";

const DAYS = 30;

export async function Days({
  page: { deps, nowMs, timezone },
  filter,
  month,
}: {
  page: PageContext;
  filter: SpendFilter;
  /** Spent since the month began. */
  month: bigint;
}) {
  const figures = await readDays(deps, "model_group", daysAgoStartMs(nowMs, DAYS, timezone), nowMs, filter);
  const whole = addSums(figures.cells.map((cell) => cell.sums));
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card md:grid-cols-4">
        <Figure label="Spend, this month" value={money(month)} exact={exactMoney(month)} />
        <Figure
          label={`Spend, ${DAYS} days`}
          value={money(whole.costNanoUsd)}
          exact={exactMoney(whole.costNanoUsd)}
        />
        <Figure label={`Requests, ${DAYS} days`} value={integer(whole.requests)} />
        <Figure label={`Denied, ${DAYS} days`} value={integer(whole.refusals)} />
      </dl>
      <Chart
        title="Spend by day"
        note={`US dollars by model, the last ${DAYS} days in ${timezone}`}
        unit="usd"
        bucket="Day"
        {...chartOf(figures, "spend", (id) => id || "(no model)", nowMs)}
        height={240}
        empty="Nothing was spent in these days."
      />
    </div>
  );
}

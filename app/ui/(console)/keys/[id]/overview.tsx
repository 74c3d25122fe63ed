/** A key at a glance: its figures, its days, and what it is. */
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { Chart } from "#components/charts/chart.tsx";
import { ago, exactMoney, integer, moment, money } from "#components/format.ts";
import { ModelChips } from "#components/keys/key-badge.tsx";
import { Figure } from "#components/overview/figure.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { type Fact, Facts } from "#components/ui/facts.tsx";
import { keyBudget } from "#lib/console/key-state.ts";
import { daysAgoStartMs } from "#lib/spend/calendar.ts";
import { addSums, chartOf, readDays } from "../../../../spend-figures.ts";
import type { KeyView } from "./view.ts";
import { KeyWatchCard } from "./watch.tsx";

const DAYS = 30;

function rotationWords(row: KeyView["row"], timezone: string): string {
  if (!row.auto_rotate) return "only by hand";
  if (row.collect_by) return `due: take a new secret before ${moment(row.collect_by, timezone)}`;
  return `every ${row.rotation_interval ?? "90d"}${row.rotate_at ? `, next ${moment(row.rotate_at, timezone)}` : ""}`;
}

export async function KeyOverview({ page, row, path }: KeyView) {
  const { deps, nowMs, timezone } = page;
  const figures = await readDays(deps, "model_group", daysAgoStartMs(nowMs, DAYS, timezone), nowMs, {
    keyId: row.id,
  });
  const whole = addSums(figures.cells.map((cell) => cell.sums));
  const budget = keyBudget(row, nowMs, timezone);
  const facts: Fact[] = [
    [
      "Owner",
      row.team_alias ?? row.team_id ?? row.user_name ?? row.user_id ?? "Nobody: nobody can be asked about it",
    ],
    ["Models", <ModelChips key="m" models={row.models} most={4} />],
    [
      "Budget",
      <BudgetBar
        key="b"
        className="max-w-56"
        spent={budget.spentNanoUsd}
        limit={budget.limitNanoUsd}
        soft={budget.softNanoUsd}
      />,
    ],
    ["Budget starts anew", budget.resetsAt ? moment(budget.resetsAt, timezone) : "never"],
    [
      "Expires",
      row.expires_at ? `${moment(row.expires_at, timezone)} (${ago(row.expires_at, nowMs)})` : "never",
    ],
    [
      "Last used",
      row.last_used_at ? `${moment(row.last_used_at, timezone)} (${ago(row.last_used_at, nowMs)})` : "never",
    ],
    [
      "Last rotated",
      row.last_rotated_at
        ? `${moment(row.last_rotated_at, timezone)}, ${integer(row.rotation_count)} in all`
        : "never",
    ],
    ["Rotation", rotationWords(row, timezone)],
    [
      "Tags",
      row.tags.length === 0 ? (
        "none"
      ) : (
        <span key="t" className="flex flex-wrap gap-1">
          {row.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      ),
    ],
    ["Created", moment(row.created_at, timezone)],
    [
      "Id",
      <code key="i" className="font-mono text-xs">
        {row.id}
      </code>,
    ],
  ];
  const grace = row.previous_secret_expires_at;
  if (grace && grace.getTime() > nowMs)
    facts.unshift(["Old secret", `works until ${moment(grace, timezone)} (${ago(grace, nowMs)})`]);
  return (
    <div className="flex flex-col gap-5">
      <KeyWatchCard page={page} keyId={row.id} />
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card md:grid-cols-4">
        <Figure
          label={`Spend, ${DAYS} days`}
          value={money(whole.costNanoUsd)}
          exact={exactMoney(whole.costNanoUsd)}
        />
        <Figure
          label={`Requests, ${DAYS} days`}
          value={integer(whole.requests)}
          href={`${path}?view=requests`}
        />
        <Figure
          label={`Denied, ${DAYS} days`}
          value={integer(whole.refusals)}
          href={`${path}?view=requests&outcome=refused`}
        />
        <Figure label={`Tokens, ${DAYS} days`} value={integer(whole.promptTokens + whole.completionTokens)} />
      </dl>
      <div className="grid items-start gap-5 xl:grid-cols-5">
        <Chart
          className="xl:col-span-3"
          title="Spend by day"
          note={`US dollars by model, the last ${DAYS} days in ${timezone}`}
          unit="usd"
          bucket="Day"
          {...chartOf(figures, "spend", (id) => id || "(no model)", nowMs)}
          height={250}
          empty="This key has spent nothing in these days."
        />
        <Card className="overflow-hidden xl:col-span-2">
          <CardHead
            title="About"
            actions={
              <Link className="text-accent text-xs hover:underline" href={`${path}?view=limits`}>
                Limits
              </Link>
            }
          />
          <Facts facts={facts} className="border-line border-t" />
        </Card>
      </div>
    </div>
  );
}

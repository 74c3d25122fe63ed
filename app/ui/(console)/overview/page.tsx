/** Overview: what is spent, what is called, what is denied, and what wants attention. */
import type { Metadata } from "next";
import { Suspense } from "react";
import { Chart } from "#components/charts/chart.tsx";
import { compact, exactMoney, integer, money, percent, span } from "#components/format.ts";
import { CreateKey } from "#components/keys/create-key.tsx";
import { changeOf, Figure, Figures } from "#components/overview/figure.tsx";
import { GettingStarted } from "#components/overview/getting-started.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { firstSteps } from "#db/queries/console-overview.ts";
import { mayManageKeys, maySee } from "#lib/console/roles.ts";
import { daysAgoStartMs } from "#lib/spend/calendar.ts";
import { ownersFor } from "../../../owners.ts";
import { openPage, ownOrigin, type PageContext } from "../../../request.ts";
import { chartOf, readDaysToNow } from "../../../spend-figures.ts";
import { Attention } from "./attention.tsx";
import { LatestDenials } from "./denials.tsx";
import { OUTCOME_SERIES, readFigures } from "./figures.ts";

export const metadata: Metadata = { title: "Overview" };

const DAYS = 30;

/** Access is decided before anything is sent, so that a refusal has its own status; what takes longer follows. */
export default async function OverviewPage() {
  const page = await openPage("overview");
  return (
    <Suspense fallback={<PageSkeleton title="Overview" />}>
      <Overview page={page} />
    </Suspense>
  );
}

async function Overview({ page }: { page: PageContext }) {
  const { deps, session, nowMs, ownUserId, timezone } = page;
  const figures = await readFigures(page);
  const { now, before, latency, latencyBefore, keys } = figures;
  const firstMs = daysAgoStartMs(nowMs, DAYS, timezone);
  const days = await readDaysToNow(deps, "model_group", firstMs, nowMs, ownUserId);
  const chart = chartOf(days, "spend", (id) => id || "(no model)", nowMs);
  const logs = maySee(session.role, "logs");
  return (
    <>
      <PageHeader
        title="Overview"
        note={ownUserId === null ? "All keys of this gateway." : "Your own keys and calls."}
        actions={mayManageKeys(session.role) && <CreateAction page={page} />}
      />
      {session.role === "admin" && <Steps page={page} />}
      <Figures>
        <Figure
          label="Spend this month"
          value={money(figures.spend)}
          exact={exactMoney(figures.spend)}
          change={changeOf(Number(figures.spend), Number(figures.spendBefore))}
          against="the same part of last month"
          {...(maySee(session.role, "usage") ? { href: "/ui/usage?range=mtd" } : {})}
        />
        <Figure
          label="Requests, 24 h"
          value={compact(now.requests)}
          exact={integer(now.requests)}
          change={changeOf(now.requests, before.requests)}
          against="the day before"
          {...(logs ? { href: "/ui/logs?range=24h" } : {})}
        />
        <Figure
          label="Failed, 24 h"
          value={percent(now.failures, now.requests)}
          note={`${integer(now.failures)} calls`}
          change={changeOf(now.failures, before.failures)}
          more="bad"
          against="the day before"
          {...(logs ? { href: "/ui/logs?range=24h&outcome=failed" } : {})}
        />
        <Figure
          label="Time to answer, p95"
          value={span(latency.p95Ms)}
          note={`p50 ${span(latency.p50Ms)}`}
          change={latencyBefore.p95Ms === null ? null : changeOf(latency.p95Ms ?? 0, latencyBefore.p95Ms)}
          more="bad"
          against="the day before"
        />
        <Figure
          label="Denied, 24 h"
          value={compact(now.refusals)}
          exact={integer(now.refusals)}
          note={percent(now.refusals, now.requests)}
          change={changeOf(now.refusals, before.refusals)}
          against="the day before"
          {...(logs ? { href: "/ui/logs?range=24h&outcome=refused" } : {})}
        />
        <Figure
          label="Keys that work"
          value={integer(keys.active)}
          note={keys.expiring > 0 ? `${keys.expiring} end this week` : `${keys.unused} never used`}
          {...(maySee(session.role, "keys") ? { href: "/ui/keys?status=active" } : {})}
        />
      </Figures>
      <div className="mt-5 grid gap-5 xl:grid-cols-5">
        <Chart
          className="xl:col-span-3"
          title="Spend by day"
          note={`US dollars by model, the last ${DAYS} days in ${timezone}`}
          unit="usd"
          bucket="Day"
          {...chart}
          empty="Nothing was spent in these days. Calls of demo models cost nothing."
        />
        <Chart
          className="xl:col-span-2"
          title="Requests by outcome"
          note={`Calls by hour, the last 24 hours in ${timezone}`}
          unit="count"
          bucket="Hour"
          rows={figures.outcomes}
          series={OUTCOME_SERIES}
          empty="No calls in the last 24 hours."
        />
        {logs && (
          <LatestDenials page={page} denied={now.refusals + before.refusals} className="xl:col-span-3" />
        )}
        <Attention page={page} className={logs ? "xl:col-span-2" : "xl:col-span-5"} />
      </div>
    </>
  );
}

async function CreateAction({ page }: { page: PageContext }) {
  const { deps, session } = page;
  const models = deps.policy().groups.all.map((group) => group.name);
  const owners = await ownersFor(page);
  return <CreateKey origin={await ownOrigin()} choices={{ ...owners, models, self: session.userId }} />;
}

/** Shown until all is done. */
async function Steps({ page: { deps } }: { page: PageContext }) {
  const steps = await firstSteps(deps.sql);
  const provider = deps
    .policy()
    .config.deployments.some(({ provider: name, unusable }) => name !== "demo" && !unusable);
  const all = [
    { title: "Make a key", note: "One for each application.", done: steps.keys, href: "/ui/keys" },
    {
      title: "Send a request",
      note: "With the key, to /v1/chat/completions.",
      done: steps.calls,
      href: "/ui/keys",
    },
    {
      title: "Add a provider",
      note: "Under Models: until then demo models answer.",
      done: provider,
      href: "/ui/models",
    },
    {
      title: "Add a team",
      note: "Its keys share one budget.",
      done: steps.teams,
      href: "/ui/people/teams",
    },
  ];
  return all.every((step) => step.done) ? null : <GettingStarted steps={all} />;
}

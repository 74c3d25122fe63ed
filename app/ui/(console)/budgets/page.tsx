/** Budgets: how much everyone may spend, how much is spent, and how far it will go. */
import { Wallet } from "lucide-react";
import type { Metadata } from "next";
import { NewBudget, type OwnerGroup } from "#components/budgets/new-budget.tsx";
import { NewTier } from "#components/budgets/tier-actions.tsx";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type Query, type RawParams, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { money, plural } from "#components/format.ts";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { listBudgetRequests } from "#db/queries/budget-requests.ts";
import { withoutBudget } from "#db/queries/console-budgets.ts";
import { totalOf } from "#db/queries/spend.ts";
import { forecastsOf } from "#lib/console/budget-forecasts.ts";
import { type BudgetLine, readBudgets } from "#lib/console/budget-list.ts";
import { mayBudget, mayChange, PAGES, seesEverything } from "#lib/console/roles.ts";
import { openPage, type PageContext, type SearchParams } from "../../../request.ts";
import { columnsOf } from "./columns.tsx";
import { BudgetPeek } from "./peek.tsx";
import { Requests } from "./requests.tsx";
import { Tiers } from "./tiers.tsx";
import { KIND_WORDS, shareOf } from "./words.ts";

export const metadata: Metadata = { title: "Budgets" };

const SIZE = 25;
/** Of each kind. */
const MOST = 1000;
const WEEK_MS = 7 * 86_400_000;
const { path } = PAGES.budgets;
const KINDS = [
  "gateway",
  "team",
  "team_member",
  "user",
  "key",
  "end_user",
  "tag",
  "model",
  "deployment",
  "provider",
] as const;
const STATES = {
  spent: "Spent",
  warned: "Past warning or nearly spent",
  within: "Within",
  raised: "Raised",
} as const;
const STATE_NAMES = ["spent", "warned", "within", "raised"] as const;
type State = (typeof STATE_NAMES)[number];

export default async function BudgetsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("budgets");
  const { session } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const asked = query.word("view", ["tiers", "requests"]);
  const view = asked === "tiers" && !seesEverything(session.role) ? undefined : asked;
  const tiers = view === "tiers";
  const open = await openRequests(page);
  return (
    <>
      <PageHeader
        title="Budgets"
        note="How much may be spent, by whom. The figures are those that the gateway decides by."
        actions={
          tiers
            ? mayChange(session.role) && <NewTier />
            : view === undefined && mayBudget(session.role) && <Create page={page} />
        }
      />
      <DroppedNotice names={query.dropped} />
      <Tabs
        label="Budgets and requests"
        here={view ?? "all"}
        tabs={[
          { id: "all", label: seesEverything(session.role) ? "All budgets" : "Your budgets", href: path },
          {
            id: "requests",
            label: open === 0 ? "Requests" : `Requests (${open})`,
            href: `${path}?view=requests`,
          },
          ...(seesEverything(session.role)
            ? [{ id: "tiers", label: "Tiers", href: `${path}?view=tiers` }]
            : []),
        ]}
      />
      {view === "requests" ? (
        <Requests page={page} params={params} number={query.whole("page", 1, 1, 100)} />
      ) : tiers ? (
        <Tiers page={page} params={params} />
      ) : (
        <AllBudgets page={page} params={params} query={query} />
      )}
    </>
  );
}

async function AllBudgets({ page, params, query }: { page: PageContext; params: RawParams; query: Query }) {
  const { deps, nowMs, ownUserId, session, timezone } = page;
  const search = query.text("q");
  const kind = query.word("kind", KINDS);
  const state = query.word("state", STATE_NAMES);
  const sort = query.word("sort", ["share", "name", "reset"]) ?? "share";
  const order = query.word("order", ["asc", "desc"]) ?? "desc";
  const number = query.whole("page", 1, 1, 1000);
  const peeked = query.text("id", 800);
  await deps.ledger.flush();
  const lines = await readBudgets(
    deps,
    {
      most: MOST,
      ...(search === undefined ? {} : { search }),
      ...(kind === undefined ? {} : { kind }),
      ...(ownUserId === null ? {} : { userId: ownUserId }),
    },
    nowMs,
  );
  const shown = lines.filter((line) => state === undefined || stateOf(line) === state);
  shown.sort((a, b) => compare(a, b, sort) * (order === "asc" ? 1 : -1) || a.id.localeCompare(b.id));
  const rows = shown.slice((number - 1) * SIZE, number * SIZE);
  const opened = lines.find((line) => line.id === peeked) ?? null;
  const forecasts = await forecastsOf(page, opened && !rows.includes(opened) ? [...rows, opened] : rows);
  const filters = [search, kind, state].filter((one) => one !== undefined).length;
  const spent = shown.filter((line) => stateOf(line) === "spent").length;
  return (
    <>
      <FilterBar
        fields={[
          { name: "q", label: "Search budgets", placeholder: "Name or id" },
          {
            name: "kind",
            label: "Whose",
            any: "Everybody's",
            options: KINDS.map((value) => ({ value, label: KIND_WORDS[value] })),
          },
          {
            name: "state",
            label: "State",
            any: "Any state",
            options: STATE_NAMES.map((value) => ({ value, label: STATES[value] })),
          },
        ]}
      />
      <DataTable
        caption="Budgets"
        columns={columnsOf(page, mayBudget(session.role))}
        rows={rows.map((line) => ({
          line,
          forecast: forecasts.get(line.id),
          href: linkTo(path, params, { id: line.id }),
        }))}
        keyOf={({ line }) => line.id}
        state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total: shown.length }}
        note={
          spent > 0 && <span className="text-bad">{plural(spent, "budget")} spent: calls are refused</span>
        }
        empty={
          filters > 0 ? (
            <NothingMatches what="budgets" filters={filters} clearHref={path} />
          ) : (
            <NothingYet icon={Wallet} title="Nothing is capped">
              <p>
                {ownUserId === null ? (
                  <>The last 7 days cost {await lastWeek(page)}.</>
                ) : (
                  "Neither your keys nor you have a budget."
                )}
              </p>
              {mayBudget(session.role) && <Create page={page} />}
            </NothingYet>
          )
        }
      />
      {peeked !== undefined && (
        <PeekSheet
          closeHref={linkTo(path, params, { id: null })}
          title={opened ? "Budget" : "No such budget"}
        >
          <BudgetPeek
            page={page}
            line={opened}
            forecast={forecasts.get(peeked)}
            change={mayBudget(session.role)}
            timezone={timezone}
          />
        </PeekSheet>
      )}
    </>
  );
}

async function openRequests({ deps, ownUserId }: PageContext): Promise<number> {
  return (await listBudgetRequests(deps.sql, { by: ownUserId, state: "open", most: 100 })).length;
}

async function lastWeek({ deps, nowMs }: PageContext): Promise<string> {
  return money(await totalOf(deps.sql, { fromMs: nowMs - WEEK_MS, toMs: null }, {}));
}

async function Create({ page: { deps } }: { page: PageContext }) {
  const { keys, teams, users } = await withoutBudget(deps.sql);
  const groups: OwnerGroup[] = [
    { kind: "team" as const, label: "Teams", owners: teams },
    { kind: "user" as const, label: "People", owners: users },
    { kind: "key" as const, label: "Keys", owners: keys },
  ].filter((group) => group.owners.length > 0);
  return <NewBudget groups={groups} />;
}

function stateOf(line: BudgetLine): State {
  const { limitNanoUsd, raise, softNanoUsd, spentNanoUsd } = line;
  if (limitNanoUsd !== null && spentNanoUsd >= limitNanoUsd) return "spent";
  if (softNanoUsd !== null && spentNanoUsd >= softNanoUsd) return "warned";
  if (limitNanoUsd !== null && spentNanoUsd * 10n >= limitNanoUsd * 8n) return "warned";
  return raise ? "raised" : "within";
}

function compare(a: BudgetLine, b: BudgetLine, sort: "share" | "name" | "reset"): number {
  if (sort === "name") return a.name.localeCompare(b.name);
  if (sort === "reset") return (a.endMs ?? Number.MAX_VALUE) - (b.endMs ?? Number.MAX_VALUE);
  return shareOf(a) - shareOf(b);
}

/** One team: its members, keys, models and money. */
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AskMore } from "#components/budgets/ask-more.tsx";
import { BudgetActions } from "#components/budgets/budget-actions.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { compact, moment, money } from "#components/format.ts";
import { ModelChips } from "#components/keys/key-badge.tsx";
import { TeamActions } from "#components/people/team-actions.tsx";
import { Badge } from "#components/ui/badge.tsx";
import type { Fact } from "#components/ui/facts.tsx";
import { ownerChoices } from "#db/queries/console-keys.ts";
import { findTeamRow, memberRole, type TeamListRow } from "#db/queries/console-teams.ts";
import { mayBudget, mayChange, PAGES } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { openPage, type PageContext, type SearchParams } from "../../../../../request.ts";
import { Days } from "../../days.tsx";
import { Detail, lastFacts, WithFacts } from "../../detail.tsx";
import { KeyTable } from "../../key-table.tsx";
import { type MainBudget, OwnerBudget, ownerBudget } from "../../owner-budget.tsx";
import { Members } from "./members.tsx";

export const metadata: Metadata = { title: "Team" };

const LABELS = { members: "Members", usage: "Usage", keys: "Keys" } as const;

export default async function TeamPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}) {
  const page = await openPage("teams");
  const { deps, nowMs, ownUserId, session, timezone } = page;
  const id = decodeURIComponent((await params).id);
  const asked = await searchParams;
  const query = readQuery(asked);
  const number = query.whole("page", 1, 1, 1000);
  await deps.ledger.flush();
  const month = { fromMs: monthStartMs(nowMs, timezone), toMs: null };
  const row = await findTeamRow(deps.sql, {
    id,
    month,
    ...(ownUserId === null ? {} : { userId: ownUserId }),
  });
  if (!row) notFound();
  // Its owners and those who see everything see its money; other members see who is in it.
  const owner = ownUserId !== null && (await memberRole(deps.sql, id, ownUserId)) === "admin";
  const all = ownUserId === null || owner;
  const tabs = all ? (["members", "usage", "keys"] as const) : (["members"] as const);
  const tab = query.word("view", tabs) ?? "members";
  const path = `${PAGES.teams.path}/${encodeURIComponent(id)}`;
  const change = mayChange(session.role);
  const budget = all ? await ownerBudget(page, "team", id) : null;
  return (
    <Detail
      above={PAGES.teams}
      title={row.alias ?? row.id}
      badge={
        row.blocked && (
          <Badge tone="bad" dot>
            Blocked
          </Badge>
        )
      }
      note={
        row.owners.length === 0
          ? "Nobody owns this team: only admins manage it."
          : `Owned by ${row.owners.join(", ")}.`
      }
      actions={
        <>
          {budget && mayBudget(session.role) && <BudgetActions target={budget.target} spread />}
          {owner && !mayBudget(session.role) && row.max_budget_nano_usd !== null && (
            <AskMore target={{ kind: "team", id, name: row.alias ?? id }} />
          )}
          {change && <Actions page={page} row={row} />}
        </>
      }
      label="About this team"
      path={path}
      tabs={tabs.map((one) => [one, LABELS[one]] as const)}
      here={tab}
    >
      {tab === "members" && (
        <WithFacts facts={factsOf(page, row, budget)}>
          <Members page={page} team={row} month={month} manage={change || owner} money={all} path={path} />
        </WithFacts>
      )}
      {tab === "usage" && <Days page={page} filter={{ teamIds: [id] }} month={BigInt(row.spend)} />}
      {tab === "keys" && (
        <KeyTable
          page={page}
          owner={{ teamId: id }}
          path={path}
          params={asked}
          number={number}
          empty="No key belongs to this team."
        />
      )}
    </Detail>
  );
}

function factsOf({ session, timezone }: PageContext, row: TeamListRow, budget: MainBudget | null): Fact[] {
  const limits = [
    row.rpm_limit === null ? null : `${compact(Number(row.rpm_limit))} requests a minute`,
    row.tpm_limit === null ? null : `${compact(Number(row.tpm_limit))} tokens a minute`,
    row.max_parallel_requests === null ? null : `${row.max_parallel_requests} calls at a time`,
  ].filter((limit) => limit !== null);
  const { maxBudgetNanoUsd } = row.member_defaults;
  return [
    ...(budget ? [["Budget", <OwnerBudget key="b" budget={budget} timezone={timezone} />] as const] : []),
    ["Limits", limits.length === 0 ? "none" : limits.join(", ")],
    ["Models", <ModelChips key="m" models={row.models} most={3} />],
    ["Members may", row.member_permissions.length === 0 ? "only call" : row.member_permissions.join(", ")],
    [
      "Each member",
      maxBudgetNanoUsd === undefined
        ? "no budget by default"
        : `${money(BigInt(maxBudgetNanoUsd))} by default`,
    ],
    ["Made", moment(row.created_at, timezone)],
    ...lastFacts(session.role, "team", row.id),
  ];
}

async function Actions({ page: { deps }, row }: { page: PageContext; row: TeamListRow }) {
  const models = deps.policy().groups.all.map((group) => group.name);
  const { users } = await ownerChoices(deps.sql);
  const { alias, blocked, id, keys, members } = row;
  return (
    <TeamActions
      target={{ id, name: alias ?? id, blocked, models: row.models, members, keys }}
      choices={{ models, users }}
    />
  );
}

/** One person: what they may, what they spend, their keys and where they are signed in. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { BudgetActions } from "#components/budgets/budget-actions.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { ago, moment } from "#components/format.ts";
import { CreateKey } from "#components/keys/create-key.tsx";
import { ModelChips } from "#components/keys/key-badge.tsx";
import { ROLE_WORDS } from "#components/people/target.ts";
import { UserActions } from "#components/people/user-actions.tsx";
import type { Fact } from "#components/ui/facts.tsx";
import { listKeyRows, ownerChoices, peopleChoices } from "#db/queries/console-keys.ts";
import { findPerson, type PersonRow } from "#db/queries/console-people.ts";
import { mayBudget, mayChange, maySee, PAGES, roleOf, USER_ROLE_OF } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { keyName } from "../../../../../key-actions.ts";
import { openPage, ownOrigin, type PageContext, type SearchParams } from "../../../../../request.ts";
import { Days } from "../../days.tsx";
import { Detail, lastFacts, WithFacts } from "../../detail.tsx";
import { KeyTable } from "../../key-table.tsx";
import { OwnerBudget, ownerBudget } from "../../owner-budget.tsx";
import { Sessions } from "../../sessions.tsx";
import { PersonBadge, personName, personTarget } from "../person.tsx";

export const metadata: Metadata = { title: "Person" };

const TABS = { overview: "Overview", keys: "Keys", sessions: "Sessions" } as const;
const NAMES = ["overview", "keys", "sessions"] as const;

export default async function UserPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}) {
  const page = await openPage("users");
  const { deps, nowMs, session, timezone } = page;
  const id = decodeURIComponent((await params).id);
  const asked = await searchParams;
  const query = readQuery(asked);
  const tab = query.word("view", NAMES) ?? "overview";
  const number = query.whole("page", 1, 1, 1000);
  await deps.ledger.flush();
  const month = { fromMs: monthStartMs(nowMs, timezone), toMs: null };
  const row = await findPerson(deps.sql, { id, month, nowMs });
  if (!row) notFound();
  const path = `${PAGES.users.path}/${encodeURIComponent(id)}`;
  const service = row.kind === "service";
  const change = mayChange(session.role);
  const budget = await ownerBudget(page, "user", id);
  return (
    <Detail
      above={service ? PAGES.serviceAccounts : PAGES.users}
      title={personName(row)}
      badge={<PersonBadge row={row} />}
      note={row.email ?? row.id}
      actions={
        <>
          {change && service && (
            <CreateKey choices={await keyChoices(page, row)} origin={await ownOrigin()} />
          )}
          {mayBudget(session.role) && <BudgetActions target={budget.target} spread />}
          {change && <Actions page={page} row={row} />}
        </>
      }
      label={service ? "About this account" : "About this person"}
      path={path}
      tabs={NAMES.filter((one) => !(service && one === "sessions")).map((one) => [one, TABS[one]] as const)}
      here={tab}
    >
      {tab === "overview" && (
        <WithFacts facts={factsOf(page, row, budget)}>
          <Days page={page} filter={{ userId: id }} month={BigInt(row.spend)} />
        </WithFacts>
      )}
      {tab === "keys" && (
        <KeyTable
          page={page}
          owner={{ userId: id }}
          path={path}
          params={asked}
          number={number}
          empty={service ? "No key belongs to this account." : "No key belongs to this person."}
        />
      )}
      {tab === "sessions" && !service && <Sessions page={page} userId={id} path={path} />}
    </Detail>
  );
}

function factsOf(
  { nowMs, session, timezone }: PageContext,
  row: PersonRow,
  budget: Awaited<ReturnType<typeof ownerBudget>>,
): Fact[] {
  const role = roleOf(row.role);
  return [
    [
      "Role",
      <span key="r" title={ROLE_WORDS[role]?.may}>
        {ROLE_WORDS[role]?.name}
      </span>,
    ],
    [
      "Teams",
      row.teams.length === 0 ? (
        "none"
      ) : (
        <span key="t" className="flex flex-col gap-0.5">
          {row.teams.map((team) => (
            <span key={team.id}>
              {maySee(session.role, "teams") ? (
                <Link
                  href={`${PAGES.teams.path}/${encodeURIComponent(team.id)}`}
                  prefetch={false}
                  className="hover:underline"
                >
                  {team.name}
                </Link>
              ) : (
                team.name
              )}
              {team.role === "admin" && <span className="text-faint"> (owner)</span>}
            </span>
          ))}
        </span>
      ),
    ],
    ["Budget", <OwnerBudget key="b" budget={budget} timezone={timezone} />],
    ["Models", <ModelChips key="m" models={row.models} most={3} />],
    ["Last seen", row.seen_at ? `${moment(row.seen_at, timezone)} (${ago(row.seen_at, nowMs)})` : "never"],
    row.kind === "service"
      ? ["Answers for it", <OwnerLink key="o" row={row} />]
      : ["Second factor", row.has_totp ? "on" : row.has_access ? "off" : "cannot sign in"],
    ...(row.invited_until ? [["Invitation", `open, ends ${ago(row.invited_until, nowMs)}`] as const] : []),
    ["Here since", moment(row.created_at, timezone)],
    ...lastFacts(session.role, "user", row.id),
  ];
}

function OwnerLink({ row }: { row: PersonRow }) {
  if (row.owner_id === null) return <span className="text-bad">nobody: the person is gone</span>;
  return (
    <Link
      href={`${PAGES.users.path}/${encodeURIComponent(row.owner_id)}`}
      prefetch={false}
      className="hover:underline"
    >
      {row.owner_name}
    </Link>
  );
}

/** A key of this account and of nobody else. */
async function keyChoices({ deps }: PageContext, row: PersonRow) {
  return {
    users: [{ id: row.id, name: personName(row) }],
    teams: [],
    models: deps.policy().groups.all.map((group) => group.name),
    self: row.id,
  };
}

async function Actions({ page: { deps, nowMs, session }, row }: { page: PageContext; row: PersonRow }) {
  const { rows: keys } = await listKeyRows(deps.sql, { nowMs, userId: row.id }, "used", "desc", 1, 500);
  const { users } = await ownerChoices(deps.sql);
  return (
    <UserActions
      target={personTarget(row, session.userId)}
      keys={keys.map((key) => ({
        id: key.id,
        name: keyName(key),
        lastUsed: key.last_used_at ? ago(key.last_used_at, nowMs) : null,
      }))}
      owners={await peopleChoices(deps.sql)}
      heirs={users.filter((one) => one.id !== row.id)}
      roleNames={USER_ROLE_OF}
    />
  );
}

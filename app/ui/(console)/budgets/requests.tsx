/** The inbox of Budgets: who asks for how much and why, and what was answered. One's own for those who see no others'. */
import { Inbox } from "lucide-react";
import Link from "next/link";
import { AnswerRequest, type AskedRequest, WithdrawRequest } from "#components/budgets/answer-request.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import type { RawParams } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment, money } from "#components/format.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { type BudgetRequestListRow, listBudgetRequests } from "#db/queries/budget-requests.ts";
import { mayBudget, PAGES } from "#lib/console/roles.ts";
import { formatUsd } from "#lib/money.ts";
import type { PageContext } from "../../../request.ts";

const SIZE = 50;
const MOST = 1000;
const STATES: Readonly<Record<string, { readonly name: string; readonly tone: Tone }>> = {
  open: { name: "Open", tone: "accent" },
  approved: { name: "Approved", tone: "good" },
  declined: { name: "Declined", tone: "bad" },
  withdrawn: { name: "Withdrawn", tone: "neutral" },
};
const HREFS: Readonly<Record<string, (id: string) => string>> = {
  key: (id) => `/ui/keys/${encodeURIComponent(id)}?view=limits`,
  team: (id) => `/ui/people/teams/${encodeURIComponent(id)}`,
};

export async function Requests({
  page,
  params,
  number,
}: {
  page: PageContext;
  params: RawParams;
  number: number;
}) {
  const { deps, ownUserId } = page;
  const rows = await listBudgetRequests(deps.sql, { by: ownUserId, most: MOST });
  return (
    <DataTable
      caption="Requests for more budget, the open ones first"
      columns={columnsOf(page)}
      rows={rows.slice((number - 1) * SIZE, number * SIZE)}
      keyOf={(row) => row.id}
      state={{ path: PAGES.budgets.path, params, page: number, size: SIZE, total: rows.length }}
      empty={
        <NothingYet icon={Inbox} title="No requests">
          <p>
            {ownUserId === null
              ? "When somebody needs more than their budget, their request waits here for an answer."
              : "When a budget of yours is too small, ask for more on the key's or the team's page."}
          </p>
        </NothingYet>
      }
    />
  );
}

function columnsOf({ nowMs, session, timezone }: PageContext): Column<BudgetRequestListRow>[] {
  return [
    {
      id: "subject",
      header: "For",
      className: "min-w-40",
      cell: (row) => {
        const href = HREFS[row.subjectKind]?.(row.subjectId);
        const name = row.subjectName ?? row.subjectId;
        return (
          <span className="flex min-w-0 flex-col">
            {href && !(row.subjectKind === "key" && session.role === "finance") ? (
              <Link href={href} prefetch={false} className="truncate font-medium hover:underline">
                {name}
              </Link>
            ) : (
              <span className="truncate font-medium">{name}</span>
            )}
            <span className="truncate text-faint text-xs">
              {row.subjectKind === "user" ? "person" : row.subjectKind}, asked by{" "}
              {row.requesterName ?? row.requestedBy} {ago(row.requestedAt, nowMs)}
            </span>
          </span>
        );
      },
    },
    {
      id: "amount",
      header: "More",
      align: "right",
      cell: (row) => (
        <span className="flex flex-col">
          <span>{money(row.amountNanoUsd)}</span>
          <span className="whitespace-nowrap text-faint text-xs">
            {row.untilAt ? `until ${moment(row.untilAt, timezone)}` : ""}
          </span>
        </span>
      ),
    },
    {
      id: "reason",
      header: "Why",
      from: "md",
      cell: (row) => (
        <span className="line-clamp-2 whitespace-normal text-soft" title={row.reason}>
          {row.reason}
        </span>
      ),
    },
    { id: "state", header: "Answer", cell: (row) => <Answer row={row} timezone={timezone} /> },
    {
      id: "actions",
      header: "Actions",
      align: "right",
      cell: (row) => {
        if (row.state !== "open") return null;
        if (row.requestedBy === session.userId) return <WithdrawRequest request={askedOf(row)} />;
        return mayBudget(session.role) ? <AnswerRequest request={askedOf(row)} /> : null;
      },
    },
  ];
}

function Answer({ row, timezone }: { row: BudgetRequestListRow; timezone: string }) {
  const { name, tone } = STATES[row.state] ?? { name: row.state, tone: "neutral" as const };
  const granted =
    row.grantedNanoUsd === null || row.grantedUntil === null
      ? ""
      : `${money(row.grantedNanoUsd)} until ${moment(row.grantedUntil, timezone)}`;
  const said = [granted, row.decisionReason].filter(Boolean).join(": ");
  return (
    <span className="flex min-w-0 flex-col gap-0.5">
      <Badge
        tone={tone}
        dot
        className="self-start"
        title={
          row.decidedAt ? `${moment(row.decidedAt, timezone)} by ${row.deciderName ?? row.decidedBy}` : ""
        }
      >
        {name}
      </Badge>
      {said !== "" && (
        <span className="line-clamp-2 whitespace-normal text-faint text-xs" title={said}>
          {said}
        </span>
      )}
    </span>
  );
}

function askedOf(row: BudgetRequestListRow): AskedRequest {
  return {
    id: row.id,
    name: row.subjectName ?? row.subjectId,
    amount: formatUsd(row.amountNanoUsd),
    until: row.untilAt?.toISOString() ?? null,
  };
}

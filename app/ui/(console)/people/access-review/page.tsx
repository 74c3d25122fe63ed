/** Access reviews: those that were, with their signed records, and the one that is open. */
import { UserCheck } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { integer, moment } from "#components/format.ts";
import { StartReview } from "#components/reviews/start-review.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { listReviews, type ReviewSummary } from "#db/queries/access-reviews.ts";
import { userNames } from "#db/queries/console-keys.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../../request.ts";

export const metadata: Metadata = { title: "Access review" };

const SIZE = 25;
const MOST = 500;
const { path } = PAGES.accessReview;
const REVIEW_STATES: Readonly<Record<string, { name: string; tone: Tone }>> = {
  open: { name: "Open", tone: "accent" },
  signed: { name: "Signed", tone: "good" },
  abandoned: { name: "Abandoned", tone: "neutral" },
};

export default async function AccessReviewsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("accessReview");
  const { deps, session, timezone } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const number = query.whole("page", 1, 1, 1000);
  const reviews = await listReviews(deps.db, MOST);
  const people = await userNames(deps.sql, [
    ...new Set(reviews.flatMap((one) => [one.startedBy, one.finishedBy ?? []].flat())),
  ]);
  const open = reviews.find((review) => review.state === "open");
  const start = mayChange(session.role) && !open && <StartReview />;
  return (
    <>
      <PageHeader
        title="Access review"
        note="Who has access, looked at one by one: kept or removed, by somebody's word, in a signed record."
        actions={start}
      />
      <DroppedNotice names={query.dropped} />
      <DataTable
        caption="Access reviews, the newest first"
        columns={columnsOf(timezone, people)}
        rows={reviews.slice((number - 1) * SIZE, number * SIZE)}
        keyOf={(review) => review.id}
        state={{ path, params, page: number, size: SIZE, total: reviews.length }}
        empty={
          <NothingYet icon={UserCheck} title="No access review yet">
            <p>A review lists everybody with access. Auditors ask for one every quarter or year.</p>
            {start}
          </NothingYet>
        }
      />
    </>
  );
}

function columnsOf(timezone: string, people: ReadonlyMap<string, string>): Column<ReviewSummary>[] {
  const who = (id: string | null) => (id === null ? "–" : (people.get(id) ?? id));
  return [
    {
      id: "started",
      header: "Started",
      className: "min-w-44",
      cell: (review) => (
        <Link
          href={`${path}/${encodeURIComponent(review.id)}`}
          prefetch={false}
          className="font-medium text-ink after:absolute after:inset-0 hover:underline"
        >
          {moment(review.startedAt, timezone)}
        </Link>
      ),
    },
    {
      id: "state",
      header: "State",
      cell: ({ state }) => (
        <Badge tone={REVIEW_STATES[state]?.tone ?? "neutral"} dot>
          {REVIEW_STATES[state]?.name ?? state}
        </Badge>
      ),
    },
    { id: "by", header: "Started by", from: "md", cell: (review) => who(review.startedBy) },
    { id: "accounts", header: "Accounts", align: "right", cell: ({ items }) => integer(items) },
    { id: "removed", header: "Removed", align: "right", cell: ({ removed }) => integer(removed) },
    {
      id: "undecided",
      header: "Undecided",
      align: "right",
      from: "sm",
      cell: ({ undecided }) => integer(undecided),
    },
    {
      id: "finished",
      header: "Finished",
      from: "md",
      cell: ({ finishedAt, finishedBy }) =>
        finishedAt === null ? "–" : `${moment(finishedAt, timezone)} by ${who(finishedBy)}`,
    },
  ];
}

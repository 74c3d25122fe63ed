/** One access review: every account with what it may, and what was decided. On paper it is the record. */
import { Download } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingMatches } from "#components/data-table/table-states.tsx";
import { moment } from "#components/format.ts";
import { FinishReview, PrintButton } from "#components/reviews/finish-review.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { findReview, type ReviewItemRow, type ReviewRow, reviewItems } from "#db/queries/access-reviews.ts";
import { userNames } from "#db/queries/console-keys.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../../../request.ts";
import { columnsOf, numberSeen, textSeen } from "./columns.tsx";

export const metadata: Metadata = { title: "Access review" };

const SHOW = ["undecided", "keep", "remove"] as const;
const SHOW_WORDS = { undecided: "Undecided", keep: "Kept", remove: "Removed" } as const;

export default async function AccessReviewPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}) {
  const page = await openPage("accessReview");
  const { deps, session, timezone } = page;
  const id = decodeURIComponent((await params).id);
  const asked = await searchParams;
  const query = readQuery(asked);
  const show = query.word("decision", SHOW);
  const review = id.includes("\0") ? null : await findReview(deps.db, id);
  if (!review) notFound();
  const items = await reviewItems(deps.db, id);
  const ids = items.flatMap((item) => item.decidedBy ?? []);
  const people = await userNames(deps.sql, [...new Set([...ids, review.startedBy, review.finishedBy ?? ""])]);
  const shown = items.filter((item) => show === undefined || (item.decision ?? "undecided") === show);
  const undecided = items.filter((item) => item.decision === null).length;
  const change = mayChange(session.role) && review.state === "open";
  const removed = items
    .filter((item) => item.decision === "remove")
    .map((item) => ({ name: textSeen(item, "name"), keys: numberSeen(item, "keys") }));
  const path = `${PAGES.accessReview.path}/${encodeURIComponent(id)}`;
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.accessReview.path} prefetch={false} className="hover:underline">
            Access review
          </Link>
        }
        title={`Review of ${moment(review.startedAt, timezone)}`}
        note={`${items.length - undecided} of ${items.length} decided. Access as it was when the review began.`}
        actions={
          <>
            {review.state === "signed" && (
              <a href={`${path}/record`} download className={buttonVariants({ className: "print:hidden" })}>
                <Download aria-hidden /> Signed record
              </a>
            )}
            <PrintButton />
            {change && <FinishReview review={{ id, undecided, removed }} />}
          </>
        }
      />
      <DroppedNotice names={query.dropped} />
      <Ending review={review} who={(one) => people.get(one) ?? one} timezone={timezone} />
      <div className="print:hidden">
        <FilterBar
          fields={[
            {
              name: "decision",
              label: "Decision",
              any: "All accounts",
              options: SHOW.map((value) => ({ value, label: SHOW_WORDS[value] })),
            },
          ]}
        />
      </div>
      <DataTable<ReviewItemRow>
        caption="Accounts under review"
        columns={columnsOf({ id, change, selfId: session.userId, timezone, people })}
        rows={shown}
        keyOf={(item) => item.userId}
        state={{ path, params: asked, page: 1, size: Math.max(1, shown.length), total: shown.length }}
        empty={<NothingMatches what="accounts" filters={1} clearHref={path} />}
      />
    </>
  );
}

function Ending({
  review,
  who,
  timezone,
}: {
  review: ReviewRow;
  who: (id: string) => string;
  timezone: string;
}) {
  if (review.finishedAt === null)
    return (
      <p className="mb-3 text-soft text-sm">
        Started by {who(review.startedBy)}. A removal takes effect when the review is finished.
      </p>
    );
  const by = `${who(review.finishedBy ?? "")}, ${moment(review.finishedAt, timezone)}`;
  if (review.state !== "signed")
    return <Notice className="mb-3">Abandoned by {by}. Nobody was removed, and there is no record.</Notice>;
  const { keyId = "", signature = "" } = review.record ?? {};
  return (
    <Notice tone="good" className="mb-3">
      Finished by {by}. Signed by key <code className="font-mono text-xs">{String(keyId)}</code>:{" "}
      <code className="break-all font-mono text-xs">{String(signature)}</code>
    </Notice>
  );
}

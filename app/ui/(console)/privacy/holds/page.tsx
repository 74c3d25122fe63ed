/** Privacy, Holds: legal holds and restrictions of processing: on whom, why, by whom, until when; placed and lifted. */
import { LockOpen } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type RawParams, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { PlaceHold } from "#components/privacy/place-hold.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { listHolds } from "#db/queries/holds.ts";
import { mayKeepPrivacy, PAGES } from "#lib/console/roles.ts";
import { LONGEST_HOLD_DAYS } from "#lib/privacy/holds.ts";
import { ownersFor } from "../../../../owners.ts";
import { openPage, type PageContext, type SearchParams } from "../../../../request.ts";
import { PrivacyFrame } from "../frame.tsx";
import { columnsOf } from "./columns.tsx";

export const metadata: Metadata = { title: "Holds · Privacy" };

const SIZE = 25;
const DAY_MS = 86_400_000;
const { path } = PAGES.privacyHolds;

export default async function HoldsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("privacyHolds");
  const params = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton title="Privacy" />}>
      <Holds page={page} params={params} />
    </Suspense>
  );
}

async function Holds({ page, params }: { page: PageContext; params: RawParams }) {
  const { deps, nowMs, session } = page;
  const query = readQuery(params);
  const state = query.word("state", ["running", "lifted"] as const) ?? "running";
  const number = query.whole("page", 1, 1, 10_000);
  const { rows, total } = await listHolds(deps.db, state, { number, size: SIZE });
  const { users } = await ownersFor(page);
  const change = mayKeepPrivacy(session.role);
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const place = change && (
    <PlaceHold today={dayOf(nowMs)} latest={dayOf(nowMs + LONGEST_HOLD_DAYS * DAY_MS)} />
  );
  return (
    <PrivacyFrame
      section="privacyHolds"
      role={session.role}
      note="A legal hold keeps everything about a person, a restriction stops calls for them. Neither ends by itself."
      actions={place}
    >
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          {
            name: "state",
            label: "State",
            any: "In force",
            options: [{ value: "lifted", label: "Lifted" }],
          },
        ]}
      />
      <DataTable
        caption="Holds"
        columns={columnsOf(page, new Map(users.map(({ id, name }) => [id, name])), state, change)}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, page: number, size: SIZE, total }}
        empty={
          state === "lifted" ? (
            <NothingMatches what="holds" filters={1} clearHref={linkTo(path, {}, {})} />
          ) : (
            <NothingYet icon={LockOpen} title="No hold is in force">
              Place one when a court, an authority or a dispute needs a person's data kept, or when somebody
              asks for their processing to be restricted.
              {place}
            </NothingYet>
          )
        }
      />
    </PrivacyFrame>
  );
}

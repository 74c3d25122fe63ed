/** Privacy: what people asked about their data, and until when they must be answered. */
import { ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Suspense } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type RawParams, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { DrillButton } from "#components/privacy/drill-button.tsx";
import { TYPE_WORDS } from "#components/privacy/words.ts";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { listRequests, REQUEST_STATES } from "#db/queries/privacy-requests.ts";
import { mayKeepPrivacy, PAGES } from "#lib/console/roles.ts";
import { REQUEST_TYPES } from "#lib/privacy/requests/names.ts";
import { ownersFor } from "../../../owners.ts";
import { openPage, type PageContext, type SearchParams } from "../../../request.ts";
import { columnsOf } from "./columns.tsx";
import { PrivacyFrame } from "./frame.tsx";

export const metadata: Metadata = { title: "Privacy" };

const SIZE = 25;
const { path } = PAGES.privacy;

export default async function PrivacyPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("privacy");
  const params = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton title="Privacy" />}>
      <Requests page={page} params={params} />
    </Suspense>
  );
}

async function Requests({ page, params }: { page: PageContext; params: RawParams }) {
  const { deps, session } = page;
  const query = readQuery(params);
  const state = query.word("state", REQUEST_STATES);
  const type = query.word("type", REQUEST_TYPES);
  const number = query.whole("page", 1, 1, 10_000);
  const filter = { ...(state ? { state } : {}), ...(type ? { type } : {}) };
  const { rows, total } = await listRequests(deps.db, filter, { number, size: SIZE });
  const { users } = await ownersFor(page);
  const filters = [state, type].filter((one) => one !== undefined).length;
  const change = mayKeepPrivacy(session.role);
  const create = change && (
    <Link href={PAGES.privacyNew.path} prefetch={false} className={buttonVariants({ variant: "primary" })}>
      New request
    </Link>
  );
  return (
    <PrivacyFrame
      section="privacy"
      role={session.role}
      note="Whoever asks about their data is answered within a month. An erasure takes two people."
      actions={
        <>
          {change && rows.length > 0 && <DrillButton />}
          {create}
        </>
      }
    >
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          {
            name: "state",
            label: "State",
            any: "Open and finished",
            options: [
              { value: "open", label: "Open" },
              { value: "finished", label: "Finished" },
            ],
          },
          {
            name: "type",
            label: "Type",
            any: "Any type",
            options: REQUEST_TYPES.map((value) => ({ value, label: TYPE_WORDS[value].name })),
          },
        ]}
      />
      <DataTable
        caption="Privacy requests"
        columns={columnsOf(page, new Map(users.map(({ id, name }) => [id, name])))}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, page: number, size: SIZE, total }}
        rowClass={(row) => (row.finishedAt === null ? "" : "text-soft")}
        empty={
          filters > 0 ? (
            <NothingMatches what="requests" filters={filters} clearHref={linkTo(path, {}, {})} />
          ) : (
            <NothingYet icon={ShieldCheck} title="Nobody has asked yet">
              When somebody does, take it in here. A drill leads a made-up person the whole way, to see that
              it works.
              {change && (
                <span className="flex flex-wrap justify-center gap-2">
                  {create}
                  <DrillButton />
                </span>
              )}
            </NothingYet>
          )
        }
      />
    </PrivacyFrame>
  );
}

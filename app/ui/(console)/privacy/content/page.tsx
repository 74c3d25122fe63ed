/** Privacy, Content: whether prompts and answers are kept, who opened which of them and why, and opening one. */
import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { UnlockForm } from "#components/content/break-glass.tsx";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { integer, moment, plural } from "#components/format.ts";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { FactCard } from "#components/ui/facts.tsx";
import { mayKeepPrivacy, PAGES } from "#lib/console/roles.ts";
import { contentStanding } from "#lib/content/view.ts";
import { openPage, type SearchParams } from "../../../../request.ts";
import { ContentSection } from "../../content-section.tsx";
import { PrivacyFrame } from "../frame.tsx";
import { columnsOf } from "./columns.tsx";

export const metadata: Metadata = { title: "Content · Privacy" };

const { path } = PAGES.privacyContent;
/** Whose openings are listed; the audit log has them all. */
const MOST_CALLS = 100;

export default async function ContentPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("privacyContent");
  const params = await searchParams;
  const { deps, session, timezone } = page;
  const query = readQuery(params);
  const opened = query.text("id", 64);
  const { days, kept, oldest, optIn, secondPerson, stored, unlocks } = await contentStanding(
    { jobs: deps },
    MOST_CALLS,
  );
  const may = mayKeepPrivacy(session.role);
  return (
    <PrivacyFrame
      section="privacyContent"
      role={session.role}
      note="What was said in calls is kept only where that is switched on, encrypted, and read by break-glass alone: with a reason, for 15 minutes, on record."
    >
      <DroppedNotice names={query.dropped} />
      <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <DataTable
          caption="Who has opened what was said"
          columns={columnsOf(page, params)}
          rows={unlocks}
          keyOf={(row) => row.id}
          state={{ path, params, page: 1, size: Math.max(25, unlocks.length), total: unlocks.length }}
          rowClass={(row) => (row.callId === opened ? "bg-accent-wash/60" : "")}
          empty={
            <NothingYet icon={KeyRound} title="Nobody has opened anything">
              Whoever opens a call's prompt and answer stands here, with the reason.
            </NothingYet>
          }
        />
        <div className="flex min-w-0 flex-col gap-5 max-xl:row-start-1">
          <FactCard
            title="Storing"
            facts={[
              ["Prompts and answers", stored ? (optIn ? "kept of who asks for it" : "kept") : "not kept"],
              ["For", days === null ? "ever" : plural(days, "day")],
              ["Kept now", `${integer(kept)} ${kept === 1 ? "call" : "calls"}`],
              ["Oldest", oldest ? moment(oldest, timezone) : "none"],
              ["Second person", secondPerson ? "has to approve" : "not asked for"],
            ]}
          />
          {may && kept > 0 && (
            <Card>
              <CardHead title="Open a call" note="By break-glass, with a reason." />
              <div className="border-line border-t px-4 py-3">
                <UnlockForm callId={null} secondPerson={secondPerson} openHref={path} />
              </div>
            </Card>
          )}
        </div>
      </div>
      {opened !== undefined && (
        <PeekSheet closeHref={linkTo(path, params, { id: null })} title="What was said">
          <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4">
            <code className="break-all font-mono text-faint text-xs">{opened}</code>
            <ContentSection page={page} callId={opened} />
          </div>
        </PeekSheet>
      )}
    </PrivacyFrame>
  );
}

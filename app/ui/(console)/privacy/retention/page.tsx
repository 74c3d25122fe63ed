/** Privacy, Retention: how long each store keeps what it holds, and what the last purge took away. */
import type { Metadata } from "next";
import { ago, moment } from "#components/format.ts";
import { RetentionForm } from "#components/privacy/retention-form.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { FactCard } from "#components/ui/facts.tsx";
import { mayKeepPrivacy } from "#lib/console/roles.ts";
import { readRetention } from "#lib/privacy/retention/operations.ts";
import { FIXED_TERMS } from "#lib/privacy/retention/terms.ts";
import { openPage } from "../../../../request.ts";
import { PrivacyFrame } from "../frame.tsx";
import { RecordsByDay } from "./records-by-day.tsx";

export const metadata: Metadata = { title: "Retention · Privacy" };

export default async function RetentionPage() {
  const page = await openPage("privacyRetention");
  const { deps, nowMs, session, timezone } = page;
  const { lastPurgeAt, lastRemoved, nextPurgeAt, running, terms } = await readRetention(deps);
  const change = mayKeepPrivacy(session.role);
  return (
    <PrivacyFrame
      section="privacyRetention"
      role={session.role}
      note="What is past its days goes once a day, and an event of the audit log says how much. Whoever is under a legal hold keeps theirs."
    >
      <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Card>
          <CardHead title="How long" note="Empty: for ever, or the default where there is one." />
          <RetentionForm
            key={terms.map(({ days }) => days).join()}
            change={change}
            terms={terms.map((term) => ({ ...term, lastRemoved: lastRemoved[term.store] ?? 0 }))}
          />
        </Card>
        <div className="flex flex-col gap-5">
          <FactCard
            title="Purge"
            facts={[
              [
                "Last",
                lastPurgeAt ? `${moment(lastPurgeAt, timezone)} (${ago(lastPurgeAt, nowMs)})` : "none yet",
              ],
              [
                "Next",
                running ? "running now" : nextPurgeAt ? moment(nextPurgeAt, timezone) : "within a minute",
              ],
            ]}
          />
          <FactCard
            title="Not set here"
            facts={FIXED_TERMS.map(({ keeps, title, what }) => [
              title,
              <span key={title}>
                {keeps}
                <span className="block text-faint text-xs">{what}</span>
              </span>,
            ])}
          />
        </div>
      </div>
      <RecordsByDay page={page} days={terms.find(({ store }) => store === "records")?.days ?? null} />
    </PrivacyFrame>
  );
}

/** What is kept of what was said in one call: that it is, who opened it, and the way to read it by break-glass. */
import { Reader, UnlockForm } from "#components/content/break-glass.tsx";
import { UnlockList } from "#components/content/unlocks.tsx";
import { clock, moment } from "#components/format.ts";
import { Notice } from "#components/ui/notice.tsx";
import { mayKeepPrivacy, maySee } from "#lib/console/roles.ts";
import { stateOf } from "#lib/content/schema.ts";
import { callContentView } from "#lib/content/view.ts";
import type { PageContext } from "../../request.ts";

/** The caller has made sure that the person may see the call itself. */
export async function ContentSection({ page, callId }: { page: PageContext; callId: string }) {
  const { deps, nowMs, session, timezone } = page;
  const { kept, unlocks } = await callContentView({ jobs: deps }, callId);
  const sees = maySee(session.role, "privacyContent");
  const may = mayKeepPrivacy(session.role);
  const { secondPerson, stored } = deps.policy().config.contents;
  const own = unlocks.filter(({ actor }) => actor.kind === "user" && actor.id === session.userId);
  const open = own.find((one) => stateOf(one, nowMs) === "open");
  const waits = own.some((one) => stateOf(one, nowMs) === "waiting");
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {kept === null ? (
        <p className="text-soft text-sm">
          {stored
            ? "Nothing is kept: the key, its team or the call itself refused, no provider saw it, or its days are over."
            : "Nothing is kept: storing prompts and answers is switched off."}
        </p>
      ) : (
        <p className="text-soft text-sm">
          Prompt and answer are kept, encrypted
          {kept.until && (
            <>
              , until <span className="num">{moment(kept.until, timezone)}</span>
            </>
          )}
          . {open ? "They are open to you now." : "Locked: they are read by break-glass alone."}
        </p>
      )}
      {kept !== null && may && open?.openUntil && (
        <Reader
          callId={callId}
          openUntilMs={open.openUntil.getTime()}
          banner={`Break-glass: you opened this at ${clock(open.approvedAt ?? open.askedAt, timezone)}; it closes at ${clock(open.openUntil, timezone)}. Each reading is an event of the audit log.`}
        />
      )}
      {kept !== null && may && !open && waits && (
        <Notice tone="info">You asked to read this. It opens once a second person has approved.</Notice>
      )}
      {kept !== null && may && !open && !waits && <UnlockForm callId={callId} secondPerson={secondPerson} />}
      {sees && (kept !== null || unlocks.length > 0) && (
        <section className="flex flex-col gap-1.5">
          <h4 className="font-semibold text-ink text-xs">Who has opened it</h4>
          <UnlockList
            unlocks={unlocks}
            viewer={may ? session.userId : null}
            nowMs={nowMs}
            timezone={timezone}
          />
        </section>
      )}
    </div>
  );
}

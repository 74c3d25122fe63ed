/** One audit event in full: what was changed, by whom and how, and the record as it stands. */
import Link from "next/link";
import type { ReactNode } from "react";
import { Diff } from "#components/audit/diff.tsx";
import { actionWord, actorKind, actorWord, kindWord } from "#components/audit/words.ts";
import { CodeBlock } from "#components/code-block.tsx";
import { CopyButton } from "#components/copy-button.tsx";
import { ago, moment } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { AuditRow } from "#db/queries/console-audit.ts";
import { shownValues } from "#lib/audit/shown.ts";
import { maySee, PAGES, type Role } from "#lib/console/roles.ts";
import { exportedRecord } from "./record.ts";

interface DetailProps {
  readonly event: AuditRow | null;
  readonly timezone: string;
  readonly nowMs: number;
  readonly role: Role;
}

export function EventDetail({ event, timezone, nowMs, role }: DetailProps) {
  if (!event) return <p className="p-5 text-soft text-sm">No event has this number.</p>;
  const raw = JSON.stringify(exportedRecord(event), null, 2);
  const actor = { kind: event.actor_kind, id: event.actor_id, name: event.actor_name };
  const kind = actorKind(event.actor_kind);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-5 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={event.outcome === "ok" ? "good" : "bad"} dot>
          {event.outcome === "ok" ? "done" : event.outcome}
        </Badge>
        <span className="font-medium text-sm">{actionWord(event.action)}</span>
        <span className="ml-auto text-faint text-xs" title={event.at.toISOString()}>
          {moment(event.at, timezone)} · {ago(event.at, nowMs)}
        </span>
      </div>
      <Section title="What changed">
        <Diff before={shownValues(event.before)} after={shownValues(event.after)} />
      </Section>
      <Section title="Who and what">
        <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-y-1 text-sm">
          <Fact name="Actor">
            {actorWord(actor)}
            {kind && <span className="ml-1.5 text-faint text-xs">{kind}</span>}
          </Fact>
          {event.claimed_by !== null && (
            <Fact name="On behalf of">
              {event.claimed_by} <span className="text-faint text-xs">says the caller</span>
            </Fact>
          )}
          <Fact name="Object">
            <ObjectLink event={event} role={role} />
          </Fact>
          <Fact name="Address">{event.ip ?? "none: the gateway itself"}</Fact>
          {event.request_id !== null && (
            <Fact name="Request">
              <Id id={event.request_id} />
            </Fact>
          )}
          <Fact name="Event">
            <Id id={event.id} />
          </Fact>
        </dl>
        <Link
          prefetch={false}
          href={`${PAGES.audit.path}?range=all&object=${encodeURIComponent(`${event.target_kind}:${event.target_id}`)}`}
          className="mt-2 inline-block rounded-sm text-accent text-sm hover:underline"
        >
          All events of this {kindWord(event.target_kind)}
        </Link>
      </Section>
      <details className="text-sm">
        <summary className="w-fit rounded-sm font-semibold text-ink text-xs">The record</summary>
        <div className="mt-1.5">
          <CodeBlock text={raw} label="Copy the record" className="max-h-80" />
        </div>
      </details>
    </div>
  );
}

function ObjectLink({ event, role }: { event: AuditRow; role: Role }) {
  const text = event.target_name ?? event.target_id;
  const named = event.target_name !== null && (
    <code className="ml-1.5 break-all font-mono text-faint text-xs">{event.target_id}</code>
  );
  return (
    <>
      {event.target_kind === "key" && maySee(role, "keys") ? (
        <Link className="text-accent hover:underline" href={`/ui/keys/${event.target_id}`}>
          {text}
        </Link>
      ) : (
        <span className="break-all">{text}</span>
      )}
      {named}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-semibold text-ink text-xs">{title}</h3>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="truncate font-mono text-xs">{id}</code>
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}

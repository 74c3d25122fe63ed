/** One privacy request: the step it stands at, what was found and decided, and its certificate. */
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { CodeBlock } from "#components/code-block.tsx";
import { moment } from "#components/format.ts";
import { ExportLink } from "#components/privacy/export-link.tsx";
import { RequestMenu } from "#components/privacy/request-menu.tsx";
import { Stepper } from "#components/privacy/stepper.tsx";
import { typeName } from "#components/privacy/words.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { type Fact, FactCard } from "#components/ui/facts.tsx";
import { findFile } from "#db/queries/job-files.ts";
import { findRequest, jobsOf, type PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import { mayKeepPrivacy, PAGES } from "#lib/console/roles.ts";
import { ownersFor } from "../../../../owners.ts";
import { openPage, ownOrigin, type PageContext } from "../../../../request.ts";
import { Due, RequestBadge } from "../columns.tsx";
import { Located } from "./located.tsx";
import { StepCard } from "./step-card.tsx";

export const metadata: Metadata = { title: "Request · Privacy" };

const OPEN_MENU = ["identify", "locate", "decide", "approve"];

export default async function RequestPage({ params }: { params: Promise<{ id: string }> }) {
  const page = await openPage("privacy");
  const { deps, nowMs, session } = page;
  const id = decodeURIComponent((await params).id);
  const row = await findRequest(deps.db, id);
  if (!row) notFound();
  const [job] = await jobsOf(deps.db, row.jobId === null ? [] : [row.jobId]);
  const file = row.jobId === null ? null : await findFile(deps.sql, row.jobId, new Date(nowMs));
  const names = new Map((await ownersFor(page)).users.map((user) => [user.id, user.name]));
  const change = mayKeepPrivacy(session.role);
  const open = row.finishedAt === null;
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.privacy.path} prefetch={false} className="hover:underline">
            Privacy
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="break-all">{`${typeName(row.type)}: ${row.subjectId}`}</span>
            <RequestBadge row={row} />
            {open && <Due row={row} nowMs={nowMs} />}
            {row.drill && <Badge tone="accent">Drill</Badge>}
          </span>
        }
        actions={
          change &&
          open &&
          OPEN_MENU.includes(row.step) && (
            <RequestMenu
              id={row.id}
              extendable={row.extendedReason === null && row.dueAt.getTime() > nowMs}
            />
          )
        }
      />
      <Stepper step={row.step} closed={row.step === "closed"} />
      <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <StepCard row={row} job={job ?? null} session={session} change={change} />
          {file && change && row.step === "done" && (
            <Card>
              <CardHead
                title="The export"
                note={`${file.name}, until ${moment(file.expires_at, page.timezone)}`}
              />
              <div className="border-line border-t p-4">
                <ExportLink id={row.id} origin={await ownOrigin()} timezone={page.timezone} />
              </div>
            </Card>
          )}
          {row.certificate && <Certificate certificate={row.certificate} />}
          {row.located && <Located located={row.located} />}
        </div>
        <FactCard title="About" facts={factsOf(page, row, names)} />
      </div>
    </>
  );
}

function Certificate({ certificate }: { certificate: Record<string, unknown> }) {
  return (
    <Card>
      <CardHead
        title="Certificate"
        note={
          <>
            Signed with the gateway's key. Anybody can{" "}
            <Link href="/ui/privacy/verify" prefetch={false} className="text-accent hover:underline">
              check it
            </Link>
            , or run <code className="font-mono">shin privacy verify FILE</code>.
          </>
        }
      />
      <div className="border-line border-t p-4">
        <CodeBlock
          text={JSON.stringify(certificate, null, 2)}
          label="Copy the certificate"
          className="max-h-96"
        />
      </div>
    </Card>
  );
}

function factsOf(
  { timezone }: PageContext,
  row: PrivacyRequestRow,
  names: ReadonlyMap<string, string>,
): Fact[] {
  const who = (id: string | null) => (id === null ? "nobody yet" : (names.get(id) ?? id));
  const decision = row.decision;
  return [
    ["Asked by", row.subjectKind === "user" ? "a user" : "an end user"],
    ["Received", moment(row.receivedAt, timezone)],
    ["Due", moment(row.dueAt, timezone)],
    ...(row.extendedReason === null ? [] : [["Extended", row.extendedReason] as const]),
    ["Taken in by", who(row.createdBy)],
    ...(row.identifiedBy === null ? [] : [["Identified", row.identifiedBy] as const]),
    ...(decision === null
      ? []
      : [
          ["Decided by", who(row.assignee)] as const,
          [
            "Decision",
            `${decision["grant"] === true ? "granted" : "refused"}${decision["ground"] ? `: ${String(decision["ground"])}` : ""}`,
          ] as const,
        ]),
    ...(row.approvedBy === null
      ? []
      : [
          [
            "Approved by",
            `${who(row.approvedBy)}${row.approvedAt ? `, ${moment(row.approvedAt, timezone)}` : ""}`,
          ] as const,
        ]),
    ...(row.note ? [["Note", row.note] as const] : []),
    ...(row.finishedAt === null ? [] : [["Finished", moment(row.finishedAt, timezone)] as const]),
    [
      "Id",
      <code key="i" className="break-all font-mono text-xs">
        {row.id}
      </code>,
    ],
    [
      "History",
      <Link
        key="h"
        href={`/ui/audit?object=${encodeURIComponent(`privacy_request:${row.id}`)}`}
        prefetch={false}
        className="text-accent hover:underline"
      >
        What was done for it
      </Link>,
    ],
  ];
}

/** One check: what it asks for, what was found and when, what people said of it, and how it is mended. */
import { History } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { CheckActions } from "#components/compliance/check-actions.tsx";
import { StatusBadge } from "#components/compliance/status.tsx";
import { Steps } from "#components/compliance/steps.tsx";
import { DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { resultHistory, type WordRow, wordsOf } from "#db/queries/checks.ts";
import { kindOf } from "#lib/compliance/catalogue.ts";
import { GUIDE_LINES, GUIDE_LISTS, listOfLine } from "#lib/compliance/guide.ts";
import { readStandings } from "#lib/compliance/run.ts";
import { mayGovern, PAGES } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";
import { targetOf, unusedNow } from "../figures.ts";

export const metadata: Metadata = { title: "Check · Compliance" };

const SHOWN = 50;
const KINDS = {
  automatic: "The gateway looks by itself",
  manual: "A person vouches for it",
  both: "The gateway looks, and a person vouches for what it cannot see",
} as const;

export default async function CheckPage({ params }: { params: Promise<{ check: string }> }) {
  const { deps, nowMs, session, timezone } = await openPage("compliance");
  const { check: id } = await params;
  const standing = (await readStandings(deps)).find(({ check }) => check.id === id);
  if (!standing) notFound();
  const { check, checkedAt, facts, line, status } = standing;
  const history = await resultHistory(deps.sql, id, SHOWN);
  const words = await wordsOf(deps.sql, id);
  const acts = mayGovern(session.role);
  return (
    <>
      <PageHeader
        above={
          <Link href={PAGES.compliance.path} prefetch={false} className="hover:underline">
            Compliance
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {check.title}
            <StatusBadge status={status} />
          </span>
        }
        note={line}
        actions={acts && <CheckActions spread target={targetOf(standing, await unusedNow(deps))} />}
      />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <Card>
          <CardHead title="What is asked for" />
          <Facts
            facts={[
              ["Requirement", check.requirement],
              ["How", KINDS[kindOf(check)]],
              ["Guide", <GuideLines key="guide" ids={check.guide} />],
              ["GDPR", check.gdpr.map((article) => `Art. ${article}`).join(", ") || "–"],
              ["SOC 2", check.soc2.join(", ") || "–"],
              [
                "Last looked at",
                checkedAt ? `${moment(checkedAt, timezone)} (${ago(checkedAt, nowMs)})` : "never",
              ],
            ]}
          />
        </Card>
        <Card>
          <CardHead title="How it is mended" />
          <div className="px-4 pb-4">
            <Steps steps={check.fix.steps} />
            {check.fix.link && (
              <p className="mt-3 text-sm">
                <Link href={check.fix.link.href} prefetch={false} className="text-accent hover:underline">
                  {check.fix.link.label}
                </Link>
              </p>
            )}
          </div>
        </Card>
        <Evidence facts={facts} />
        <Words words={words} nowMs={nowMs} timezone={timezone} />
      </div>
      <h2 className="mt-6 mb-2 font-semibold text-sm">History</h2>
      <DataTable
        caption={`Results of ${check.title}, the newest first`}
        columns={[
          {
            id: "at",
            header: "Time",
            className: "w-px whitespace-nowrap",
            cell: (row) => <time dateTime={row.at.toISOString()}>{moment(row.at, timezone)}</time>,
          },
          {
            id: "result",
            header: "Result",
            className: "w-px",
            cell: (row) => <StatusBadge status={row.result} />,
          },
          {
            id: "evidence",
            header: "Evidence",
            className: "max-w-none",
            cell: (row) => <span className="text-soft">{String(row.evidence["line"] ?? "")}</span>,
          },
          {
            id: "run",
            header: "Run",
            from: "lg",
            cell: (row) => <code className="font-mono text-faint text-xs">{row.run_id}</code>,
          },
        ]}
        rows={history}
        keyOf={(row) => row.at.toISOString()}
        state={{ path: `${PAGES.compliance.path}/${id}`, params: {}, page: 1, size: SHOWN, total: null }}
        note={history.length === SHOWN ? `the latest ${SHOWN}` : undefined}
        empty={<NothingYet icon={History} title="No result yet" />}
      />
    </>
  );
}

function GuideLines({ ids }: { ids: readonly (keyof typeof GUIDE_LINES)[] }) {
  if (ids.length === 0) return "–";
  return (
    <ul>
      {ids.map((id) => (
        <li key={id}>
          <span className="text-faint">{GUIDE_LISTS[listOfLine(id)]}:</span> {GUIDE_LINES[id]}
        </li>
      ))}
    </ul>
  );
}

function Evidence({ facts }: { facts: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(facts);
  return (
    <Card>
      <CardHead title="Evidence" note="What the last look saw." />
      {entries.length === 0 ? (
        <p className="px-4 pb-4 text-soft text-sm">Nothing beside its sentence.</p>
      ) : (
        <Facts
          facts={entries.map(([name, value]) => [
            name.replaceAll("_", " "),
            <code key={name} className="whitespace-pre-wrap break-all font-mono text-xs">
              {typeof value === "string" ? value : JSON.stringify(value, null, 1)}
            </code>,
          ])}
        />
      )}
    </Card>
  );
}

function Words({ words, nowMs, timezone }: { words: readonly WordRow[]; nowMs: number; timezone: string }) {
  return (
    <Card>
      <CardHead title="What people said" note="Attestations and waivers, the newest first." />
      {words.length === 0 ? (
        <p className="px-4 pb-4 text-soft text-sm">Nobody has vouched for it or set it aside.</p>
      ) : (
        <ul>
          {words.map((word) => (
            <li key={word.id} className="border-line border-t px-4 py-2 text-sm">
              <p className="flex flex-wrap items-center gap-2">
                <Badge tone={stateOf(word, nowMs) === "holds" ? "accent" : "outline"}>
                  {word.kind === "waiver" ? "Waiver" : "Attestation"}, {stateOf(word, nowMs)}
                </Badge>
                <span className="font-medium">{word.by_name ?? word.by_user}</span>
                <span className="text-faint text-xs">
                  {moment(word.at, timezone)} until {moment(word.expires_at, timezone)}
                </span>
              </p>
              <p className="mt-1 break-words text-soft">{word.statement}</p>
              {word.document && <p className="break-all text-faint text-xs">Document: {word.document}</p>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function stateOf({ expires_at, withdrawn_at }: WordRow, nowMs: number): string {
  if (withdrawn_at !== null) return "taken back";
  return expires_at.getTime() > nowMs ? "holds" : "over";
}

/** The report for paper: the score, every check with its evidence, and which line, article and criterion it stands for. */
import type { Metadata } from "next";
import Link from "next/link";
import { DownloadReport } from "#components/compliance/download-report.tsx";
import { StatusBadge, statusWord } from "#components/compliance/status.tsx";
import { moment } from "#components/format.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PrintButton } from "#components/shell/print-button.tsx";
import { FRAMEWORKS, type Framework } from "#lib/compliance/catalogue.ts";
import { GUIDE_LINES, GUIDE_LISTS, type GuideLineId, listOfLine } from "#lib/compliance/guide.ts";
import { readStandings } from "#lib/compliance/run.ts";
import { inFramework, type Standing, scoreOf } from "#lib/compliance/standing.ts";
import { PAGES } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";

export const metadata: Metadata = { title: "Report · Compliance" };

const NAMES: Readonly<Record<Framework, string>> = { guide: "Guide", gdpr: "GDPR", soc2: "SOC 2" };

export default async function ReportPage() {
  const { deps, nowMs, timezone } = await openPage("compliance");
  const { production } = deps.policy().config;
  const standings = await readStandings(deps);
  return (
    <article className="report">
      <PageHeader
        above={
          <Link href={PAGES.compliance.path} prefetch={false} className="hover:underline print:hidden">
            Compliance
          </Link>
        }
        title="Compliance report"
        note={`Shin Gateway ${deps.version}, ${production ? "production" : "not production"}, as of ${moment(new Date(nowMs), timezone)} (${timezone}).`}
        actions={
          <>
            <DownloadReport />
            <PrintButton />
          </>
        }
      />
      <Scores standings={standings} />
      <Lines standings={standings} />
      <h2 className="mt-6 mb-2 font-semibold text-sm">Checks</h2>
      <div className="flex flex-col divide-y divide-line rounded-lg border border-line bg-surface">
        {standings.map((standing) => (
          <One key={standing.check.id} standing={standing} timezone={timezone} />
        ))}
      </div>
      <p className="mt-4 text-faint text-xs">
        Passed: the gateway looked. Attested: a person vouched, until the day named. Waived: set aside, and
        not counted as kept. Unknown and expired are open. The JSON of this report is signed by key{" "}
        <code className="font-mono">{deps.auditSigner.key.keyId}</code>.
      </p>
    </article>
  );
}

function Scores({ standings }: { standings: readonly Standing[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label="Scores" tabIndex={0} className="overflow-x-auto">
      <table aria-label="Scores" className="w-full text-sm">
        <thead className="text-left text-soft text-xs">
          <tr className="border-line border-b">
            {["Framework", "Passed", "Attested", "Failed", "Open", "Waived", "Not applicable"].map((name) => (
              <th key={name} scope="col" className="py-1.5 pr-4 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FRAMEWORKS.map((framework) => {
            const score = scoreOf(inFramework(standings, framework));
            const { applicable, attested, failed, notApplicable, open, passed, waived } = score;
            return (
              <tr key={framework} className="border-line border-b">
                <th scope="row" className="py-1.5 pr-4 text-left font-medium">
                  {NAMES[framework]}
                </th>
                {[`${passed} of ${applicable}`, attested, failed, open, waived, notApplicable].map(
                  (value, index) => (
                    <td key={`${framework}-${index.toString()}`} className="num py-1.5 pr-4">
                      {value}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The guide's own lines, each with the checks that stand for it. */
function Lines({ standings }: { standings: readonly Standing[] }) {
  const ids = Object.keys(GUIDE_LINES) as GuideLineId[];
  return (
    <>
      <h2 className="mt-6 mb-2 font-semibold text-sm">The guide, line by line</h2>
      <ul className="columns-1 gap-8 text-sm md:columns-2">
        {ids.map((id) => (
          <li key={id} className="mb-1.5 break-inside-avoid">
            <span className="text-faint text-xs">{GUIDE_LISTS[listOfLine(id)]}</span>
            <span className="block">{GUIDE_LINES[id]}</span>
            <span className="block text-soft text-xs">
              {standings
                .filter(({ check }) => check.guide.includes(id))
                .map(({ check, status }) => `${check.title}: ${statusWord(status).toLowerCase()}`)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function One({ standing, timezone }: { standing: Standing; timezone: string }) {
  const { attestation, check, checkedAt, line, status, waiver } = standing;
  const word = status === "attested" ? attestation : status === "waived" ? waiver : null;
  return (
    <section className="break-inside-avoid px-4 py-2.5 text-sm">
      <h3 className="flex flex-wrap items-center gap-2 font-medium">
        {check.title} <StatusBadge status={status} />
      </h3>
      <p className="break-words text-soft">{line}</p>
      {word && (
        <p className="break-words text-soft">
          {word.by_name ?? word.by_user}, {moment(word.at, timezone)}, until{" "}
          {moment(word.expires_at, timezone)}: {word.statement}
          {word.document && ` (${word.document})`}
        </p>
      )}
      <p className="text-faint text-xs">
        {check.requirement}
        {check.gdpr.length > 0 && ` · GDPR ${check.gdpr.join(", ")}`}
        {check.soc2.length > 0 && ` · SOC 2 ${check.soc2.join(", ")}`}
        {checkedAt && ` · looked at ${moment(checkedAt, timezone)}`}
      </p>
    </section>
  );
}

/** Privacy, Records: the record of processing activities (GDPR, Art. 30), as the registry and the configuration have it. */
import type { Metadata } from "next";
import { PrintButton } from "#components/shell/print-button.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { processingRecords } from "#lib/privacy/records.ts";
import { readTerms } from "#lib/privacy/retention/terms.ts";
import { openPage } from "../../../../request.ts";
import { PrivacyFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Records of processing · Privacy" };

export default async function RecordsPage() {
  const { deps, session } = await openPage("privacyRecords");
  const { config } = deps.policy();
  const { activities, measures, recipients } = processingRecords(config, await readTerms(deps.sql, config));
  return (
    <PrivacyFrame
      section="privacyRecords"
      role={session.role}
      note="What is held of people, why, and for how long: made from the registry that exports and erasures walk, so it cannot fall behind them."
      actions={
        <>
          <PrintButton />
          <a href="/ui/privacy/records/export" className={buttonVariants()}>
            CSV
          </a>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <div className="grid gap-5 lg:grid-cols-2">
          <Card>
            <CardHead title="Recipients" />
            <p className="border-line border-t px-4 py-3 text-sm">
              {recipients.length === 0
                ? "None: no provider is set up."
                : `Calls go to: ${recipients.join(", ")}. Each processes them under its own agreement with you.`}
            </p>
          </Card>
          <Card>
            <CardHead title="Measures" />
            <ul className="list-disc space-y-1 border-line border-t py-3 pr-4 pl-8 text-sm">
              {measures.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </Card>
        </div>
        <Card className="overflow-hidden">
          <CardHead title="Activities" note={`${activities.length} uses of personal data`} />
          <section
            aria-label="Activities"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            className="overflow-x-auto border-line border-t"
          >
            <table aria-label="Activities" className="w-full border-collapse text-left text-xs">
              <thead>
                <tr className="border-line border-b bg-sunken/70 text-soft">
                  {["Where", "What", "Why", "Basis", "Kept", "On request"].map((head) => (
                    <th key={head} scope="col" className="px-3 py-2 font-medium first:pl-4">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {activities.map((one) => (
                  <tr
                    key={`${one.table} ${one.purpose}`}
                    className="border-line border-b align-top last:border-b-0"
                  >
                    <td className="px-3 py-2 pl-4 font-mono">{one.table}</td>
                    <td className="min-w-40 px-3 py-2 text-soft">{one.columns.join(", ")}</td>
                    <td className="min-w-48 px-3 py-2">{one.purpose}</td>
                    <td className="px-3 py-2">{one.legalBasis}</td>
                    <td className="min-w-32 px-3 py-2">{one.retention}</td>
                    <td className="px-3 py-2">
                      {one.handling.map((word) => HANDLING[word] ?? word).join(", ")}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </Card>
      </div>
    </PrivacyFrame>
  );
}

const HANDLING: Readonly<Record<string, string>> = {
  export: "told, then deleted",
  erase: "deleted",
  pseudonymise: "told, then without a name",
};

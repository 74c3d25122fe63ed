/** The record of processing activities over HTTP, as JSON or CSV. */
import { processingRecords, recordsCsv } from "#lib/privacy/records.ts";
import { readTerms } from "#lib/privacy/retention/terms.ts";
import { queryWord } from "./admin-context.ts";
import { json } from "./http.ts";
import { requirePrivacyReader } from "./privacy-access.ts";
import type { KeyRoute } from "./routes.ts";

const records: KeyRoute["run"] = async (deps, context) => {
  requirePrivacyReader(context);
  const { config } = context.policy;
  const all = processingRecords(config, await readTerms(deps.sql, config));
  if (queryWord(context, "format", ["json", "csv"]) !== "csv")
    return json(200, {
      activities: all.activities.map(({ legalBasis, ...one }) => ({ ...one, legal_basis: legalBasis })),
      recipients: all.recipients,
      measures: all.measures,
    });
  return {
    status: 200,
    headers: [
      "content-type",
      "text/csv; charset=utf-8",
      "content-disposition",
      'attachment; filename="records-of-processing.csv"',
      "cache-control",
      "no-store",
    ],
    body: recordsCsv(all),
  };
};

export const RECORDS_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/privacy/records", access: "own", run: records },
];

/** Checks of what is owed to the people in the data: little of it, for a short time, told and erased on request. */
import { allColumns, oldestCall, requestFacts, sampleCalls } from "#db/queries/check-privacy.ts";
import { keptFigures } from "#db/queries/contents.ts";
import { PERSONAL_DATA } from "#lib/privacy/registry.ts";
import { type Check, type CheckDeps, DAY_MS, daysSince, failed, passed, plural, unknown } from "../check.ts";

const DRILL_DAYS = 90;
const SAMPLE = 100;
const ANONYMISE = "Set general_settings.anonymize_logs: true in config.yaml";

const minimal: Check = {
  id: "minimal_data",
  title: "Minimal user data",
  requirement: "Store minimal user data",
  guide: ["gdpr-1"],
  gdpr: ["5(1)(c)", "25"],
  soc2: ["P3.1"],
  ask: null,
  fix: {
    steps: ["Leave the keeping of prompts and answers off, or keep them for days and not months", ANONYMISE],
  },
  needs: "gateway",
  run: async ({ sql }) => {
    const missing = await unclassified(sql);
    const { rows } = await keptFigures(sql);
    const facts = { unclassified: missing.slice(0, 20), kept_contents: rows };
    if (missing.length > 0)
      return failed(
        `${plural(missing.length, "column")} without an entry in the registry: ${missing.slice(0, 3).join(", ")}`,
        facts,
      );
    return passed(
      rows === 0
        ? "Every column is in the registry; no prompt and no answer is kept"
        : `Every column is in the registry; ${plural(rows, "call")} with prompt and answer, sealed and for their own time`,
      facts,
    );
  },
};

/** Columns of the database that the registry does not know. */
async function unclassified(sql: CheckDeps["sql"]): Promise<string[]> {
  const known = new Set(
    Object.entries(PERSONAL_DATA).flatMap(([table, columns]) =>
      Object.keys(columns).map((column) => `${table}.${column}`),
    ),
  );
  return (await allColumns(sql)).filter((name) => !known.has(name));
}

const register: Check = {
  id: "processing_record",
  title: "Record of processing",
  requirement: "Records of processing activities",
  guide: ["gdpr-1"],
  gdpr: ["30"],
  soc2: ["P1.1"],
  ask: {
    what: "The controller's record of processing names this gateway, its purposes, recipients and retention.",
    days: 365,
    document: true,
  },
  fix: { steps: ["Take the registry of personal data into your record of processing, and attest it here"] },
  needs: "gateway",
  run: async ({ config, sql }) => {
    const missing = await unclassified(sql);
    const recipients = [...new Set(config.deployments.map(({ provider }) => provider))];
    if (missing.length > 0) return failed(`The registry lacks ${plural(missing.length, "column")}`);
    return unknown(
      `The registry is complete; recipients: ${recipients.join(", ") || "none"}. Your own record is not seen`,
      {
        recipients,
      },
    );
  },
};

const anonymised: Check = {
  id: "anonymised_logs",
  title: "Logs are anonymised",
  requirement: "Enable request anonymization",
  guide: ["gdpr-2"],
  gdpr: ["5(1)(c)", "25", "32(1)(a)"],
  soc2: ["P4.2"],
  ask: null,
  fix: { steps: [ANONYMISE, "Records from before keep their names until they are past data_retention_days"] },
  needs: "gateway",
  run: async ({ config, nowMs, previous, sql }) => {
    if (!config.anonymizeLogs) return failed("anonymize_logs is off: records hold end users and addresses");
    // Records from before it was switched on prove nothing about it.
    const since = typeof previous["on_since"] === "string" ? new Date(previous["on_since"]) : new Date(nowMs);
    const { named, rows, whole_addresses } = await sampleCalls(sql, since, SAMPLE);
    const facts = { on_since: since.toISOString(), sample: rows, named, whole_addresses };
    if (named + whole_addresses > 0)
      return failed(
        `anonymize_logs is on, and ${named + whole_addresses} of the ${rows} newest records are not`,
        facts,
      );
    return passed(
      `anonymize_logs is on; of the ${rows} newest records none has a name or a whole address`,
      facts,
    );
  },
};

const exported: Check = {
  id: "data_export",
  title: "Data export works",
  requirement: "Provide data export",
  guide: ["gdpr-3"],
  gdpr: ["15", "20"],
  soc2: ["P5.1"],
  ask: null,
  fix: {
    steps: [
      "Under Privacy, begin a drill of access on a made-up person, and run it to its end, every 90 days",
    ],
    link: { href: "/ui/privacy", label: "Open Privacy" },
  },
  needs: "gateway",
  run: async (deps) =>
    judge("export", (await requestFacts(deps.sql, new Date(deps.nowMs))).last_export, deps.nowMs),
};

const erased: Check = {
  id: "data_deletion",
  title: "Data deletion works",
  requirement: "Implement data deletion",
  guide: ["gdpr-4"],
  gdpr: ["17", "19"],
  soc2: ["P4.3"],
  ask: null,
  fix: {
    steps: [
      "Under Privacy, begin a drill of erasure on a made-up person, and run it to its certificate, every 90 days",
    ],
    link: { href: "/ui/privacy", label: "Open Privacy" },
  },
  needs: "gateway",
  run: async (deps) =>
    judge("erasure", (await requestFacts(deps.sql, new Date(deps.nowMs))).last_erasure, deps.nowMs),
};

function judge(what: string, at: Date | null, nowMs: number) {
  if (at === null) return failed(`No ${what} has been run to its end here, not even a drill`, { last: null });
  const days = daysSince(at, nowMs);
  const told = `Last ${what} ended ${plural(days, "day")} ago`;
  const facts = { last: at.toISOString() };
  return days > DRILL_DAYS
    ? failed(`${told}, and at most ${DRILL_DAYS} are wanted`, facts)
    : passed(told, facts);
}

const overdue: Check = {
  id: "requests_in_time",
  title: "Requests of people answered in time",
  requirement: "One month to answer a request",
  guide: ["gdpr-3", "gdpr-4"],
  gdpr: ["12(3)"],
  soc2: ["P5.1", "P8.1"],
  ask: null,
  fix: {
    steps: ["Finish what is overdue, or extend it with a reason before its day"],
    link: { href: "/ui/privacy", label: "Open Privacy" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const { open, overdue: late } = await requestFacts(sql, new Date(nowMs));
    const facts = { open, overdue: late };
    if (late > 0) return failed(`${late} of ${plural(open, "open request")} past the day it was due`, facts);
    return passed(open === 0 ? "No request is open" : `${plural(open, "request")} open, none overdue`, facts);
  },
};

const retention: Check = {
  id: "data_retention",
  title: "Data is kept for a set time",
  requirement: "data_retention_days: 30",
  guide: ["practice-4"],
  gdpr: ["5(1)(e)"],
  soc2: ["P4.2"],
  ask: null,
  fix: {
    steps: [
      "Set general_settings.data_retention_days in config.yaml, 30 as in the guide; the next hour removes what is older",
    ],
    link: { href: "/ui/privacy/retention", label: "Open Retention" },
  },
  needs: "gateway",
  run: async ({ config: { dataRetentionDays: days }, nowMs, sql }) => {
    if (days === null) return failed("data_retention_days is not set: records are kept for ever");
    const oldest = await oldestCall(sql);
    const facts = { days, oldest: oldest?.toISOString() ?? null };
    if (days > 365) return failed(`data_retention_days is ${days}: more than a year needs a reason`, facts);
    if (oldest !== null && nowMs - oldest.getTime() > (days + 2) * DAY_MS)
      return failed(`A record is ${daysSince(oldest, nowMs)} days old, and ${days} are set`, facts);
    return passed(
      `${days} days; the oldest record is ${oldest === null ? "not there yet" : `${plural(daysSince(oldest, nowMs), "day")} old`}`,
      facts,
    );
  },
};

const processors: Check = {
  id: "processors",
  title: "Contracts with providers",
  requirement: "A contract with every processor",
  guide: [],
  gdpr: ["28", "44"],
  soc2: ["CC9.2", "P6.4"],
  ask: {
    what: "There is a data processing agreement with every provider named here, transfers included.",
    days: 365,
    document: true,
  },
  fix: { steps: ["Collect the agreement of each provider, and attest it here with where they are kept"] },
  needs: "gateway",
  run: async ({ config }) => {
    const providers = [
      ...new Set(
        config.deployments.filter(({ source }) => source !== "demo").map(({ provider }) => provider),
      ),
    ];
    if (providers.length === 0) return { found: "not_applicable", line: "No provider is set up" };
    return unknown(`Prompts go to ${providers.join(", ")}: their contracts cannot be seen from here`, {
      providers,
    });
  },
};

export const PRIVACY_CHECKS: readonly Check[] = [
  minimal,
  register,
  anonymised,
  exported,
  erased,
  overdue,
  retention,
  processors,
];

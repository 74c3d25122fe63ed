/** The record of processing activities (GDPR, Art. 30): the registry and the running configuration, as people read them. */
import { placeOf } from "../callbacks/open.ts";
import type { Config } from "../config/config.ts";
import { csvLine } from "../csv.ts";
import type { ColumnEntry } from "./handling.ts";
import { PERSONAL_DATA } from "./registry.ts";
import type { RetentionStore } from "./retention/schema.ts";
import type { Term } from "./retention/terms.ts";

/** Personal columns of one table that serve one purpose. */
export interface ProcessingRecord {
  readonly table: string;
  readonly columns: readonly string[];
  readonly purpose: string;
  readonly legalBasis: string;
  readonly retention: string;
  readonly handling: readonly string[];
}

export interface ProcessingRecords {
  readonly activities: readonly ProcessingRecord[];
  /** Providers that calls are sent to, and destinations of their records. */
  readonly recipients: readonly string[];
  readonly measures: readonly string[];
}

/** What the registry says where a term that can be set holds. */
const TERMS: Readonly<Record<string, RetentionStore>> = {
  "general_settings.data_retention_days": "records",
  "general_settings.content_retention_days": "content",
};

export function processingRecords(config: Config, terms: readonly Term[]): ProcessingRecords {
  const activities = Object.entries(PERSONAL_DATA).flatMap(([table, columns]) =>
    activitiesOf(table, columns, terms),
  );
  return {
    activities,
    recipients: [
      ...new Set(config.deployments.map(({ provider }) => provider)),
      ...config.callbacks.map((one) => `${one.kind}: ${placeOf(one)} (records of calls)`),
    ].sort(),
    measures: [
      "Virtual keys are stored as hashes, credentials of providers under AES-256-GCM",
      config.anonymizeLogs
        ? "Users, end users and addresses stand in logs as pseudonyms and networks (anonymize_logs)"
        : "Users and addresses stand in logs as they are (anonymize_logs is off)",
      contents(config, terms),
      "Every change and every reading of sensitive data is an event of a signed, hash-chained audit log",
      "Access by role; admins and auditors may use a second factor",
    ],
  };
}

function contents({ contents: { stored } }: Config, terms: readonly Term[]): string {
  if (!stored) return "Prompts and answers are not stored";
  return `Prompts and answers are stored under AES-256-GCM for ${keptFor("content", terms)} and are read by break-glass alone`;
}

function keptFor(store: RetentionStore, terms: readonly Term[]): string {
  const days = terms.find((term) => term.store === store)?.days ?? null;
  return days === null ? "for ever: no retention is set" : `${days} days`;
}

function activitiesOf(
  table: string,
  columns: Readonly<Record<string, ColumnEntry>>,
  terms: readonly Term[],
): ProcessingRecord[] {
  const groups = new Map<
    string,
    { entry: Exclude<ColumnEntry, { handling: "not personal" }>; names: string[]; handling: Set<string> }
  >();
  for (const [name, entry] of Object.entries(columns)) {
    if (entry.handling === "not personal") continue;
    const group = groups.get(entry.purpose) ?? { entry, names: [], handling: new Set<string>() };
    group.names.push(name);
    group.handling.add(entry.handling);
    groups.set(entry.purpose, group);
  }
  return [...groups.values()].map(({ entry, handling, names }) => {
    const store = TERMS[entry.retention];
    return {
      table,
      columns: names,
      purpose: entry.purpose,
      legalBasis: entry.legalBasis,
      retention: store === undefined ? entry.retention : keptFor(store, terms),
      handling: [...handling],
    };
  });
}

export function recordsCsv({ activities }: ProcessingRecords): string {
  const head = csvLine(["table", "columns", "purpose", "legal_basis", "retention", "on_request"]);
  const lines = activities.map((one) =>
    csvLine([
      one.table,
      one.columns.join(" "),
      one.purpose,
      one.legalBasis,
      one.retention,
      one.handling.join(", "),
    ]),
  );
  return head + lines.join("");
}

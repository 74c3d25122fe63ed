/** How long each store keeps what it holds: by config.yaml, else as it was set at the console, else by default. */
import type { Sql } from "#db/client.ts";
import { readSetting } from "#db/queries/retention.ts";
import type { Config } from "../../config/config.ts";
import { RETENTION_STORES, type RetentionStore, retentionSchema } from "./schema.ts";

export const RETENTION_SETTING = "retention";

export interface Term {
  readonly store: RetentionStore;
  readonly title: string;
  readonly what: string;
  /** Null: for ever. */
  readonly days: number | null;
  /** `config.yaml:14`, `console` or `default`. */
  readonly setBy: string;
  /** The console may change it. */
  readonly open: boolean;
}

interface StoreWords {
  readonly title: string;
  readonly what: string;
  readonly defaultDays: number | null;
}

const WORDS: Readonly<Record<RetentionStore, StoreWords>> = {
  records: {
    title: "Request records",
    what: "who called which model when, with what result; whole days are dropped at once, hourly sums stay",
    defaultDays: null,
  },
  content: {
    title: "Prompts and answers",
    what: "kept where that is switched on, sealed, and read by break-glass alone; never longer than the request records",
    defaultDays: 7,
  },
  sessions: {
    title: "Console sessions",
    what: "addresses and browsers of sessions that ended, and links that were not used",
    defaultDays: 30,
  },
  alerts: { title: "Alerts", what: "what operators were told of", defaultDays: 400 },
  keys: {
    title: "Names of deleted keys",
    what: "alias, tags and metadata; the row stays for the books",
    defaultDays: 90,
  },
  requests: { title: "Privacy requests", what: "finished ones with their certificates", defaultDays: 1095 },
};

/** What has no term to set, and why. */
export const FIXED_TERMS: readonly {
  readonly title: string;
  readonly keeps: string;
  readonly what: string;
}[] = [
  {
    title: "Exports of persons",
    keeps: "7 days",
    what: "the file; a link to it is good once, for 15 minutes",
  },
  {
    title: "Log file",
    keeps: "as long as request records",
    what: "lines of general_settings.log_file on the machine that runs the purge; stdout is its collector's",
  },
  { title: "Jobs", keeps: "90 days after their end", what: "what was done, for whom" },
  {
    title: "Audit log",
    keeps: "whole",
    what: "its chain proves that nothing was taken away; an erasure makes what it holds of a person unreadable",
  },
  { title: "Hourly sums", keeps: "as long as books must be kept", what: "amounts by key, team and model" },
];

const stored = retentionSchema.shape.days;

/** In the order of RETENTION_STORES. */
export async function readTerms(sql: Sql, config: Config): Promise<readonly Term[]> {
  const set = stored.safeParse((await readSetting(sql, RETENTION_SETTING)) ?? {});
  const terms = RETENTION_STORES.map((store) =>
    termOf(store, config, set.success ? set.data[store] : undefined),
  );
  const records = terms.find(({ store }) => store === "records")?.days ?? null;
  // What was said in a call does not outlive the record of the call.
  return terms.map((term) =>
    term.store === "content" && records !== null && (term.days ?? Number.POSITIVE_INFINITY) > records
      ? { ...term, days: records, setBy: "the request records" }
      : term,
  );
}

const CONFIGURED = {
  records: (config: Config) => ["dataRetentionDays", config.dataRetentionDays] as const,
  content: (config: Config) => ["contentRetentionDays", config.contents.retentionDays] as const,
};

function termOf(store: RetentionStore, config: Config, set: number | null | undefined): Term {
  const { defaultDays, title, what } = WORDS[store];
  const base = { store, title, what };
  const [member, days] = store === "records" || store === "content" ? CONFIGURED[store](config) : ["", null];
  if (days !== null)
    return { ...base, days, setBy: config.settingPlaces[member] ?? "config.yaml", open: false };
  if (set === undefined || set === null) return { ...base, days: defaultDays, setBy: "default", open: true };
  return { ...base, days: set, setBy: "console", open: true };
}

/** The words of the personal-data registry: what is done with a column, why it is kept, and for how long. */
export interface PersonalColumn {
  readonly handling: "export" | "erase" | "pseudonymise";
  readonly purpose: string;
  readonly legalBasis: "contract" | "legitimate interest" | "legal obligation";
  /** How long it is kept without a request. */
  readonly retention: string;
}

export interface OtherColumn {
  readonly handling: "not personal";
  readonly why: string;
}

export type ColumnEntry = PersonalColumn | OtherColumn;
export type Table = Readonly<Record<string, ColumnEntry>>;

type Reason = Omit<PersonalColumn, "handling">;

export const ACCOUNT: Reason = {
  purpose: "to know who uses the gateway and to reach them",
  legalBasis: "contract",
  retention: "life of the account and 30 days",
};
export const ACCESS: Reason = {
  purpose: "to tell whose key it is and who manages it",
  legalBasis: "contract",
  retention: "life of the key and 90 days",
};
export const CALLS: Reason = {
  purpose: "to find errors and abuse, and to answer questions about a call",
  legalBasis: "legitimate interest",
  retention: "general_settings.data_retention_days",
};
export const CONTENTS: Reason = {
  purpose: "to see what was said in a call when that is needed, by break-glass alone",
  legalBasis: "legitimate interest",
  retention: "general_settings.content_retention_days",
};
export const BOOKS: Reason = {
  purpose: "to account for what was spent, and by whom",
  legalBasis: "legal obligation",
  retention: "as long as books must be kept",
};
/** The records behind the sums: they go with `data_retention_days`, the sums stay. */
export const RECORDED: Reason = { ...BOOKS, retention: CALLS.retention };
export const AUDIT: Reason = {
  purpose: "to prove who changed what",
  legalBasis: "legitimate interest",
  retention: "as long as the log, which loses nothing by age; an erasure makes it unreadable",
};

export const GOVERN: Reason = {
  purpose: "to answer requests and incidents, and to prove that it was done",
  legalBasis: "legal obligation",
  retention: "three years",
};
export const REPLAYS: Reason = {
  purpose: "to answer a request again whose answer was lost on its way",
  legalBasis: "contract",
  retention: "24 hours",
};
export const NETWORKS: Reason = {
  purpose: "to notice a key that is suddenly used from elsewhere",
  legalBasis: "legitimate interest",
  retention: "90 days after its last use",
};
export const SESSIONS: Reason = {
  purpose: "to keep people signed in, and to tell who was",
  legalBasis: "legitimate interest",
  retention: "30 days after the session",
};

export const LIMITS = "a limit, a budget or a sum that stands on a pseudonym once its owner is erased";
export const COUNTS = "a count or an amount";
export const TIMES = "a time of the row, meaningless without its owner";
export const TECHNICAL = "how the gateway handled it";

type Columns<N extends string, E extends ColumnEntry> = { readonly [Name in N]: E };

/** Columns of one kind, each with its own entry. */
function each<N extends string, E extends ColumnEntry>(names: readonly N[], entry: E): Columns<N, E> {
  const columns = names.map((name) => [name, entry]);
  return Object.fromEntries(columns) as Columns<N, E>;
}

export const told = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "export" as const });
export const erased = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "erase" as const });
export const pseudonymised = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "pseudonymise" as const });
export const notPersonal = <N extends string>(why: string, ...names: N[]) =>
  each(names, { handling: "not personal" as const, why });

export const CEILINGS = [
  "models",
  "rpm_limit",
  "tpm_limit",
  "max_parallel_requests",
  "max_budget_nano_usd",
  "soft_budget_nano_usd",
  "budget_duration",
  "limits",
] as const;
export const OWNER_LIMITS = [...CEILINGS, "spend_nano_usd", "spend_period_started_at"] as const;

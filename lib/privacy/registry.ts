/**
 * The personal-data registry: what every column of the database is to the person it may be about. Export and erasure
 * walk it; test/architecture.test.ts fails on a column that is missing here or no longer there.
 *
 * - `export`: told to the person on request, deleted on erasure.
 * - `erase`: deleted on erasure and never told: it opens something, or says more about others than about the person.
 * - `pseudonymise`: told to the person; on erasure a random reference takes its place, for the row's sums are books.
 * - `not personal`: says nothing about a person, or is left meaningless once the columns above are gone.
 */

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

const ACCOUNT: Reason = {
  purpose: "to know who uses the gateway and to reach them",
  legalBasis: "contract",
  retention: "life of the account and 30 days",
};
const ACCESS: Reason = {
  purpose: "to tell whose key it is and who manages it",
  legalBasis: "contract",
  retention: "life of the key and 90 days",
};
const CALLS: Reason = {
  purpose: "to find errors and abuse, and to answer questions about a call",
  legalBasis: "legitimate interest",
  retention: "general_settings.data_retention_days",
};
const BOOKS: Reason = {
  purpose: "to account for what was spent, and by whom",
  legalBasis: "legal obligation",
  retention: "as long as books must be kept",
};
const AUDIT: Reason = {
  purpose: "to prove who changed what",
  legalBasis: "legitimate interest",
  retention: "400 days",
};

const LIMITS = "a limit, a budget or a sum that stands on a pseudonym once its owner is erased";
const COUNTS = "a count or an amount";
const TIMES = "a time of the row, meaningless without its owner";
const TECHNICAL = "how the gateway handled it";

type Columns<N extends string, E extends ColumnEntry> = { readonly [Name in N]: E };

/** Columns of one kind, each with its own entry. */
function each<N extends string, E extends ColumnEntry>(names: readonly N[], entry: E): Columns<N, E> {
  const columns = names.map((name) => [name, entry]);
  return Object.fromEntries(columns) as Columns<N, E>;
}

const told = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "export" as const });
const erased = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "erase" as const });
const pseudonymised = <N extends string>(reason: Reason, ...names: N[]) =>
  each(names, { ...reason, handling: "pseudonymise" as const });
const notPersonal = <N extends string>(why: string, ...names: N[]) =>
  each(names, { handling: "not personal" as const, why });

const OWNER_LIMITS = [
  "models",
  "rpm_limit",
  "tpm_limit",
  "max_parallel_requests",
  "max_budget_nano_usd",
  "soft_budget_nano_usd",
  "budget_duration",
  "spend_nano_usd",
  "spend_period_started_at",
] as const;

/** By table (or view), then by column, as SQL names them. */
export const PERSONAL_DATA = {
  users: {
    ...told(ACCOUNT, "id", "email", "alias", "role", "metadata"),
    ...told(ACCOUNT, "created_at", "updated_at"),
    ...notPersonal(LIMITS, ...OWNER_LIMITS, "blocked"),
  },
  teams: {
    ...notPersonal("names a group of people, not a person", "id", "alias"),
    ...notPersonal(LIMITS, ...OWNER_LIMITS, "blocked"),
    // Free: operators may have written a contact into it.
    ...erased(ACCOUNT, "metadata"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  memberships: {
    ...told(ACCOUNT, "team_id", "user_id", "role", "created_at"),
    ...notPersonal(LIMITS, "max_budget_nano_usd"),
  },
  virtual_keys: {
    // Spend records point to it: it stays when everything that leads to a person is gone.
    ...notPersonal("a random id", "id"),
    ...erased(ACCESS, "secret_hash", "previous_secret_hash", "secret_start", "secret_last4"),
    ...told(ACCESS, "alias", "user_id", "team_id", "organization_id", "tags", "metadata"),
    ...told(ACCESS, "last_used_at", "created_at"),
    ...erased(ACCESS, "created_by", "updated_by", "deleted_by"),
    ...notPersonal(LIMITS, ...OWNER_LIMITS, "blocked", "budget_id"),
    ...notPersonal("what the key may do", "aliases", "allowed_routes", "permissions"),
    ...notPersonal(TIMES, "expires_at", "duration", "previous_secret_expires_at"),
    ...notPersonal(TIMES, "rotation_count", "last_rotated_at", "updated_at", "deleted_at"),
  },
  budgets: {
    ...notPersonal("names a tier, not a person", "id"),
    ...notPersonal(LIMITS, "max_budget_nano_usd", "soft_budget_nano_usd", "budget_duration"),
    ...notPersonal(LIMITS, "rpm_limit", "tpm_limit", "max_parallel_requests"),
    ...erased(ACCESS, "created_by"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  spend_records: {
    ...notPersonal("a random id of ours", "id"),
    ...pseudonymised(BOOKS, "user_id"),
    ...told(CALLS, "started_at", "end_user", "ip", "client_request_id", "response_id", "tags", "metadata"),
    ...notPersonal("a random id; its owner is in virtual_keys", "key_id"),
    ...notPersonal("names a group of people, not a person", "team_id"),
    ...notPersonal(TECHNICAL, "state", "outcome", "instance_id", "instance_boot", "call_type", "status_code"),
    ...notPersonal(
      TECHNICAL,
      "model",
      "model_group",
      "deployment_id",
      "provider",
      "upstream_model",
      "stream",
    ),
    ...notPersonal(TECHNICAL, "error_code", "rule", "attempts", "duration_ms", "first_byte_ms"),
    ...notPersonal(COUNTS, "prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_write_tokens"),
    ...notPersonal(COUNTS, "reasoning_tokens", "usage_source", "cost_nano_usd", "unpriced"),
    ...notPersonal(TIMES, "key_period_started_at", "user_period_started_at", "team_period_started_at"),
  },
  spend_hourly: {
    ...pseudonymised(BOOKS, "user_id"),
    ...notPersonal("a random id; its owner is in virtual_keys", "key_id"),
    ...notPersonal("names a group of people, not a person", "team_id"),
    ...notPersonal(TECHNICAL, "hour", "model_group", "provider"),
    ...notPersonal(COUNTS, "requests", "failures", "refusals", "prompt_tokens", "completion_tokens"),
    ...notPersonal(COUNTS, "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_nano_usd"),
  },
  /** A view of spend_records: nothing is stored here, and what is erased there is gone here. */
  request_log: {
    ...told(CALLS, "timestamp", "user"),
    ...pseudonymised(BOOKS, "user_id"),
    ...notPersonal(TECHNICAL, "model", "latency", "status_code"),
    ...notPersonal(COUNTS, "tokens", "prompt_tokens", "completion_tokens", "total_tokens", "cost"),
  },
  audit_events: {
    ...notPersonal("the event's own number and name", "seq", "id", "action", "target_kind", "outcome"),
    ...notPersonal("what kind of actor it was", "actor_kind"),
    ...pseudonymised(AUDIT, "actor_id", "target_id"),
    ...told(AUDIT, "at", "claimed_by", "ip", "request_id"),
    ...erased(AUDIT, "before", "after"),
  },
  settings: {
    ...notPersonal("how the gateway is set up", "name", "value"),
    ...erased(AUDIT, "updated_by"),
    ...notPersonal(TIMES, "updated_at"),
  },
  jobs: {
    ...notPersonal("work of the gateway's own", "id", "kind", "state", "attempts"),
    // A job may be about a person: an export, an erasure.
    ...erased(ACCOUNT, "progress"),
    ...notPersonal(TIMES, "run_after", "created_at", "updated_at"),
  },
  shin_migrations: {
    ...notPersonal("which schema this database has", "version", "tag", "hash", "applied_at"),
  },
} as const satisfies Readonly<Record<string, Table>>;

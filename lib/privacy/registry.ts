/**
 * The personal-data registry: what every column of the database is to the person it may be about. Export and erasure
 * walk it; test/architecture.test.ts fails on a column that is missing here or no longer there.
 *
 * - `export`: told to the person on request, deleted on erasure.
 * - `erase`: deleted on erasure and never told: it opens something, or says more about others than about the person.
 * - `pseudonymise`: told to the person; on erasure a random reference takes its place, for the row's sums are books.
 * - `not personal`: says nothing about a person, or is left meaningless once the columns above are gone.
 */
import {
  ACCESS,
  ACCOUNT,
  AUDIT,
  BOOKS,
  CALLS,
  CEILINGS,
  COUNTS,
  erased,
  LIMITS,
  notPersonal,
  OWNER_LIMITS,
  pseudonymised,
  RECORDED,
  SESSIONS,
  type Table,
  TECHNICAL,
  TIMES,
  told,
} from "./handling.ts";
import { GOVERN_DATA } from "./registry-govern.ts";

/** By table (or view), then by column, as SQL names them. */
export const PERSONAL_DATA = {
  users: {
    ...told(ACCOUNT, "id", "email", "alias", "role", "kind", "metadata"),
    ...told(ACCOUNT, "created_at", "updated_at"),
    ...notPersonal(LIMITS, ...OWNER_LIMITS, "blocked"),
  },
  teams: {
    ...notPersonal("names a group of people, not a person", "id", "alias"),
    ...notPersonal(LIMITS, ...OWNER_LIMITS, "blocked", "member_defaults"),
    ...notPersonal("what members may do for the team", "member_permissions"),
    // Free: operators may have written a contact into it.
    ...erased(ACCOUNT, "metadata"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  memberships: {
    ...told(ACCOUNT, "team_id", "user_id", "role", "created_at"),
    ...notPersonal(LIMITS, "max_budget_nano_usd", "budget_duration", "rpm_limit", "tpm_limit", "budget_id"),
  },
  end_users: {
    ...told(CALLS, "id", "alias", "metadata", "created_at"),
    ...notPersonal(LIMITS, ...CEILINGS, "blocked", "budget_id"),
    ...notPersonal(TECHNICAL, "default_model"),
    ...notPersonal(TIMES, "updated_at"),
  },
  tags: {
    // Free: operators may tag by project, by place, or by person.
    ...erased(ACCESS, "name", "description", "metadata"),
    ...notPersonal(LIMITS, ...CEILINGS, "blocked", "budget_id"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
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
    ...notPersonal(TIMES, "auto_rotate", "rotation_interval", "rotate_at", "collect_by"),
  },
  budgets: {
    ...notPersonal("names a tier, not a person", "id"),
    ...notPersonal(LIMITS, "max_budget_nano_usd", "soft_budget_nano_usd", "budget_duration"),
    ...notPersonal(LIMITS, "rpm_limit", "tpm_limit", "max_parallel_requests", "limits"),
    ...erased(ACCESS, "created_by", "updated_by"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  spend_records: {
    ...notPersonal("a random id of ours", "id"),
    // An end user's own erasure puts the pseudonym into end_user; that of the user who called leaves it, for it is another person's.
    ...pseudonymised(RECORDED, "user_id", "end_user"),
    // The time is cut to the hour on erasure, the rest of these is emptied.
    ...told(CALLS, "started_at", "ip", "client_request_id", "response_id", "tags", "metadata"),
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
    // Serves only to prove the counters; names the end user and the tags once more.
    ...erased(CALLS, "charges"),
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
  /** Sums of spend_hourly: an erasure there takes the sums of its days away, and they are made anew. */
  spend_spans: notPersonal(TIMES, "starts_at", "ends_at"),
  spend_span_sums: {
    // A key, a user, a team, a model, a provider: by `dimension`.
    ...pseudonymised(BOOKS, "id"),
    ...notPersonal(TIMES, "starts_at"),
    ...notPersonal("of what it is a sum", "dimension"),
    ...notPersonal(COUNTS, "requests", "failures", "refusals", "prompt_tokens", "completion_tokens"),
    ...notPersonal(COUNTS, "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_nano_usd"),
  },
  budget_spend: {
    // A user, an end user, a key, a tag: by `kind`.
    ...pseudonymised(BOOKS, "subject_id"),
    ...notPersonal("which budget it is", "kind", "budget", "period_started_at"),
    ...notPersonal(COUNTS, "spend_nano_usd"),
  },
  /** A view of spend_records: nothing is stored here, and what is erased there is gone here. */
  request_log: {
    ...told(CALLS, "timestamp"),
    ...pseudonymised(RECORDED, "user", "user_id"),
    ...notPersonal(TECHNICAL, "model", "latency", "status_code"),
    ...notPersonal(COUNTS, "tokens", "prompt_tokens", "completion_tokens", "total_tokens", "cost"),
  },
  audit_events: {
    ...notPersonal("the event's own number and name", "seq", "id", "action", "target_kind", "outcome"),
    ...notPersonal("what kind of actor it was, and how it was known", "actor_kind", "actor_auth"),
    ...notPersonal("links the event to the one before it", "previous_hash", "hash"),
    ...pseudonymised(AUDIT, "actor_id", "target_id"),
    ...told(AUDIT, "at", "claimed_by", "ip", "request_id"),
    ...erased(AUDIT, "before", "after", "reason"),
  },
  audit_pending: {
    ...notPersonal("the event's name", "id"),
    // Empty outside of a transaction.
    ...erased(AUDIT, "event"),
  },
  audit_chain: notPersonal("where the chain of events ends", "id", "seq", "hash", "started_after"),
  audit_heads: notPersonal(
    "signatures of the gateway's own",
    "seq",
    "hash",
    "at",
    "key_id",
    "public_key",
    "signature",
  ),
  settings: {
    ...notPersonal("how the gateway is set up", "name", "value"),
    ...erased(AUDIT, "updated_by"),
    ...notPersonal(TIMES, "updated_at"),
  },
  stored_deployments: {
    ...notPersonal(
      "a provider's model and how it is reached",
      "id",
      "model_name",
      "params",
      "sealed",
      "model_info",
    ),
    ...erased(ACCESS, "created_by", "updated_by"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  alerts: {
    ...notPersonal(
      "what happened, and to what kind of thing",
      "id",
      "at",
      "kind",
      "subject_kind",
      "cause",
      "severity",
      "resolved_at",
    ),
    ...erased(CALLS, "subject_id", "subject_name", "message", "data"),
  },
  console_accounts: {
    ...pseudonymised(ACCOUNT, "user_id"),
    ...erased(ACCOUNT, "password_hash", "totp_sealed", "recovery_hashes", "oidc_subject"),
    ...told(ACCOUNT, "totp_confirmed_at", "last_signed_in_at"),
    ...notPersonal(
      "a counter that ends sessions or refuses a used code",
      "session_version",
      "totp_last_step",
    ),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  console_sessions: {
    ...erased(SESSIONS, "id"),
    ...pseudonymised(SESSIONS, "user_id"),
    ...told(SESSIONS, "created_at", "last_seen_at", "ip", "user_agent"),
    ...notPersonal("which sessions a change of rights ended", "session_version"),
    ...notPersonal(TIMES, "expires_at", "ended_at"),
  },
  console_codes: {
    ...erased(ACCOUNT, "code_hash", "email", "created_by"),
    ...notPersonal("what the code is good for", "kind", "role", "team_id"),
    ...notPersonal(TIMES, "created_at", "expires_at", "used_at"),
  },
  ...GOVERN_DATA,
  shin_migrations: {
    ...notPersonal("which schema this database has", "version", "tag", "hash", "applied_at"),
  },
} as const satisfies Readonly<Record<string, Table>>;

/**
 * Which rows of which table are about a person, and which of their columns the person is told. The registry decides about
 * columns; what stands here narrows it to the person: a row may name others, and those are not told.
 */
import type { PERSONAL_DATA } from "../registry.ts";
import type { SubjectKind } from "./subject.ts";

export type PersonalTable = keyof typeof PERSONAL_DATA;

/** One way in which a row is the person's: a column that names them, where another says of what kind the name is. */
export interface Match {
  readonly column: string;
  readonly where?: { readonly column: string; readonly is: string };
  /** The column names a key of the person's, or the person as a member of a team. */
  readonly through?: "key" | "membership";
}

export interface ToldTable {
  readonly table: PersonalTable;
  /** Any of them makes the row the person's. */
  readonly by: readonly Match[];
  /** Told only where the value is the person's own id: elsewhere it names somebody else. */
  readonly mine?: readonly string[];
  /** Told only in rows that match by the first of `by`: in the others they are somebody else's. */
  readonly asFirst?: readonly string[];
  /** Another person's in rows where that column names one. */
  readonly unless?: { readonly column: string; readonly names: readonly string[] };
  /** Personal, but another person's or the application's. */
  readonly leaveOut?: readonly string[];
  /** Not personal by itself, and needed to understand the row. */
  readonly besides?: readonly string[];
}

const is = (column: string, value: string) => ({ column, is: value });
const by = (...columns: string[]): Match[] => columns.map((column) => ({ column }));
const CALL = [
  "id",
  "model",
  "model_group",
  "provider",
  "stream",
  "outcome",
  "status_code",
  "error_code",
  "rule",
  "prompt_tokens",
  "completion_tokens",
  "cost_nano_usd",
  "duration_ms",
];

/** What both kinds of people have. */
function ofBoth(kind: SubjectKind): ToldTable[] {
  const subject: Match = { column: "subject_id", where: is("subject_kind", kind) };
  return [
    {
      table: "privacy_requests",
      by: [subject, ...(kind === "user" ? by("assignee", "approved_by", "created_by") : [])],
      mine: ["subject_id", "assignee", "approved_by", "created_by"],
      asFirst: ["outcome"],
      besides: ["id", "type", "step"],
    },
    {
      table: "privacy_holds",
      by: [subject, ...(kind === "user" ? by("created_by", "end_asked_by", "ended_by") : [])],
      mine: ["subject_id", "created_by", "end_asked_by", "ended_by"],
      besides: ["id", "kind", "created_at", "ended_at"],
    },
    {
      table: "budget_requests",
      by: [subject, ...(kind === "user" ? by("requested_by", "decided_by") : [])],
      mine: ["subject_id", "requested_by", "decided_by"],
      besides: ["id", "state", "amount_nano_usd", "granted_nano_usd", "requested_at", "decided_at"],
    },
  ];
}

const OF_USERS: readonly ToldTable[] = [
  { table: "users", by: by("id"), besides: ["blocked", "max_budget_nano_usd", "spend_nano_usd"] },
  { table: "memberships", by: by("user_id"), besides: ["max_budget_nano_usd"] },
  { table: "console_accounts", by: by("user_id"), besides: ["created_at"] },
  { table: "console_sessions", by: by("user_id"), besides: ["expires_at", "ended_at"] },
  { table: "virtual_keys", by: by("user_id"), besides: ["id", "models", "expires_at", "deleted_at"] },
  // The end user of a call is the application's customer: another person.
  { table: "spend_records", by: by("user_id"), leaveOut: ["end_user"], besides: CALL },
  {
    table: "spend_hourly",
    by: by("user_id"),
    besides: ["hour", "model_group", "requests", "prompt_tokens", "completion_tokens", "cost_nano_usd"],
  },
  {
    table: "budget_spend",
    by: [
      { column: "subject_id", where: is("kind", "user") },
      { column: "subject_id", where: is("kind", "team_member"), through: "membership" },
    ],
    besides: ["kind", "budget", "period_started_at", "spend_nano_usd"],
  },
  {
    table: "call_contents",
    by: by("user_id"),
    leaveOut: ["end_user"],
    // What an application's customer wrote is the customer's.
    unless: { column: "end_user", names: ["sealed_request", "sealed_answer"] },
    besides: ["record_id"],
  },
  { table: "saved_views", by: by("user_id"), besides: ["id"] },
  {
    table: "audit_events",
    by: [
      { column: "actor_id" },
      { column: "actor_id", through: "key" },
      { column: "target_id", where: is("target_kind", "user") },
    ],
    mine: ["actor_id", "target_id"],
    asFirst: ["claimed_by", "ip", "request_id"],
    besides: ["seq", "action", "target_kind", "outcome"],
  },
  { table: "jobs", by: by("started_by"), besides: ["id", "kind", "state", "created_at"] },
  {
    table: "attestations",
    by: by("by_user", "withdrawn_by"),
    mine: ["by_user", "withdrawn_by"],
    besides: ["id", "check_id", "kind", "at"],
  },
  {
    table: "incidents",
    by: by("opened_by", "approved_by", "closed_by"),
    mine: ["opened_by", "approved_by", "closed_by"],
    besides: ["id", "state", "opened_at"],
  },
  { table: "incident_steps", by: by("by"), besides: ["incident_id", "number", "at", "action"] },
  {
    table: "freezes",
    by: [{ column: "scope_id", where: is("scope_kind", "user") }, ...by("by", "lifted_by")],
    mine: ["scope_id", "by", "lifted_by"],
    besides: ["id", "scope_kind", "at", "lifted_at"],
  },
  { table: "master_keys", by: by("created_by"), besides: ["first_seen_at", "valid_until"] },
  {
    table: "access_reviews",
    by: by("started_by", "finished_by"),
    mine: ["started_by", "finished_by"],
    besides: ["id", "state", "started_at", "finished_at"],
  },
  {
    table: "access_review_items",
    by: by("user_id", "decided_by"),
    mine: ["user_id", "decided_by"],
    besides: ["review_id", "decision", "decided_at"],
  },
  {
    table: "alert_channels",
    by: by("created_by", "updated_by"),
    mine: ["created_by", "updated_by"],
    besides: ["id", "kind", "created_at", "updated_at"],
  },
  ...ofBoth("user"),
];

const OF_END_USERS: readonly ToldTable[] = [
  { table: "end_users", by: by("id"), besides: ["blocked", "updated_at"] },
  // Key's owner and address are the application's.
  { table: "spend_records", by: by("end_user"), leaveOut: ["user_id", "ip"], besides: CALL },
  {
    table: "budget_spend",
    by: [{ column: "subject_id", where: is("kind", "end_user") }],
    besides: ["budget", "period_started_at", "spend_nano_usd"],
  },
  {
    table: "call_contents",
    by: by("end_user"),
    leaveOut: ["user_id"],
    besides: ["record_id"],
  },
  {
    table: "audit_events",
    by: [{ column: "target_id", where: is("target_kind", "end_user") }],
    mine: ["target_id"],
    leaveOut: ["actor_id", "claimed_by", "ip", "request_id"],
    besides: ["seq", "action", "target_kind", "outcome"],
  },
  ...ofBoth("end_user"),
];

export const TOLD_TABLES: Readonly<Record<SubjectKind, readonly ToldTable[]>> = {
  user: OF_USERS,
  end_user: OF_END_USERS,
};

/** Personal tables that no export reads, and why. */
export const NOT_TOLD: Readonly<Partial<Record<PersonalTable, string>>> = {
  request_log: "a view: the same rows stand in spend_records",
  spend_span_sums: "sums of the rows of spend_hourly, which are told",
};

/** Checks and what people attest; incidents and freezes; reviews of access; requests for budget. */
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { count, instant, nanoUsd } from "./columns.ts";

/** Each run of each compliance check. */
export const checkResults = pgTable(
  "check_results",
  {
    checkId: text("check_id").notNull(),
    at: instant("at").notNull(),
    runId: text("run_id").notNull(),
    /** passed, attested, waived, failed, unknown, not_applicable */
    result: text("result").notNull(),
    evidence: jsonb("evidence").$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.checkId, table.at] }), index("check_results_at").on(table.at)],
);

/** What a person vouches for, and checks that are set aside for a while. */
export const attestations = pgTable(
  "attestations",
  {
    id: text("id").primaryKey(),
    checkId: text("check_id").notNull(),
    /** attestation or waiver */
    kind: text("kind").notNull(),
    statement: text("statement").notNull(),
    document: text("document"),
    byUser: text("by_user").notNull(),
    at: instant("at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    withdrawnAt: instant("withdrawn_at"),
    withdrawnBy: text("withdrawn_by"),
  },
  (table) => [index("attestations_check").on(table.checkId, table.at)],
);

export const incidents = pgTable("incidents", {
  id: text("id").primaryKey(),
  /** open, closed */
  state: text("state").notNull(),
  drill: boolean("drill").notNull().default(false),
  reason: text("reason").notNull(),
  scope: jsonb("scope").$type<Record<string, unknown>>().notNull(),
  impact: jsonb("impact").$type<Record<string, unknown>>(),
  openedBy: text("opened_by").notNull(),
  openedAt: instant("opened_at").notNull(),
  /** A second person's consent to what cannot be undone. */
  approvedBy: text("approved_by"),
  approvedAt: instant("approved_at"),
  closedBy: text("closed_by"),
  closedAt: instant("closed_at"),
  evidence: jsonb("evidence").$type<Record<string, unknown>>(),
});

export const incidentSteps = pgTable(
  "incident_steps",
  {
    incidentId: text("incident_id").notNull(),
    number: integer("number").notNull(),
    at: instant("at").notNull(),
    by: text("by").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.incidentId, table.number] })],
);

/** Calls of a scope are denied until the freeze is lifted. */
export const freezes = pgTable("freezes", {
  id: text("id").primaryKey(),
  incidentId: text("incident_id"),
  /** all, key, team, user, ip, created_since, master_key */
  scopeKind: text("scope_kind").notNull(),
  scopeId: text("scope_id").notNull(),
  /** Of a freeze by address: the keys that had been used from there when it was made. */
  keyIds: text("key_ids").array().notNull().default([]),
  reason: text("reason").notNull(),
  /** Whether refused callers are told the reason. */
  reasonShown: boolean("reason_shown").notNull().default(false),
  by: text("by").notNull(),
  at: instant("at").notNull(),
  liftedBy: text("lifted_by"),
  liftedAt: instant("lifted_at"),
});

/** Master keys beside the configured one, by hash: one that replaces it, and one that is good for a while yet. */
export const masterKeys = pgTable("master_keys", {
  /** HMAC of the key's SHA-256 under a secret of the installation: whoever can write here cannot make a master key. */
  hash: text("hash").primaryKey(),
  /** Length, for the checks. */
  length: integer("length").notNull(),
  firstSeenAt: instant("first_seen_at").notNull(),
  validUntil: instant("valid_until"),
  /** Opens where the configuration does not name it: made by a rotation, or in the grace of one. */
  alone: boolean("alone").notNull().default(false),
  uses: count("uses").notNull().default(0),
  usesAfterRotation: count("uses_after_rotation").notNull().default(0),
  lastUsedAt: instant("last_used_at"),
  /** Who used it after it was replaced, the latest first: address, client, when, how often. */
  clients: jsonb("clients").$type<Record<string, unknown>[]>().notNull().default([]),
  createdBy: text("created_by").notNull(),
});

/** Networks a key was used from: a new one is worth a look. */
export const keyNetworks = pgTable(
  "key_networks",
  {
    keyId: text("key_id").notNull(),
    network: text("network").notNull(),
    firstSeenAt: instant("first_seen_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.network] })],
);

export const accessReviews = pgTable("access_reviews", {
  id: text("id").primaryKey(),
  /** open, signed, abandoned */
  state: text("state").notNull(),
  startedBy: text("started_by").notNull(),
  startedAt: instant("started_at").notNull(),
  finishedBy: text("finished_by"),
  finishedAt: instant("finished_at"),
  /** What was decided, with its signature. */
  record: jsonb("record").$type<Record<string, unknown>>(),
});

export const accessReviewItems = pgTable(
  "access_review_items",
  {
    reviewId: text("review_id").notNull(),
    userId: text("user_id").notNull(),
    /** Name, role, teams, keys and last sign-in as they were when the review began. */
    seen: jsonb("seen").$type<Record<string, unknown>>().notNull(),
    /** keep, remove; null: undecided */
    decision: text("decision"),
    decidedBy: text("decided_by"),
    decidedAt: instant("decided_at"),
    note: text("note"),
  },
  (table) => [primaryKey({ columns: [table.reviewId, table.userId] })],
);

/** Somebody asks for more budget. */
export const budgetRequests = pgTable(
  "budget_requests",
  {
    id: text("id").primaryKey(),
    /** open, approved, declined, withdrawn */
    state: text("state").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    amountNanoUsd: nanoUsd("amount_nano_usd").notNull(),
    untilAt: instant("until_at"),
    reason: text("reason").notNull(),
    requestedBy: text("requested_by").notNull(),
    requestedAt: instant("requested_at").notNull(),
    decidedBy: text("decided_by"),
    decidedAt: instant("decided_at"),
    decisionReason: text("decision_reason"),
    grantedNanoUsd: nanoUsd("granted_nano_usd"),
    grantedUntil: instant("granted_until"),
  },
  (table) => [index("budget_requests_state").on(table.state, table.requestedAt)],
);

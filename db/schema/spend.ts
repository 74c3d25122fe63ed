/**
 * Spend records, one a call, and the hourly rollups that move in the same statement. `spend_records` is partitioned by
 * day of `started_at` (the migration says so; drizzle cannot), so retention drops partitions instead of deleting rows.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { count, instant, nanoUsd } from "./columns.ts";

/** Kind, subject, budget, and the start of its period in milliseconds; 0 for a budget without periods. */
export type StoredCharge = readonly [kind: string, subjectId: string, budget: string, periodStartMs: number];

export const spendRecords = pgTable(
  "spend_records",
  {
    id: text("id").notNull(),
    startedAt: instant("started_at").notNull(),
    /** started, then settled */
    state: text("state").notNull(),
    /** ok, refused, failed, timeout, client_closed, interrupted */
    outcome: text("outcome"),
    /** Data folder and start of the process that owns a `started` row; tells a restart which rows were cut off. */
    instanceId: text("instance_id").notNull(),
    instanceBoot: integer("instance_boot").notNull(),
    callType: text("call_type").notNull(),
    statusCode: smallint("status_code"),
    keyId: text("key_id").notNull(),
    userId: text("user_id").notNull().default(""),
    teamId: text("team_id").notNull().default(""),
    endUser: text("end_user"),
    /** As the client asked for it. */
    model: text("model").notNull(),
    modelGroup: text("model_group").notNull(),
    deploymentId: text("deployment_id").notNull().default(""),
    provider: text("provider").notNull().default(""),
    upstreamModel: text("upstream_model"),
    stream: boolean("stream").notNull().default(false),
    promptTokens: bigint("prompt_tokens", { mode: "number" }).notNull().default(0),
    completionTokens: bigint("completion_tokens", { mode: "number" }).notNull().default(0),
    cacheReadTokens: bigint("cache_read_tokens", { mode: "number" }).notNull().default(0),
    cacheWriteTokens: bigint("cache_write_tokens", { mode: "number" }).notNull().default(0),
    reasoningTokens: bigint("reasoning_tokens", { mode: "number" }).notNull().default(0),
    /** provider, estimated or none */
    usageSource: text("usage_source").notNull().default("none"),
    /** While started: what was reserved; a call that was cut off is settled at it. */
    costNanoUsd: nanoUsd("cost_nano_usd").notNull().default(sql`0`),
    unpriced: boolean("unpriced").notNull().default(false),
    /** Start of the key's budget period that the cost belongs to. */
    keyPeriodStartedAt: instant("key_period_started_at"),
    userPeriodStartedAt: instant("user_period_started_at"),
    teamPeriodStartedAt: instant("team_period_started_at"),
    durationMs: real("duration_ms"),
    firstByteMs: real("first_byte_ms"),
    attempts: smallint("attempts").notNull().default(0),
    ip: text("ip"),
    clientRequestId: text("client_request_id"),
    responseId: text("response_id"),
    errorCode: text("error_code"),
    /** The rule that refused. */
    rule: text("rule"),
    tags: text("tags").array(),
    /** Rows of `budget_spend` that the cost will move; null once it has: the record is settled. */
    charges: jsonb("charges").$type<readonly StoredCharge[]>(),
    /** `x-litellm-spend-logs-metadata`. */
    metadata: jsonb("metadata").$type<Record<string, unknown>>(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.startedAt] }),
    index("spend_records_key").on(table.keyId, table.startedAt),
    // Ids that others gave: looked for by people, who have nothing else in hand.
    index("spend_records_client").on(table.clientRequestId).where(sql`client_request_id is not null`),
    index("spend_records_response").on(table.responseId).where(sql`response_id is not null`),
  ],
);

export const spendHourly = pgTable(
  "spend_hourly",
  {
    hour: instant("hour").notNull(),
    keyId: text("key_id").notNull(),
    userId: text("user_id").notNull(),
    teamId: text("team_id").notNull(),
    modelGroup: text("model_group").notNull(),
    provider: text("provider").notNull(),
    requests: count("requests").notNull(),
    failures: count("failures").notNull(),
    refusals: count("refusals").notNull(),
    promptTokens: count("prompt_tokens").notNull(),
    completionTokens: count("completion_tokens").notNull(),
    cacheReadTokens: count("cache_read_tokens").notNull(),
    cacheWriteTokens: count("cache_write_tokens").notNull(),
    reasoningTokens: count("reasoning_tokens").notNull(),
    costNanoUsd: nanoUsd("cost_nano_usd").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.hour, table.keyId, table.userId, table.teamId, table.modelGroup, table.provider],
    }),
    index("spend_hourly_key").on(table.keyId, table.hour),
    // A call that is added to a row touches none of these: they cost something once an hour and caller.
    index("spend_hourly_user").on(table.userId, table.hour),
    index("spend_hourly_team").on(table.teamId, table.hour).where(sql`team_id <> ''`),
    index("spend_hourly_model").on(table.modelGroup, table.hour),
    index("spend_hourly_refused").on(table.hour).where(sql`refusals > 0`),
    index("spend_hourly_failed").on(table.hour).where(sql`failures > 0`),
  ],
);

/**
 * Days that are over, summed once more by each dimension alone, so that months need not be added up from the hours of every
 * key: the days of the reporting zone, cut at full hours. Whatever is written into such a day later (a record that waited
 * for the database, an erasure) takes its row away in the same transaction, by a trigger; then the hours count again until
 * the day is summed anew. A backup fills tables in the order of their names: these come after `spend_hourly`.
 */
export const spendSpans = pgTable("spend_spans", {
  startsAt: instant("starts_at").primaryKey(),
  /** Exclusive. */
  endsAt: instant("ends_at").notNull(),
});

export const spendSpanSums = pgTable(
  "spend_span_sums",
  {
    startsAt: instant("starts_at")
      .notNull()
      .references(() => spendSpans.startsAt, { onDelete: "cascade" }),
    /** key_id, user_id, team_id, model_group, provider; own_user: what no team pays for; all: the whole gateway, with no id */
    dimension: text("dimension").notNull(),
    id: text("id").notNull(),
    requests: count("requests").notNull(),
    failures: count("failures").notNull(),
    refusals: count("refusals").notNull(),
    promptTokens: count("prompt_tokens").notNull(),
    completionTokens: count("completion_tokens").notNull(),
    cacheReadTokens: count("cache_read_tokens").notNull(),
    cacheWriteTokens: count("cache_write_tokens").notNull(),
    reasoningTokens: count("reasoning_tokens").notNull(),
    costNanoUsd: nanoUsd("cost_nano_usd").notNull(),
  },
  (table) => [primaryKey({ columns: [table.startsAt, table.dimension, table.id] })],
);

/**
 * What was spent of every budget but the main ones of keys, users and teams (those stand in their rows): one row a
 * period, moved by the statement that settles. Also the whole spend of each end user and tag, with budget `life`.
 */
export const budgetSpend = pgTable(
  "budget_spend",
  {
    kind: text("kind").notNull(),
    subjectId: text("subject_id").notNull(),
    budget: text("budget").notNull(),
    /** 1970 for a budget without periods. */
    periodStartedAt: instant("period_started_at").notNull(),
    spendNanoUsd: nanoUsd("spend_nano_usd").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.subjectId, table.budget, table.periodStartedAt] })],
);

/** Virtual keys. The secret itself is nowhere: its SHA-256, its start and its last four characters are. */
import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { count, finerLimits, instant, nanoUsd } from "./columns.ts";

export const virtualKeys = pgTable(
  "virtual_keys",
  {
    id: text("id").primaryKey(),
    /** Lower-case hex; LiteLLM's `token`. */
    secretHash: text("secret_hash").notNull(),
    secretStart: text("secret_start").notNull(),
    secretLast4: text("secret_last4").notNull(),
    /** The secret before the last rotation works until its grace ends. */
    previousSecretHash: text("previous_secret_hash"),
    previousSecretExpiresAt: instant("previous_secret_expires_at"),
    alias: text("alias"),
    userId: text("user_id"),
    teamId: text("team_id"),
    organizationId: text("organization_id"),
    /** Empty: every model. */
    models: text("models").array().notNull().default([]),
    /** Requested name -> name used instead. */
    aliases: jsonb("aliases").$type<Record<string, string>>().notNull().default({}),
    expiresAt: instant("expires_at"),
    duration: text("duration"),
    rpmLimit: count("rpm_limit"),
    tpmLimit: count("tpm_limit"),
    maxParallelRequests: integer("max_parallel_requests"),
    maxBudgetNanoUsd: nanoUsd("max_budget_nano_usd"),
    softBudgetNanoUsd: nanoUsd("soft_budget_nano_usd"),
    budgetDuration: text("budget_duration"),
    /** The shared tier whose values fill what the key leaves open. */
    budgetId: text("budget_id"),
    limits: finerLimits(),
    spendNanoUsd: nanoUsd("spend_nano_usd").notNull().default(sql`0`),
    spendPeriodStartedAt: instant("spend_period_started_at"),
    allowedRoutes: text("allowed_routes").array().notNull().default([]),
    tags: text("tags").array().notNull().default([]),
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    permissions: jsonb("permissions").$type<Record<string, unknown>>().notNull().default({}),
    blocked: boolean("blocked").notNull().default(false),
    rotationCount: integer("rotation_count").notNull().default(0),
    lastRotatedAt: instant("last_rotated_at"),
    /** LiteLLM's auto_rotate and rotation_interval (`90d`). */
    autoRotate: boolean("auto_rotate").notNull().default(false),
    rotationInterval: text("rotation_interval"),
    rotateAt: instant("rotate_at"),
    /** A rotation is due: the secret ends then, unless its owner has taken a new one. */
    collectBy: instant("collect_by"),
    lastUsedAt: instant("last_used_at"),
    createdBy: text("created_by").notNull(),
    updatedBy: text("updated_by").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    deletedAt: instant("deleted_at"),
    deletedBy: text("deleted_by"),
  },
  (table) => [
    uniqueIndex("virtual_keys_secret_hash").on(table.secretHash),
    uniqueIndex("virtual_keys_previous_secret_hash").on(table.previousSecretHash),
    uniqueIndex("virtual_keys_alias").on(table.alias).where(sql`deleted_at is null`),
    index("virtual_keys_user").on(table.userId, table.createdAt),
    index("virtual_keys_team").on(table.teamId, table.createdAt),
  ],
);

/** Shared tiers that keys, end users, members and tags point to with `budget_id`. */
export const budgets = pgTable("budgets", {
  id: text("id").primaryKey(),
  maxBudgetNanoUsd: nanoUsd("max_budget_nano_usd"),
  softBudgetNanoUsd: nanoUsd("soft_budget_nano_usd"),
  budgetDuration: text("budget_duration"),
  rpmLimit: count("rpm_limit"),
  tpmLimit: count("tpm_limit"),
  maxParallelRequests: integer("max_parallel_requests"),
  limits: finerLimits(),
  createdBy: text("created_by").notNull(),
  updatedBy: text("updated_by").notNull().default(""),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** Users, teams and who belongs to which. */
import { sql } from "drizzle-orm";
import { boolean, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { count, instant, nanoUsd } from "./columns.ts";

const limits = () => ({
  models: text("models").array().notNull().default([]),
  rpmLimit: count("rpm_limit"),
  tpmLimit: count("tpm_limit"),
  maxParallelRequests: integer("max_parallel_requests"),
  maxBudgetNanoUsd: nanoUsd("max_budget_nano_usd"),
  softBudgetNanoUsd: nanoUsd("soft_budget_nano_usd"),
  budgetDuration: text("budget_duration"),
  /** Spend of the period that `spend_period_started_at` names; older periods count as nothing. */
  spendNanoUsd: nanoUsd("spend_nano_usd").notNull().default(sql`0`),
  spendPeriodStartedAt: instant("spend_period_started_at"),
  metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
  blocked: boolean("blocked").notNull().default(false),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    email: text("email"),
    alias: text("alias"),
    /** LiteLLM's role names: proxy_admin, proxy_admin_viewer, internal_user, internal_user_viewer. */
    role: text("role").notNull().default("internal_user"),
    ...limits(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

export const teams = pgTable("teams", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  ...limits(),
});

export const memberships = pgTable(
  "memberships",
  {
    teamId: text("team_id")
      .notNull()
      .references(() => teams.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    /** admin or user */
    role: text("role").notNull().default("user"),
    maxBudgetNanoUsd: nanoUsd("max_budget_nano_usd"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] })],
);

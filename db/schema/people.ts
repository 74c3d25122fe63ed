/** Users, teams and who belongs to which; end users and tags, which calls name. */
import { sql } from "drizzle-orm";
import { boolean, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { count, finerLimits, instant, nanoUsd } from "./columns.ts";

/** What an owner may do and spend. */
const ceilings = () => ({
  models: text("models").array().notNull().default([]),
  rpmLimit: count("rpm_limit"),
  tpmLimit: count("tpm_limit"),
  maxParallelRequests: integer("max_parallel_requests"),
  maxBudgetNanoUsd: nanoUsd("max_budget_nano_usd"),
  softBudgetNanoUsd: nanoUsd("soft_budget_nano_usd"),
  budgetDuration: text("budget_duration"),
  limits: finerLimits(),
  metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
  blocked: boolean("blocked").notNull().default(false),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

const spend = () => ({
  /** Spend of the period that `spend_period_started_at` names; older periods count as nothing. */
  spendNanoUsd: nanoUsd("spend_nano_usd").notNull().default(sql`0`),
  spendPeriodStartedAt: instant("spend_period_started_at"),
});

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    email: text("email"),
    alias: text("alias"),
    /** LiteLLM's role names: proxy_admin, proxy_admin_viewer, internal_user, internal_user_viewer. */
    role: text("role").notNull().default("internal_user"),
    /** person, service (an account for programs, which nobody signs in to) or drill (made up) */
    kind: text("kind").notNull().default("person"),
    ...ceilings(),
    ...spend(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

export const teams = pgTable("teams", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  ...ceilings(),
  ...spend(),
  /** What members get that have no values of their own: `team_member_budget` and the like. */
  memberDefaults: jsonb("member_defaults").$type<MemberLimits>().notNull().default({}),
  /** Routes that members may call for the team, such as `/key/generate`. */
  memberPermissions: text("member_permissions").array().notNull().default([]),
});

export interface MemberLimits {
  readonly maxBudgetNanoUsd?: string;
  readonly budgetDuration?: string;
  readonly rpm?: number;
  readonly tpm?: number;
  /** Lifetime of the keys that members make. */
  readonly keyDuration?: string;
}

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
    budgetDuration: text("budget_duration"),
    rpmLimit: count("rpm_limit"),
    tpmLimit: count("tpm_limit"),
    budgetId: text("budget_id"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] })],
);

/** People behind the applications (LiteLLM's customers). A call may name one that has no row: it has the defaults then. */
export const endUsers = pgTable("end_users", {
  id: text("id").primaryKey(),
  alias: text("alias"),
  budgetId: text("budget_id"),
  ...ceilings(),
  /** Model used when a call of this end user names none that it may use. */
  defaultModel: text("default_model"),
});

export const tags = pgTable("tags", {
  name: text("name").primaryKey(),
  description: text("description"),
  budgetId: text("budget_id"),
  ...ceilings(),
});

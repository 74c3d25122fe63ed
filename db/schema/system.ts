/** Settings, stored deployments and alerts. */
import { index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const settings = pgTable("settings", {
  name: text("name").primaryKey(),
  value: jsonb("value").$type<unknown>().notNull(),
  updatedBy: text("updated_by").notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** Deployments made with `/model/new`; those of config.yaml are not here. */
export const storedDeployments = pgTable("stored_deployments", {
  id: text("id").primaryKey(),
  modelName: text("model_name").notNull(),
  /** `litellm_params` without its credentials. */
  params: jsonb("params").$type<Record<string, unknown>>().notNull(),
  /** Credentials by name, AES-256-GCM under `SHIN_ENCRYPTION_KEY`. */
  sealed: text("sealed"),
  modelInfo: jsonb("model_info").$type<Record<string, unknown>>().notNull().default({}),
  createdBy: text("created_by").notNull(),
  updatedBy: text("updated_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** What operators were told, once a period and cause. */
export const alerts = pgTable(
  "alerts",
  {
    id: text("id").primaryKey(),
    at: instant("at").notNull().defaultNow(),
    /** budget_soft, limits_local, counter_drift, ... */
    kind: text("kind").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    subjectName: text("subject_name").notNull(),
    /** What makes a second alert the same as the first: the budget and the start of its period. */
    cause: text("cause").notNull(),
    message: text("message").notNull(),
    data: jsonb("data").$type<Record<string, unknown>>().notNull().default({}),
    /** info, warning, critical */
    severity: text("severity").notNull().default("warning"),
    /** What caused it is over. */
    resolvedAt: instant("resolved_at"),
  },
  (table) => [
    uniqueIndex("alerts_once").on(table.kind, table.subjectKind, table.subjectId, table.cause),
    index("alerts_at").on(table.at),
  ],
);

/** Where alerts go and went, backups, and views that people keep. */
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";

export const alertChannels = pgTable("alert_channels", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** webhook, slack, email */
  kind: text("kind").notNull(),
  /** What may be seen: host of the address, recipients, quiet hours. */
  settings: jsonb("settings").$type<Record<string, unknown>>().notNull(),
  /** Address and signing secret under SHIN_ENCRYPTION_KEY. */
  sealed: text("sealed"),
  /** Kinds of alert; empty: all. */
  events: text("events").array().notNull().default([]),
  enabled: boolean("enabled").notNull().default(true),
  testedAt: instant("tested_at"),
  testResult: text("test_result"),
  createdBy: text("created_by").notNull(),
  updatedBy: text("updated_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export const alertDeliveries = pgTable(
  "alert_deliveries",
  {
    alertId: text("alert_id").notNull(),
    channelId: text("channel_id").notNull(),
    /** waiting, sent, failed */
    state: text("state").notNull(),
    attempts: integer("attempts").notNull().default(0),
    at: instant("at").notNull(),
    error: text("error"),
  },
  (table) => [
    primaryKey({ columns: [table.alertId, table.channelId] }),
    index("alert_deliveries_state").on(table.state, table.at),
  ],
);

export const backups = pgTable("backups", {
  id: text("id").primaryKey(),
  at: instant("at").notNull(),
  file: text("file").notNull(),
  sizeBytes: count("size_bytes").notNull(),
  sha256: text("sha256").notNull(),
  verifiedAt: instant("verified_at"),
  removedAt: instant("removed_at"),
});

export const savedViews = pgTable(
  "saved_views",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    page: text("page").notNull(),
    name: text("name").notNull(),
    /** The query of the page's address. */
    query: text("query").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [uniqueIndex("saved_views_name").on(table.userId, table.page, table.name)],
);

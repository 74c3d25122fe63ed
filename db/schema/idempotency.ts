/** Requests that were sent with an `Idempotency-Key`: that they run, that they acted, and for a day what was answered. */
import { boolean, index, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const idempotentRequests = pgTable(
  "idempotent_requests",
  {
    /** A keyed hash of caller, method, path and key. */
    id: text("id").primaryKey(),
    /** A keyed hash of the query and the body that came with it. */
    fingerprint: text("fingerprint").notNull(),
    /** Of the request that runs or ran: its audit events have the same. */
    requestId: text("request_id").notNull(),
    /** Set in the transaction of the change itself, so that it says whether there was one. */
    acted: boolean("acted").notNull().default(false),
    /** Status, headers and body, sealed: a new key's secret may be in it. Null while it runs, and when it was lost. */
    answer: text("answer"),
    /** Until when it may be thought to run still. */
    heldUntil: instant("held_until").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [index("idempotent_requests_created").on(table.createdAt)],
);

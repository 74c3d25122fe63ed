/** Work that outlives a request: exports, erasures, backups, deliveries. Its files stand here too, for every instance to send. */
import { sql } from "drizzle-orm";
import {
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";

const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

export const jobs = pgTable(
  "jobs",
  {
    id: text("id").primaryKey(),
    kind: text("kind").notNull(),
    /** queued, running, done, failed, cancelled */
    state: text("state").notNull(),
    /** While queued or running there is no second job with the same one; null: as many as asked for. */
    uniqueKey: text("unique_key"),
    input: jsonb("input").$type<Record<string, unknown>>().notNull().default({}),
    /** `{done, total, note}` for people, `cursor` for the next attempt. */
    progress: jsonb("progress").$type<Record<string, unknown>>().notNull().default({}),
    result: jsonb("result").$type<Record<string, unknown>>(),
    /** A sentence for people. */
    error: text("error"),
    attempts: integer("attempts").notNull().default(0),
    startedBy: text("started_by").notNull().default("system"),
    /** Which instance runs it, and until when it may be thought alive. */
    heldBy: text("held_by"),
    heldUntil: instant("held_until"),
    cancelAskedAt: instant("cancel_asked_at"),
    runAfter: instant("run_after").notNull().defaultNow(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    index("jobs_due").on(table.state, table.runAfter),
    index("jobs_created").on(table.createdAt),
    uniqueIndex("jobs_unique").on(table.uniqueKey).where(sql`state in ('queued', 'running')`),
  ],
);

export const jobFiles = pgTable("job_files", {
  jobId: text("job_id").primaryKey(),
  name: text("name").notNull(),
  contentType: text("content_type").notNull(),
  sizeBytes: count("size_bytes").notNull().default(0),
  /** Hex, once the file is whole. */
  sha256: text("sha256"),
  expiresAt: instant("expires_at").notNull(),
  /** SHA-256 of the secret in a link that needs no session; null: there is none. */
  linkHash: text("link_hash"),
  linkExpiresAt: instant("link_expires_at"),
  /** A link opens the file once. */
  linkUsedAt: instant("link_used_at"),
});

export const jobFileParts = pgTable(
  "job_file_parts",
  {
    jobId: text("job_id")
      .notNull()
      .references(() => jobFiles.jobId, { onDelete: "cascade" }),
    part: integer("part").notNull(),
    bytes: bytes("bytes").notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.part] })],
);

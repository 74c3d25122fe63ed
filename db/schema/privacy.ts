/** What is owed to the people in the data: their requests, the keys that seal what the audit log says of them, and holds. */
import { sql } from "drizzle-orm";
import { boolean, index, jsonb, pgTable, smallint, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const privacyRequests = pgTable(
  "privacy_requests",
  {
    id: text("id").primaryKey(),
    /** access, portability, erasure, restriction, rectification */
    type: text("type").notNull(),
    /** user or end_user */
    subjectKind: text("subject_kind").notNull(),
    /** Their id; once erased, the pseudonym. */
    subjectId: text("subject_id").notNull(),
    pseudonym: text("pseudonym"),
    /** On a made-up person. */
    drill: boolean("drill").notNull().default(false),
    /** identify, locate, decide, approve, run, done, closed */
    step: text("step").notNull(),
    /** How they were identified. */
    identifiedBy: text("identified_by"),
    note: text("note"),
    /** Records by store. */
    located: jsonb("located").$type<Record<string, unknown>>(),
    decision: jsonb("decision").$type<Record<string, unknown>>(),
    assignee: text("assignee"),
    approvedBy: text("approved_by"),
    approvedAt: instant("approved_at"),
    jobId: text("job_id"),
    certificate: jsonb("certificate").$type<Record<string, unknown>>(),
    receivedAt: instant("received_at").notNull(),
    dueAt: instant("due_at").notNull(),
    extendedReason: text("extended_reason"),
    finishedAt: instant("finished_at"),
    outcome: text("outcome"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [index("privacy_requests_due").on(table.finishedAt, table.dueAt)],
);

/** One for each person that the audit log names. Without its key what is sealed there can be read by nobody. */
export const subjectKeys = pgTable(
  "subject_keys",
  {
    pseudonym: text("pseudonym").primaryKey(),
    /** Keyed hash of kind and id: finds the row without naming the person. Null once destroyed. */
    subjectHash: text("subject_hash"),
    /** Under SHIN_ENCRYPTION_KEY; null once destroyed. */
    sealedKey: text("sealed_key"),
    createdAt: instant("created_at").notNull(),
    destroyedAt: instant("destroyed_at"),
  },
  (table) => [uniqueIndex("subject_keys_hash").on(table.subjectHash)],
);

/** Legal holds and restrictions of processing. */
export const privacyHolds = pgTable(
  "privacy_holds",
  {
    id: text("id").primaryKey(),
    /** hold (nothing is erased) or restriction (no new calls) */
    kind: text("kind").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    reason: text("reason").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    /** When somebody has to look again whether a hold is still needed. It does not end by itself. */
    reviewAt: instant("review_at"),
    /** Who asked that a hold be lifted: somebody else has to say so, too. */
    endAskedBy: text("end_asked_by"),
    endAskedAt: instant("end_asked_at"),
    endedBy: text("ended_by"),
    endedAt: instant("ended_at"),
  },
  (table) => [
    uniqueIndex("privacy_holds_running")
      .on(table.kind, table.subjectKind, table.subjectId)
      .where(sql`ended_at is null`),
  ],
);

/** What was erased, as keyed hashes: a backup that is put back is cleaned with them before it serves. */
export const erasures = pgTable("erasures", {
  id: text("id").primaryKey(),
  at: instant("at").notNull(),
  subjectKind: text("subject_kind").notNull(),
  pseudonym: text("pseudonym").notNull(),
  subjectHashes: text("subject_hashes").array().notNull(),
  certificate: jsonb("certificate").$type<Record<string, unknown>>(),
});

/** Prompts and answers, for those who switch it on: sealed, and gone by their own retention. */
export const callContents = pgTable(
  "call_contents",
  {
    recordId: text("record_id").primaryKey(),
    at: instant("at").notNull(),
    endUser: text("end_user"),
    userId: text("user_id").notNull().default(""),
    sealedRequest: text("sealed_request").notNull(),
    sealedAnswer: text("sealed_answer"),
    /** Of the sealing, for texts that outlive it. */
    format: smallint("format").notNull().default(1),
  },
  (table) => [index("call_contents_at").on(table.at)],
);

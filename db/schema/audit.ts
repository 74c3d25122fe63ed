/** The audit log: the chained events, the door they come in by, the chain's end, and its signed heads. */
import { bigint, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** A trigger writes these rows, and another refuses every change of them: see the migration `audit_chain`. */
export const auditEvents = pgTable(
  "audit_events",
  {
    /** Without gaps from the start of the chain on: a number is given while its transaction commits. */
    seq: bigint("seq", { mode: "number" }).primaryKey(),
    id: text("id").notNull(),
    at: instant("at").notNull().defaultNow(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    /** How the actor was known: master_key, key, session, system. */
    actorAuth: text("actor_auth"),
    /** LiteLLM's `litellm-changed-by` header: what the caller says, never who it is. */
    claimedBy: text("claimed_by"),
    action: text("action").notNull(),
    targetKind: text("target_kind").notNull(),
    targetId: text("target_id").notNull(),
    before: jsonb("before").$type<Record<string, unknown>>(),
    after: jsonb("after").$type<Record<string, unknown>>(),
    outcome: text("outcome").notNull(),
    reason: text("reason"),
    ip: text("ip"),
    requestId: text("request_id"),
    /** Hash of the event before, and of this one: 64 hex digits. Null in events from before the chain. */
    previousHash: text("previous_hash"),
    hash: text("hash"),
  },
  (table) => [
    index("audit_events_target").on(table.targetKind, table.targetId),
    index("audit_events_at").on(table.at),
  ],
);

/** An event on its way into the chain; empty outside of a transaction. */
export const auditPending = pgTable("audit_pending", {
  id: text("id").primaryKey(),
  /** Canonical JSON, the `event` of the record. */
  event: text("event").notNull(),
});

/** The end of the chain: one row, locked while a transaction with events commits. */
export const auditChain = pgTable("audit_chain", {
  id: integer("id").primaryKey(),
  seq: bigint("seq", { mode: "number" }).notNull(),
  hash: text("hash").notNull(),
  /** The last event that is older than the chain; 0 when there was none. */
  startedAfter: bigint("started_after", { mode: "number" }).notNull(),
});

/** What the gateway has signed: that the chain up to `seq` ended in `hash`. */
export const auditHeads = pgTable("audit_heads", {
  seq: bigint("seq", { mode: "number" }).primaryKey(),
  hash: text("hash").notNull(),
  at: instant("at").notNull(),
  keyId: text("key_id").notNull(),
  /** Ed25519, SPKI in base64. */
  publicKey: text("public_key").notNull(),
  /** Over the canonical JSON of `{hash, keyId, number, time}`, in base64. */
  signature: text("signature").notNull(),
});

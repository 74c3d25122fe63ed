/** A record of the audit chain, as it is hashed, exported and verified; and how a row of the database becomes one. */
import { z } from "zod";
import type { StoredEvent } from "#db/queries/audit.ts";
import { canonicalJson, sha256Hex } from "./canonical.ts";

const members = z.record(z.string(), z.unknown()).nullable();

/** One line of an export. Strict: a member that is not covered by the hash would be believed all the same. */
export const recordSchema = z.strictObject({
  number: z.int(),
  /** When its transaction committed, by the database's clock. */
  time: z.string(),
  /** Hash of the record before. */
  previous: z.string(),
  event: z.strictObject({
    id: z.string(),
    actor: z.strictObject({
      kind: z.string(),
      id: z.string(),
      auth: z.string().nullable(),
      claimedBy: z.string().nullable(),
      ip: z.string().nullable(),
    }),
    action: z.string(),
    target: z.strictObject({ kind: z.string(), id: z.string() }),
    before: members,
    after: members,
    outcome: z.string(),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
  }),
  hash: z.string(),
});

export type AuditRecord = z.infer<typeof recordSchema>;

/** The hash that a record must have: of the canonical JSON of all its other members. */
export function hashOf({ event, number, previous, time }: Omit<AuditRecord, "hash">): string {
  return sha256Hex(canonicalJson({ event, number, previous, time }));
}

export function recordOf(row: StoredEvent): AuditRecord {
  return {
    number: Number(row.seq),
    time: row.time,
    previous: row.previous_hash ?? "",
    event: {
      id: row.id,
      actor: {
        kind: row.actor_kind,
        id: row.actor_id,
        auth: row.actor_auth,
        claimedBy: row.claimed_by,
        ip: row.ip,
      },
      action: row.action,
      target: { kind: row.target_kind, id: row.target_id },
      before: row.before,
      after: row.after,
      outcome: row.outcome,
      reason: row.reason,
      requestId: row.request_id,
    },
    hash: row.hash ?? "",
  };
}

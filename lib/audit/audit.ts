/** Audit events: written in the transaction of the change they tell of, or the change does not happen. */
import type { Tx } from "#db/client.ts";
import { auditEvents } from "#db/schema/system.ts";
import { newId } from "../ids.ts";

/** Who changes something, and how that was known. */
export interface Actor {
  readonly kind: "master_key" | "key" | "system";
  readonly id: string;
  /** The `litellm-changed-by` header: a claim. */
  readonly claimedBy: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

export interface AuditEvent {
  /** `key.create`, `team.delete`, ... */
  readonly action: string;
  readonly target: { readonly kind: "key" | "user" | "team" | "setting"; readonly id: string };
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly outcome?: "ok" | "denied";
}

/** Never in an event: hashes open nothing, but they name a secret. */
const LEFT_OUT = new Set(["secretHash", "previousSecretHash"]);

export async function writeAudit(tx: Tx, actor: Actor, nowMs: number, event: AuditEvent): Promise<void> {
  await tx.insert(auditEvents).values({
    id: newId("evt", nowMs),
    actorKind: actor.kind,
    actorId: actor.id,
    claimedBy: actor.claimedBy,
    action: event.action,
    targetKind: event.target.kind,
    targetId: event.target.id,
    before: event.before && plain(event.before),
    after: event.after && plain(event.after),
    outcome: event.outcome ?? "ok",
    ip: actor.ip,
    requestId: actor.requestId,
  });
}

/** JSON has no bigint; a date stands as ISO text. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (LEFT_OUT.has(name)) continue;
    out[name] =
      typeof value === "bigint" ? value.toString() : value instanceof Date ? value.toISOString() : value;
  }
  return out;
}

/**
 * Audit events: written in the transaction of the change they tell of, or the change does not happen. They go in by
 * audit_pending; while the transaction commits, a trigger of the database numbers them and links them to the chain.
 */
import type { Tx } from "#db/client.ts";
import { auditPending } from "#db/schema/audit.ts";
import { newId } from "../ids.ts";
import { canonicalJson } from "./canonical.ts";
import type { Owner } from "./personal.ts";
import type { AuditRecord } from "./record.ts";
import { sealerOf } from "./sealed-database.ts";

/** Who changes something, and how that was known. */
export interface Actor {
  /** user: a person signed in to the console. */
  readonly kind: "master_key" | "key" | "user" | "system";
  readonly id: string;
  /** The `litellm-changed-by` header: a claim. */
  readonly claimedBy: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

export interface AuditEvent {
  /** `key.create`, `team.delete`, ... */
  readonly action: string;
  readonly target: {
    readonly kind:
      | "key"
      | "user"
      | "team"
      | "budget"
      | "end_user"
      | "tag"
      | "deployment"
      | "setting"
      | "audit"
      | "backup"
      | "job"
      | "review"
      | "budget_request"
      | "privacy_request"
      | "check"
      | "route"
      | "incident"
      | "freeze"
      | "master_key"
      | "call";
    readonly id: string;
  };
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly outcome?: "ok" | "denied";
  /** Why, in the actor's words or as the refusal has it. */
  readonly reason?: string;
  /** The person whom the reason is about, where the target names none: their key seals it. */
  readonly about?: Owner;
}

/** Never in an event: hashes open nothing, but they name a secret. */
const LEFT_OUT = new Set(["secretHash", "previousSecretHash"]);

/**
 * What is personal goes in sealed: see sealer.ts.
 * @throws any database error: the transaction must not commit then
 */
export async function writeAudit(tx: Tx, actor: Actor, nowMs: number, event: AuditEvent): Promise<void> {
  const id = newId("evt", nowMs);
  const written: AuditRecord["event"] = {
    id,
    actor: {
      kind: actor.kind,
      id: actor.id,
      auth: actor.kind === "user" ? "session" : actor.kind,
      claimedBy: actor.claimedBy,
      ip: actor.ip,
    },
    action: event.action,
    target: event.target,
    before: event.before && plain(event.before),
    after: event.after && plain(event.after),
    outcome: event.outcome ?? "ok",
    reason: event.reason ?? null,
    requestId: actor.requestId,
  };
  const sealed = await sealerOf(tx).sealed(written, nowMs, event.about ?? null);
  await tx.insert(auditPending).values({ id, event: canonicalJson(sealed) });
}

/** As JSON has it: a bigint as text, a date as ISO text, and nothing that is undefined. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(row, (name, value: unknown) =>
      LEFT_OUT.has(name) ? undefined : typeof value === "bigint" ? value.toString() : value,
    ),
  );
}

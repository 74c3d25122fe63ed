/**
 * Two people with the same key open: who saves second is told what the first one changed, and decides with that known.
 * The audit log knows what was there when the second one looked.
 */
import { and, desc, eq, inArray } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { auditEvents } from "#db/schema/audit.ts";
import { users } from "#db/schema/people.ts";
import { GatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import type { KeyRow } from "./view.ts";

/** More changes than this since somebody looked are told by their last ones. */
const MOST_EVENTS = 50;

/** Columns that change by themselves, or say what another one says. */
const SILENT = new Set([
  "updatedAt",
  "updatedBy",
  "lastUsedAt",
  "spendNanoUsd",
  "spendPeriodStartedAt",
  "secretStart",
  "rotationCount",
  "previousSecretExpiresAt",
]);

interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** @param seen `updated_at` of the key as the caller saw it @throws GatewayError conflict when it has changed since */
export async function refuseOutdated(tx: Tx, row: KeyRow, seen: string | null | undefined): Promise<void> {
  if (seen === null || seen === undefined || Date.parse(seen) === row.updatedAt.getTime()) return;
  const events = await tx
    .select({ before: auditEvents.before, after: auditEvents.after, actorId: auditEvents.actorId })
    .from(auditEvents)
    .where(and(eq(auditEvents.targetKind, "key"), eq(auditEvents.targetId, row.id)))
    .orderBy(desc(auditEvents.seq))
    .limit(MOST_EVENTS);
  const since = events.filter(({ after }) => Date.parse(String(after?.["updatedAt"])) > Date.parse(seen));
  const first = since.at(-1);
  const changed = first ? differences(first.before ?? {}, since[0]?.after ?? {}) : [];
  const by = await namesOf(tx, [...new Set(since.map((event) => event.actorId))]);
  const what = changed.length === 0 ? "this key" : changed.map((one) => one.field).join(", ");
  throw new GatewayError("conflict", `${by || "Somebody"} changed ${what} since you opened this key.`, {
    param: "if_updated_at",
    extra: { changed, changed_by: by, updated_at: row.updatedAt.toISOString() },
  });
}

async function namesOf(tx: Tx, ids: string[]): Promise<string> {
  if (ids.length === 0) return "";
  const rows = await tx.select().from(users).where(inArray(users.id, ids));
  const names = new Map(rows.map((user) => [user.id, user.alias ?? user.email ?? user.id]));
  return ids.map((id) => names.get(id) ?? (id === "default_user_id" ? "the master key" : id)).join(", ");
}

function differences(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => !SILENT.has(name))
    .filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null))
    .map((name) => ({
      field: fieldOf(name),
      before: shown(name, before[name]),
      after: shown(name, after[name]),
    }));
}

/** `maxBudgetNanoUsd` -> `max_budget`, as the key API calls it. */
function fieldOf(column: string): string {
  if (column === "alias") return "key_alias";
  if (column === "secretLast4") return "secret";
  if (column === "expiresAt") return "expires";
  return column.replace(/NanoUsd$/, "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function shown(column: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (column.endsWith("NanoUsd")) return `$${formatUsd(BigInt(String(value)))}`;
  if (Array.isArray(value)) return value.join(", ") || null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Two people with the same key open: who saves second is told what the first one changed, and decides with that known.
 * The audit log knows what was there when the second one looked.
 */
import { and, desc, eq } from "drizzle-orm";
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
    .select({ before: auditEvents.before, after: auditEvents.after })
    .from(auditEvents)
    .where(and(eq(auditEvents.targetKind, "key"), eq(auditEvents.targetId, row.id)))
    .orderBy(desc(auditEvents.seq))
    .limit(MOST_EVENTS);
  const since = events.filter(({ after }) => Date.parse(String(after?.["updatedAt"])) > Date.parse(seen));
  const first = since.at(-1);
  const changed = first ? differences(first.before ?? {}, since[0]?.after ?? {}) : [];
  const by = await nameOf(tx, row.updatedBy);
  const what = changed.length === 0 ? "this key" : changed.map((one) => one.field).join(", ");
  throw new GatewayError("conflict", `${by} changed ${what} since you opened this key.`, {
    param: "if_updated_at",
    extra: { changed, changed_by: by, updated_at: row.updatedAt.toISOString() },
  });
}

/** Who changed it last. The log itself has people as pseudonyms. */
async function nameOf(tx: Tx, id: string): Promise<string> {
  if (id === "default_user_id") return "The master key";
  const [user] = await tx.select().from(users).where(eq(users.id, id));
  return user?.alias ?? user?.email ?? "Somebody";
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
  // A pseudonym there, which says nothing to a reader.
  if (column === "userId") return "another user";
  if (column.endsWith("NanoUsd")) return `$${formatUsd(BigInt(String(value)))}`;
  if (Array.isArray(value)) return value.join(", ") || null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

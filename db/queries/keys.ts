/** Reads and writes of virtual keys. */
import { and, asc, count, desc, eq, inArray, isNotNull, isNull, or, type SQL } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { virtualKeys } from "../schema/keys.ts";

type Row = typeof virtualKeys.$inferSelect;

export interface KeyFilter {
  readonly userId?: string;
  readonly teamId?: string;
  readonly organizationId?: string;
  readonly secretHash?: string;
  readonly alias?: string;
  readonly deleted: boolean;
  /** Keys of these teams count as well as those of `userId`. */
  readonly orTeamIds?: readonly string[];
}

const SORTABLE = {
  created_at: virtualKeys.createdAt,
  updated_at: virtualKeys.updatedAt,
  spend: virtualKeys.spendNanoUsd,
  max_budget: virtualKeys.maxBudgetNanoUsd,
  key_alias: virtualKeys.alias,
  expires: virtualKeys.expiresAt,
} as const;
export type KeySort = keyof typeof SORTABLE;
export const KEY_SORTS = Object.keys(SORTABLE);

function where(filter: KeyFilter): SQL | undefined {
  const owned = filter.userId === undefined ? undefined : eq(virtualKeys.userId, filter.userId);
  const teams = filter.orTeamIds?.length ? inArray(virtualKeys.teamId, [...filter.orTeamIds]) : undefined;
  return and(
    filter.deleted ? isNotNull(virtualKeys.deletedAt) : isNull(virtualKeys.deletedAt),
    owned && teams ? or(owned, teams) : owned,
    filter.teamId === undefined ? undefined : eq(virtualKeys.teamId, filter.teamId),
    filter.organizationId === undefined ? undefined : eq(virtualKeys.organizationId, filter.organizationId),
    filter.secretHash === undefined ? undefined : eq(virtualKeys.secretHash, filter.secretHash),
    filter.alias === undefined ? undefined : eq(virtualKeys.alias, filter.alias),
  );
}

/** One page of keys and how many there are in all. @param page from 1 */
export async function listKeys(
  db: Db | Tx,
  filter: KeyFilter,
  page: number,
  size: number,
  sort: KeySort = "created_at",
  order: "asc" | "desc" = "desc",
): Promise<{ rows: Row[]; total: number }> {
  const direction = order === "asc" ? asc : desc;
  const rows = await db
    .select()
    .from(virtualKeys)
    .where(where(filter))
    .orderBy(direction(SORTABLE[sort]), direction(virtualKeys.id))
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(virtualKeys).where(where(filter));
  return { rows, total: counted?.total ?? 0 };
}

/** Live keys by id or secret hash; the hash before a rotation names its key too. */
export async function findKeys(db: Db | Tx, hashes: readonly string[]): Promise<Row[]> {
  if (hashes.length === 0) return [];
  const named = or(
    inArray(virtualKeys.secretHash, [...hashes]),
    inArray(virtualKeys.previousSecretHash, [...hashes]),
    inArray(virtualKeys.id, [...hashes]),
  );
  return db
    .select()
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), named));
}

/** The live key with that hash or id, locked for a change. */
export async function lockKey(tx: Tx, hash: string): Promise<Row | null> {
  const named = or(
    eq(virtualKeys.secretHash, hash),
    eq(virtualKeys.previousSecretHash, hash),
    eq(virtualKeys.id, hash),
  );
  const rows = await tx
    .select()
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), named))
    .for("update");
  return rows[0] ?? null;
}

export async function findKeysByAlias(db: Db | Tx, aliases: readonly string[]): Promise<Row[]> {
  if (aliases.length === 0) return [];
  return db
    .select()
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), inArray(virtualKeys.alias, [...aliases])));
}

/** Fixes of one press: only what can be undone or changes nothing but its own fault, each with its audit event. */
import { dirname } from "node:path";
import { inArray } from "drizzle-orm";
import type { Sql } from "#db/client.ts";
import { unusedKeys } from "#db/queries/check-facts.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { Config } from "#lib/config/config.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { DAY_MS } from "./check.ts";
import { UNUSED_DAYS } from "./checks/keys.ts";
import { protectEnvFile } from "./env-file.ts";

/** How many live keys nobody has used for long: what blocking them would touch. */
export async function countUnused(sql: Sql, nowMs: number): Promise<number> {
  return (await unusedKeys(sql, new Date(nowMs), new Date(nowMs - UNUSED_DAYS * DAY_MS))).length;
}

/**
 * Blocks the keys that nobody has used for 90 days; each can be unblocked.
 * @param confirm how many there are, as the caller was shown @throws GatewayError conflict otherwise
 */
export async function blockUnused(
  operations: Operations,
  sql: Sql,
  actor: Actor,
  confirm: number | null,
): Promise<number> {
  const nowMs = operations.nowMs();
  const ids = await unusedKeys(sql, new Date(nowMs), new Date(nowMs - UNUSED_DAYS * DAY_MS));
  if (ids.length !== confirm)
    throw new GatewayError(
      "conflict",
      `${ids.length} keys were not used in ${UNUSED_DAYS} days; send {"confirm": ${ids.length}} to block them.`,
      { param: "confirm" },
    );
  if (ids.length === 0) return 0;
  return change(operations, async (tx) => {
    const rows = await tx.select().from(virtualKeys).where(inArray(virtualKeys.id, ids)).for("update");
    await tx
      .update(virtualKeys)
      .set({ blocked: true, updatedBy: actor.id, updatedAt: new Date(nowMs) })
      .where(inArray(virtualKeys.id, ids));
    for (const row of rows)
      await writeAudit(tx, actor, nowMs, {
        action: "key.block",
        target: { kind: "key", id: row.id },
        before: row,
        after: { ...row, blocked: true },
        reason: `not used in ${UNUSED_DAYS} days`,
      });
    return { result: rows.length, changes: rows.map(({ id }) => ({ kind: "key" as const, id })) };
  });
}

/** Makes .env its owner's alone, in the working folder and beside the configuration. @returns how many were changed */
export function protectEnv(
  { db, nowMs }: Pick<Operations, "db" | "nowMs">,
  actor: Actor,
  config: Pick<Config, "file">,
  cwd: string,
): Promise<number> {
  const folders = new Set([cwd, ...(config.file === null ? [] : [dirname(config.file)])]);
  return db.transaction(async (tx) => {
    let changed = 0;
    for (const folder of folders) {
      const before = await protectEnvFile(folder);
      if (before === null) continue;
      changed += 1;
      await writeAudit(tx, actor, nowMs(), {
        action: "compliance.fix",
        target: { kind: "check", id: "env_file" },
        before: { mode: before },
        after: { mode: "600" },
      });
    }
    return changed;
  });
}

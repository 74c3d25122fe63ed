/** The fix of alerts that nobody has tested lately: a test by every channel that is switched on, each with its event. */
import { eq } from "drizzle-orm";
import type { Db, Sql } from "#db/client.ts";
import { alertChannels } from "#db/schema/operate.ts";
import { testChannel } from "#lib/alerts/channel-operations.ts";
import type { PostOptions } from "#lib/alerts/post.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";

export interface AlertTestDeps {
  readonly db: Db;
  readonly sql: Sql;
  readonly encryptionKey: string | null;
  readonly posting: PostOptions;
}

/** @returns how many channels took the test */
export async function testAlerts(
  { db, encryptionKey, posting, sql }: AlertTestDeps,
  actor: Actor,
): Promise<number> {
  const rows = await db.transaction(async (tx) => {
    const found = await tx.select().from(alertChannels).where(eq(alertChannels.enabled, true));
    for (const { id } of found)
      await writeAudit(tx, actor, posting.nowMs, {
        action: "alert_channel.test",
        target: { kind: "setting", id: `alert channel ${id}` },
        before: null,
        after: null,
      });
    return found;
  });
  const failures = await Promise.all(rows.map((row) => testChannel(row, encryptionKey, posting, sql)));
  return failures.filter((failure) => failure === null).length;
}

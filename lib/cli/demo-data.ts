/** `shin demo-data remove`: takes the made-up traffic out. Whoever can run this on the gateway's machine may. */
import { connect, database } from "#db/client.ts";
import type { Actor } from "../audit/audit.ts";
import { removeDemoData } from "../demo-data/demo-data.ts";
import { connectionOf, type DatabaseTarget } from "./database.ts";

const ACTOR: Actor = { kind: "system", id: "cli", claimedBy: null, ip: null, requestId: null };

/** @returns false when there is none */
export async function removeDemo(target: DatabaseTarget, nowMs: number): Promise<boolean> {
  const sql = connect({ target: await connectionOf(target), max: 1, applicationName: "shin-demo-data" });
  try {
    return await removeDemoData(sql, database(sql), ACTOR, nowMs);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

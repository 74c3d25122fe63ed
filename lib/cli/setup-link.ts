/** `shin setup-link`: a new one-use link that makes an admin. Whoever can run this on the gateway's machine may. */
import { connect, database } from "#db/client.ts";
import { makeSetUpCode } from "../console/set-up.ts";
import { connectionOf, type DatabaseTarget } from "./database.ts";

/** Makes the link; codes made before it end. @param origin where the console is reached, without a slash at the end */
export async function newSetUpLink(target: DatabaseTarget, origin: string, nowMs: number): Promise<string> {
  const sql = connect({ target: await connectionOf(target), max: 1, applicationName: "shin-setup-link" });
  try {
    return `${origin}/ui/setup#${await makeSetUpCode(database(sql), nowMs)}`;
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** The set-up link of a gateway that has no admin yet, and the admin that the environment names. */
import { readFile } from "node:fs/promises";
import type { ConnectOptions } from "#db/client.ts";
import type { ConsoleSettings } from "../config/console-environment.ts";
import { makeFirstAdmin, makeSetUpCode, needsSetUp } from "../console/set-up.ts";
import { withSealed } from "./sealed-clients.ts";
import { StartError } from "./start-error.ts";

/**
 * Makes the admin of SHIN_ADMIN_EMAIL while there is none, else a one-use link to make one.
 * @param url the gateway's address, without a path
 * @returns null when somebody can sign in already
 * @throws StartError when the password file cannot be read or used
 */
export async function setUpLink(
  target: ConnectOptions["target"],
  { admin, publicUrl }: ConsoleSettings,
  url: string,
  nowMs: number,
  encryptionKey: string,
): Promise<string | null> {
  return withSealed(target, encryptionKey, async (_sql, db) => {
    if (!(await needsSetUp(db))) return null;
    if (admin === null) return `${publicUrl ?? url}/ui/setup#${await makeSetUpCode(db, nowMs)}`;
    const password = await readPassword(admin.passwordFile);
    await makeFirstAdmin(db, admin.email, password, nowMs);
    return null;
  });
}

async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    throw new StartError("config_invalid", `the first admin's password cannot be read from ${file}`, {
      advice: "Mend the file that SHIN_ADMIN_PASSWORD_FILE names, or unset it to get a set-up link.",
      cause: error,
    });
  }
}

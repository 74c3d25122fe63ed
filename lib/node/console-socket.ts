/** Where the console's process listens: a socket that only this user can open, for connections of the gateway alone. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";

/** What every system takes as a socket's path. */
const LONGEST_BYTES = 100;

export interface ConsoleSocket {
  readonly path: string;
  remove(): Promise<void>;
}

/** In the data folder, which is private; a deep one gets a short private folder elsewhere. @param worker from 1 */
export async function makeConsoleSocket(dataDir: string, worker: number): Promise<ConsoleSocket> {
  const name = `console-${worker}.sock`;
  // Pipes have no folder there; nobody guesses this name.
  if (process.platform === "win32")
    return { path: `\\\\.\\pipe\\shin-${randomBytes(16).toString("hex")}`, remove: async () => {} };
  const inside = path.join(dataDir, name);
  if (Buffer.byteLength(inside) <= LONGEST_BYTES)
    return { path: inside, remove: () => rm(inside, { force: true }) };
  const folder = await mkdtemp("/tmp/shin-");
  return { path: path.join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}

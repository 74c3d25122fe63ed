/**
 * Temporary folders of tests. Their names carry the pid that made them, so that a later run can sweep up after one that
 * was killed (database servers included) and never touches one that lives.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { findLiveServer, type Postmaster } from "#lib/node/embedded-postgres-server.ts";
import { isAlive } from "#lib/node/process-info.ts";

const pattern = /^shin-test-(\d+)-/;

/** Makes an empty folder, mode 0700. Whoever calls it removes it. */
export function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `shin-test-${process.pid}-`));
}

/** Ends the servers and removes the folders of processes that are dead. */
export async function sweepTemporaryFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(pattern.exec(name)?.[1]);
    if (!Number.isInteger(pid) || (await isAlive(pid))) continue;
    const folder = join(tmpdir(), name);
    for (const server of await serversBelow(folder)) process.kill(server.pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function serversBelow(folder: string): Promise<readonly Postmaster[]> {
  const servers: Postmaster[] = [];
  for (const file of await readdir(folder, { recursive: true })) {
    if (basename(file) !== "postmaster.pid") continue;
    const server = await findLiveServer(join(folder, dirname(file)));
    if (server !== null) servers.push(server);
  }
  return servers;
}

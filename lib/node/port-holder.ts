/** Which process listens on a port: "in use" alone sends people searching. Linux only, as far as rights allow. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { systemErrorCode } from "./start-error.ts";

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** The process that listens on TCP `port`; null when it cannot be told. */
export async function findPortHolder(port: number): Promise<PortHolder | null> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return null;
  for (const entry of await tolerant(readdir("/proc"), [])) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = `/proc/${entry}/fd`;
    for (const descriptor of await tolerant(readdir(folder), [])) {
      const target = await tolerant(readlink(`${folder}/${descriptor}`), "");
      if (!inodes.has(target)) continue;
      // Not /proc/PID/comm: that is the name of a thread, "MainThread" for every Node.
      const command = (await tolerant(readFile(`/proc/${entry}/cmdline`, "utf8"), "")).split("\0")[0] ?? "";
      return { pid: Number(entry), name: basename(command.split(": ")[0] ?? "") || "a process" };
    }
  }
  return null;
}

/** Links as they stand in /proc/PID/fd of the sockets that listen on the port. */
async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const found = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = (await tolerant(readFile(table, "utf8"), "")).split("\n").slice(1);
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === "0A" && fields[1]?.endsWith(`:${wanted}`)) found.add(`socket:[${fields[9]}]`);
    }
  }
  return found;
}

/** Processes come and go and others' are closed to us: what cannot be read does not count. */
async function tolerant<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return otherwise;
  }
}

/** The looks of `shin doctor` at this machine: program versions, files and their rights, disk, port, names. */
import { lookup } from "node:dns/promises";
import { access, constants, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { MAKE_MASTER_KEY, masterKeyWeakness } from "../config/master-key.ts";
import { showPath } from "../node/data-folder.ts";
import { findPortHolder } from "../node/port-holder.ts";
import { messageOf, systemErrorCode } from "../node/start-error.ts";
import { type Finding, fault, ok, skipped } from "./doctor-finding.ts";

const OLDEST_NODE = 24;
const LEAST_FREE_BYTES = 1_073_741_824;
const ANSWER_MS = 2_000;
/** Names that are looked up; a configuration may hold any number. */
const MOST_NAMES = 20;

/** @param version of the running Node, such as 24.21.0 */
export function lookAtNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return ok("node", `Node ${version}`);
  return fault(
    "node",
    `Node ${version} runs this`,
    `The gateway needs Node ${OLDEST_NODE}: npm start brings it along.`,
  );
}

export function lookAtMasterKey({ masterKey }: Pick<Config, "masterKey">): Finding {
  if (masterKey === null)
    return ok("master key", "none is set: a strong one is made in the data folder at the first start");
  const weakness = masterKeyWeakness(masterKey);
  return weakness === null
    ? ok("master key", "strong enough")
    : fault("master key", `the master key ${weakness}`, `Replace it: ${MAKE_MASTER_KEY}.`);
}

/** Who else may read secrets, and whether the gateway may write. */
export async function lookAtFiles(dataDir: string, cwd: string): Promise<readonly Finding[]> {
  return [
    await lookAtRights("data folder", dataDir, "chmod 700", true),
    await lookAtRights(".env", join(cwd, ".env"), "chmod 600", false),
  ];
}

async function lookAtRights(check: string, path: string, mend: string, written: boolean): Promise<Finding> {
  const shown = showPath(path);
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0 && process.platform !== "win32")
      return fault(
        check,
        `${shown} is open to others (mode ${(mode & 0o777).toString(8)})`,
        `Run ${mend} ${shown}.`,
      );
    await access(path, written ? constants.R_OK | constants.W_OK : constants.R_OK);
    return ok(check, `${shown} is the gateway's alone`);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return skipped(check, `${shown} is not there yet`);
    const why =
      code === "EROFS" ? "lies on a read-only disk" : `cannot be used (${code ?? messageOf(error)})`;
    return fault(
      check,
      `${shown} ${why}`,
      "Give it to the user that runs the gateway, or name another folder with --data.",
    );
  }
}

/** @param free bytes that are free and bytes in all of the disk that holds the folder; asked of the system by default */
export async function lookAtDisk(dataDir: string, ask: typeof freeBytes = freeBytes): Promise<Finding> {
  const { free, total } = await ask(dataDir);
  const gigabytes = `${(free / 1e9).toFixed(1)} GB of ${(total / 1e9).toFixed(1)} GB are free`;
  if (free >= LEAST_FREE_BYTES && free >= total * 0.05) return ok("disk", gigabytes);
  return fault(
    "disk",
    `only ${gigabytes} where the data folder lies`,
    "Make room, or lower data_retention_days; without room calls are refused.",
  );
}

async function freeBytes(folder: string): Promise<{ free: number; total: number }> {
  for (let at = folder; ; at = join(at, "..")) {
    try {
      const { bavail, blocks, bsize } = await statfs(at);
      return { free: bavail * bsize, total: blocks * bsize };
    } catch (error) {
      // A folder that the first start will make: its disk is its parent's.
      if (systemErrorCode(error) !== "ENOENT" || join(at, "..") === at) throw error;
    }
  }
}

/** Whether the port is free, or the gateway itself has it. */
export async function lookAtPort({ host, port }: Pick<Config, "host" | "port">): Promise<Finding> {
  if (port === 0) return skipped("port", "a free one is taken at the start");
  const holder = await findPortHolder(port);
  const reached = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const origin = `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
  try {
    const answer = await fetch(`${origin}/health/liveliness`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.headers.has("x-shin-request-id")) return ok("port", `a gateway answers at ${origin}`);
  } catch (error) {
    // Nobody there, or nobody who speaks HTTP in time: then who holds the port decides.
    if (holder === null) return ok("port", `${port} is free (${reasonOf(error)})`);
  }
  const who = holder === null ? "another program" : `${holder.name} (pid ${holder.pid})`;
  return fault("port", `${port} is held by ${who}`, "Stop it, or choose another port with PORT.");
}

/** Whether the names in the configuration lead anywhere. */
export async function lookAtNames(config: Config, resolve = lookup): Promise<readonly Finding[]> {
  const urls = [
    config.databaseUrl,
    config.sharedStore?.url ?? null,
    ...config.deployments.map(({ apiBase }) => apiBase),
  ];
  const names = new Set(urls.flatMap((url) => hostOf(url)));
  const looks = [...names].slice(0, MOST_NAMES).map(async (name) => {
    try {
      await resolve(name);
      return null;
    } catch (error) {
      return fault(
        "dns",
        `the name ${name} leads nowhere (${reasonOf(error)})`,
        "Check its spelling in the configuration, and this machine's resolver (/etc/resolv.conf).",
      );
    }
  });
  const faults = (await Promise.all(looks)).filter((finding) => finding !== null);
  if (faults.length > 0) return faults;
  return [
    names.size === 0
      ? skipped("dns", "no names to look up")
      : ok("dns", `${names.size} names lead somewhere`),
  ];
}

function hostOf(url: string | null): string[] {
  const host = url === null || !URL.canParse(url) ? "" : new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "" ? [] : [host];
}

function reasonOf(error: unknown): string {
  return (
    systemErrorCode(error) ?? systemErrorCode(error instanceof Error ? error.cause : null) ?? messageOf(error)
  );
}

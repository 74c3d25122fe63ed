/**
 * Where the embedded database's files are, and how they come to be. Normally `<data folder>/postgres`. When the
 * gateway runs as root and the server's account cannot reach the data folder, a durable place elsewhere; a record in
 * the data folder says which. A cluster appears whole (initdb into a temporary folder, sync, rename) or not at all.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, showPath, syncFolder } from "./data-folder.ts";
import { type Account, canReach, giveTo, letThrough, runAs } from "./embedded-postgres-account.ts";
import { type Binaries, program } from "./embedded-postgres-binaries.ts";
import { messageOf, StartError, systemErrorCode } from "./start-error.ts";

/** Places that survive reboots and that no cleaner empties, best first. */
const durablePlaces = ["/var/lib/shin", "/srv/shin", "/opt/shin"];

const recordName = "postgres-location";

/** Reads the record of a database that lies outside the data folder; null when there is none. */
export async function recordedRoot(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, recordName), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

export interface PlaceOptions {
  readonly dataDir: string;
  readonly account: Account | null;
  readonly say: (message: string) => void;
  readonly places?: readonly string[];
}

/** Finds or makes the database's root folder, reachable for the account. Returns its path. */
export async function placeRoot(options: PlaceOptions): Promise<string> {
  const { dataDir, account, say } = options;
  const recorded = await recordedRoot(dataDir);
  if (recorded !== null) return checkRecorded(recorded, dataDir);

  const root = join(dataDir, "postgres");
  const hasCluster = await isThere(join(root, "data"));
  await makeFolder(root);
  if (account !== null) await letThrough(dataDir, account);
  if (!hasCluster) await giveTo(root, account);
  if (await canReach(root, account)) return root;
  if (hasCluster) {
    throw new StartError(
      "database_failed",
      `the account that owns the database in ${showPath(root)} (uid ${account?.uid ?? "?"}) cannot reach it`,
      {
        advice: "Start shin as that account, or open the folders above it for that account.",
      },
    );
  }
  await rmdir(root);
  return placeElsewhere(dataDir, account, say, options.places ?? durablePlaces);
}

async function checkRecorded(root: string, dataDir: string): Promise<string> {
  if (await isThere(root)) return root;
  const record = showPath(join(dataDir, recordName));
  throw new StartError(
    "database_failed",
    `the database of this data folder was in ${root} (says ${record}) and is gone`,
    {
      advice: `Restore it there; delete ${record} only if you want to begin with an empty database.`,
    },
  );
}

async function placeElsewhere(
  dataDir: string,
  account: Account | null,
  say: (message: string) => void,
  places: readonly string[],
): Promise<string> {
  const hash = createHash("sha256")
    .update(await realpath(dataDir))
    .digest("hex")
    .slice(0, 12);
  const refused: string[] = [];
  for (const place of places) {
    const root = join(place, `${hash}-${randomBytes(3).toString("hex")}`);
    try {
      await makePlace(place);
      const older = (await readdir(place)).find((name) => name.startsWith(`${hash}-`));
      await mkdir(root, { mode: 0o700 });
      await giveTo(root, account);
      if (!(await canReach(root, account))) throw new Error(`uid ${account?.uid ?? "?"} cannot reach it`);
      await writeFile(join(dataDir, recordName), `${root}\n`, { mode: 0o600, flush: true });
      say(
        `the database goes to ${root}: the account it runs under (uid ${account?.uid ?? "?"}) cannot reach ${dataDir}`,
      );
      if (older !== undefined)
        say(`${join(place, older)} holds an earlier database of this data folder that is no longer used`);
      return root;
    } catch (error) {
      refused.push(`${place}: ${messageOf(error)}`);
      await rm(root, { recursive: true, force: true });
    }
  }
  throw new StartError(
    "database_failed",
    `the embedded Postgres may not run as root, and its account (uid ${account?.uid ?? "?"}) cannot reach ${dataDir}`,
    {
      advice:
        "Use --data with a folder outside private homes, start shin as an ordinary user, or set DATABASE_URL.",
      detail: refused,
    },
  );
}

async function makePlace(place: string): Promise<void> {
  try {
    await mkdir(place, { mode: 0o755 });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
}

export interface InitOptions {
  readonly root: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  /** Windows only: the password of the loopback connection. Without it the socket folder's mode is the guard. */
  readonly password: string | null;
}

/** Makes sure that `<root>/data` holds a cluster of the programs' major version. True when it was made now. */
export async function ensureCluster(options: InitOptions): Promise<boolean> {
  const data = join(options.root, "data");
  if (await isThere(data)) {
    await checkVersion(data, options.binaries);
    return false;
  }
  // Left over from an initdb that was killed; the data folder's lock says that nobody is at work on it.
  for (const name of await readdir(options.root)) {
    if (name.startsWith("initdb-")) await rm(join(options.root, name), { recursive: true, force: true });
  }
  const temporary = join(options.root, `initdb-${randomBytes(6).toString("hex")}`);
  try {
    await initialise(temporary, options);
    await rename(temporary, data);
    await syncFolder(options.root);
    return true;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function initialise(folder: string, { root, binaries, account, password }: InitOptions): Promise<void> {
  const initdb = program(binaries.native, "initdb");
  const passwordFile = `${folder}.password`;
  const guard = password === null ? ["--auth=trust"] : ["--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const wanted = [
    "-D",
    folder,
    "-U",
    "shin",
    ...guard,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
  try {
    if (password !== null) await writeFile(passwordFile, password, { mode: 0o600 });
    // One sync of the finished cluster instead of one for each of its thousand files.
    for (const args of [wanted, ["-D", folder, "--sync-only"]]) {
      const { code, output } = await runAs(account, initdb, args, root);
      if (code !== 0) throw databaseFault("the embedded database could not be made", output, root);
    }
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function checkVersion(data: string, binaries: Binaries): Promise<void> {
  let found: string;
  try {
    found = (await readFile(join(data, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    throw new StartError(
      "database_failed",
      `${showPath(data)} is not a Postgres database: ${messageOf(error)}`,
      {
        advice: "Move it away to begin with an empty database, or restore it from a backup.",
        cause: error,
      },
    );
  }
  const ours = binaries.version.split(".")[0];
  if (found === ours) return;
  throw new StartError(
    "database_version",
    `the database in ${showPath(data)} was made by Postgres ${found}, and this build brings Postgres ${ours}`,
    {
      advice:
        "Start the shin that made it and dump the database (pg_dump), or set DATABASE_URL to a server that holds the data.",
    },
  );
}

/** A StartError from what a Postgres program wrote: its last complaint as the sentence, its last lines as detail. */
export function databaseFault(what: string, output: string, folder: string): StartError {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const detail = lines.slice(-8);
  if (/No space left on device|Check free disk space|Disk quota exceeded/i.test(output)) {
    return new StartError("disk_full", `the disk that holds ${showPath(folder)} is full`, {
      advice:
        "Free some space there (a new database needs 120 MB), or use --data with a folder on another disk.",
      detail,
    });
  }
  const complaint =
    lines.findLast((line) => /\b(PANIC|FATAL|ERROR|error):/.test(line)) ?? lines.at(-1) ?? "it said nothing";
  const sentence = complaint.replace(/^.*\b(?:PANIC|FATAL|ERROR|error):\s*/, "");
  return new StartError("database_failed", `${what}: ${sentence}`, {
    advice: `See the lines above; nothing was changed. The files are in ${showPath(folder)}.`,
    detail,
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/**
 * An external PostgreSQL as an operator would run it: Debian's server with its defaults (fsync on, synchronous commit),
 * reached over loopback with a password. Started as root it runs as the user `postgres`, because it refuses root.
 */
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, waitUntilReady } from "./readiness.ts";
import type { Stage } from "./stage.ts";

const DEBIAN_FOLDER = "/usr/lib/postgresql";
const READY_TIMEOUT_MS = 20_000;

export interface Postgres {
  readonly pid: number;
  /** Makes an empty database and gives its URL. */
  createDatabase(name: string): Promise<string>;
}

/** Makes a cluster in the stage's folder and starts it. */
export async function startPostgres(stage: Stage): Promise<Postgres> {
  const bin = join(DEBIAN_FOLDER, newestVersion(), "bin");
  const user = serverUser();
  const owner = user ? { user } : {};
  const folder = join(stage.folder, "postgres");
  mkdirSync(folder, { mode: 0o700 });
  const password = randomBytes(18).toString("hex");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  for (const path of user ? [folder, passwordFile] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  const data = join(folder, "data");
  await stage.run({
    label: "initdb",
    command: join(bin, "initdb"),
    args: [
      "-D",
      data,
      "-U",
      "shin",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "-E",
      "UTF8",
      "--no-locale",
    ],
    ...owner,
  });
  const port = await freePort();
  const started = stage.start({
    label: "postgres",
    command: join(bin, "postgres"),
    args: ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"],
    stopSignal: "SIGINT", // fast shutdown: SIGTERM would wait for the gateways' connections
    ...owner,
  });
  await waitUntilReady(
    started,
    async () => started.output().includes("ready to accept connections"),
    READY_TIMEOUT_MS,
  );
  const url = (database: string): string => `postgres://shin:${password}@127.0.0.1:${port}/${database}`;
  return {
    pid: started.pid,
    async createDatabase(name) {
      await stage.run({
        label: `createdb ${name}`,
        command: join(bin, "createdb"),
        args: ["--maintenance-db", url("postgres"), name],
      });
      return url(name);
    },
  };
}

function newestVersion(): string {
  const versions = existsSync(DEBIAN_FOLDER)
    ? readdirSync(DEBIAN_FOLDER)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const newest = versions[0];
  if (newest === undefined) {
    throw new Error(`No PostgreSQL below ${DEBIAN_FOLDER}: install the Debian package postgresql.`);
  }
  return String(newest);
}

function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const fields = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith("postgres:"))
    ?.split(":");
  if (fields === undefined)
    throw new Error("Started as root, and there is no user postgres to run PostgreSQL as.");
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

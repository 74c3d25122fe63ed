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
  /** The URL of a database of this name, there or not. */
  urlOf(database: string): string;
  /** Makes an empty database and gives its URL. */
  createDatabase(name: string): Promise<string>;
}

export interface PostgresOptions {
  /** Where the cluster stays when the stage ends; one that is there already is started again. Absent: in the stage. */
  readonly keptFolder?: string;
  /** Settings beside Debian's defaults, such as `max_wal_size=8GB`. */
  readonly settings?: readonly string[];
}

/** Makes a cluster in the stage's folder, or opens a kept one, and starts it. */
export async function startPostgres(
  stage: Stage,
  { keptFolder, settings = [] }: PostgresOptions = {},
): Promise<Postgres> {
  const bin = join(DEBIAN_FOLDER, newestVersion(), "bin");
  const user = serverUser();
  const owner = user ? { user } : {};
  const folder = keptFolder ?? join(stage.folder, "postgres");
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  if (!existsSync(join(data, "PG_VERSION"))) {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    writeFileSync(passwordFile, randomBytes(18).toString("hex"));
    for (const path of user ? [folder, passwordFile] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
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
  }
  const password = readFileSync(passwordFile, "utf8");
  const port = await freePort();
  const started = stage.start({
    label: "postgres",
    command: join(bin, "postgres"),
    args: [
      ...["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"],
      ...settings.flatMap((one) => ["-c", one]),
    ],
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
    urlOf: url,
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

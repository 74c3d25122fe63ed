/** How the embedded server is reached: connection options, the proof that it answers, a password where one is needed. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { systemErrorCode } from "./start-error.ts";

/** Options for `postgres()` (postgres.js). */
export interface ConnectionOptions {
  /** Folder of the unix socket, or 127.0.0.1 on Windows. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

export function connectionOptions(host: string, port: number, password: string | null): ConnectionOptions {
  return { host, port, user: "shin", database: "shin", ...(password === null ? {} : { password }) };
}

/** A URL in libpq's spelling; a password is left out. */
export function libpqUrl({ host, port, user, database }: ConnectionOptions): string {
  if (!host.startsWith("/")) return `postgresql://${user}@${host}:${port}/${database}`;
  return `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/**
 * Connects once: proves that the server answers and that it is the one of the cluster in `data`; makes our database if
 * it is missing. Returns the server's version, such as "18.4". Rejects with the driver's error.
 */
export async function ensureDatabase(connection: ConnectionOptions, data: string): Promise<string> {
  const sql = postgres({
    ...connection,
    database: "postgres",
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    const [row] = await sql<{ folder: string; version: string; exists: boolean }[]>`
      select current_setting('data_directory') as folder,
             current_setting('server_version') as version,
             exists (select from pg_database where datname = ${connection.database}) as exists`;
    if (row?.folder !== data) throw new Error(`the server there belongs to ${row?.folder ?? "nobody"}`);
    if (!row.exists) await sql`create database ${sql(connection.database)}`;
    return row.version;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Reads or makes the password of the loopback connection, in `<root>/password`, mode 0600. */
export async function keepPassword(root: string): Promise<string> {
  const file = join(root, "password");
  const made = randomBytes(24).toString("base64url");
  try {
    await writeFile(file, made, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    return readFile(file, "utf8");
  }
}

/** A free port on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("the system gave no port"));
      });
    });
  });
}

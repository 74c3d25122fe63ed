/**
 * Databases for tests: a fresh, migrated one in a few ten milliseconds, and Debian's own Postgres as the "other" one.
 */

import { randomBytes } from "node:crypto";
import { chown, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { inject } from "vitest";
import { type Account, runAs } from "#lib/node/embedded-postgres-account.ts";
import { type ConnectionOptions, freePort, libpqUrl } from "#lib/node/embedded-postgres-connection.ts";
import { atEnd } from "./at-end.ts";
import { templateName } from "./global-setup.ts";
import { services } from "./services.ts";
import { makeTemporaryFolder } from "./temporary.ts";

export interface TestDatabase {
  /** For `postgres()` of postgres.js. */
  readonly options: ConnectionOptions;
  /** For psql and other libpq programs. */
  readonly url: string;
  /** A client on it, for looking; ended with the database. */
  readonly sql: postgres.Sql;
}

/**
 * A fresh database with the current schema, dropped with the test or the file that asked for it. At the top of a file:
 * `const database = await testDatabase();`. With `empty: true` it has no schema.
 */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject("testServer");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const template = empty ? "template0" : templateName;
  await asAdmin(server, (admin) => admin`create database ${admin(name)} template ${admin(template)}`);
  const options = { ...server, database: name };
  const sql = postgres({ ...options, max: 4, onnotice: () => {} });
  atEnd(async () => {
    await sql.end({ timeout: 1 });
    await asAdmin(server, (admin) => admin`drop database ${admin(name)} with (force)`);
  });
  return { options, url: libpqUrl(options), sql };
}

async function asAdmin(
  server: ConnectionOptions,
  work: (admin: postgres.Sql) => PromiseLike<unknown>,
): Promise<void> {
  const admin = postgres({ ...server, database: "postgres", max: 1, onnotice: () => {} });
  try {
    await work(admin);
  } finally {
    await admin.end({ timeout: 1 });
  }
}

export interface RealPostgres {
  /** By unix socket. */
  readonly socket: ConnectionOptions;
  /** By loopback TCP, with a password (scram). */
  readonly tcp: ConnectionOptions & { readonly password: string };
  /** The TCP connection as DATABASE_URL. */
  readonly url: string;
  /** Ends the server; `immediate` is a crash. The files stay, `start` brings it back on the same port. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
}

/**
 * Starts Debian's Postgres in a temporary folder with an empty database `shin`, and ends it with the test or the file that asked for it.
 * Guard with `describe.skipIf(services.postgres === null)`; without the package it throws.
 */
export async function realPostgres(): Promise<RealPostgres> {
  const programs = services.postgres;
  if (programs === null) throw new Error("postgresql is not installed");
  const account = process.getuid?.() === 0 ? await postgresAccount() : null;
  const folder = await makeTemporaryFolder();
  if (account !== null) await chown(folder, account.uid, account.gid);
  const data = join(folder, "data");
  const port = await freePort();
  const call = async (name: string, ...args: string[]) => {
    const { code, output } = await runAs(account, join(programs, name), args, folder);
    if (code !== 0) throw new Error(`${name}: ${output}`);
  };
  const control = (...args: string[]) =>
    call("pg_ctl", "-D", data, "-s", "-w", "-l", join(folder, "log"), ...args);

  await call(
    "initdb",
    "-D",
    data,
    "-U",
    "shin",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "-E",
    "UTF8",
    "--locale=C",
    "-N",
  );
  const start = () => control("start", "-o", `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`);
  const stop = (mode: "fast" | "immediate" = "fast") => control("stop", "-m", mode);
  await start();
  atEnd(async () => {
    await runAs(account, join(programs, "pg_ctl"), ["-D", data, "-s", "-m", "immediate", "stop"], folder);
    await rm(folder, { recursive: true, force: true });
  });

  const socket: ConnectionOptions = { host: folder, port, user: "shin", database: "shin" };
  const password = randomBytes(12).toString("hex");
  await asAdmin(socket, async (admin) => {
    await admin.unsafe(`alter role shin password '${password}'`);
    await admin`create database shin`;
  });
  const tcp = { ...socket, host: "127.0.0.1", password };
  return { socket, tcp, url: `postgresql://shin:${password}@127.0.0.1:${port}/shin`, stop, start };
}

async function postgresAccount(): Promise<Account> {
  const fields = (await readFile("/etc/passwd", "utf8"))
    .split("\n")
    .find((line) => line.startsWith("postgres:"))
    ?.split(":");
  if (fields === undefined) throw new Error("there is no account postgres");
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

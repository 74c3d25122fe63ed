/**
 * Before all tests: one embedded Postgres in a temporary folder, with a migrated template database that each test file
 * gets a copy of. After all tests, also failed ones: stopped and removed. A run that was killed is swept up by the next.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { openDataFolder } from "#lib/node/data-folder.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#lib/node/embedded-postgres.ts";
import type { ConnectionOptions } from "#lib/node/embedded-postgres-connection.ts";
import { absentServices } from "./services.ts";
import { makeTemporaryFolder, sweepTemporaryFolders } from "./temporary.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection to the run's embedded Postgres. */
    testServer: ConnectionOptions;
  }
}

/** Name of the database that copies are made of. */
export const templateName = "shin_template";

const quiet = { info: () => {}, warn: console.warn, error: console.error };
const settings = {
  // The data is thrown away, and nothing here is about power cuts: those tests start their own server.
  fsync: "off",
  full_page_writes: "off",
};

interface Run {
  readonly database: EmbeddedPostgres;
  close(): Promise<void>;
}

/** Both projects of vitest.config.ts share it. */
let run: Promise<Run> | null = null;
let users = 0;

export async function setup(project: TestProject): Promise<void> {
  users += 1;
  run ??= begin();
  project.provide("testServer", (await run).database.options);
}

export async function teardown(): Promise<void> {
  users -= 1;
  if (users === 0) await (await run)?.close();
}

async function begin(): Promise<Run> {
  if (process.env.REQUIRE_SERVICES === "1" && absentServices.length > 0) {
    throw new Error(`REQUIRE_SERVICES=1, and these are not installed: ${absentServices.join(", ")}`);
  }
  await sweepTemporaryFolders();
  const begun = await open(await makeTemporaryFolder());
  try {
    await makeTemplate(begun.database.options);
  } catch (error) {
    await begun.close();
    throw error;
  }
  return begun;
}

async function open(dir: string): Promise<Run> {
  const folder = await openDataFolder({ dir, now: () => new Date() });
  const database = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: quiet,
    settings,
    maxConnections: 400,
  });
  return {
    database,
    async close() {
      await database.stop();
      await folder.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(options: ConnectionOptions): Promise<void> {
  const admin = postgres({ ...options, max: 1 });
  try {
    await admin`create database ${admin(templateName)}`;
  } finally {
    await admin.end();
  }
  const migrations = join(import.meta.dirname, "../../db/migrate.ts");
  if (!existsSync(migrations)) return;
  const module: { migrate(sql: postgres.Sql): Promise<void> } = await import(pathToFileURL(migrations).href);
  const sql = postgres({ ...options, database: templateName, onnotice: () => {} });
  try {
    await module.migrate(sql);
  } finally {
    await sql.end();
  }
}

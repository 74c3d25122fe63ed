/** The embedded database against the real programs: made, kept, adopted, recovered, and refused with a sentence. */
import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findNative } from "#lib/node/embedded-postgres-binaries.ts";
import { isAlive } from "#lib/node/process-info.ts";
import {
  isRoot,
  rememberingLog,
  startForTest,
  startProgram,
  temporaryFolder,
  until,
  untilGone,
} from "#test/helpers/house.ts";

const program = join(import.meta.dirname, "programs/open-database.ts");
const saidSchema = z.object({
  pid: z.number(),
  adopted: z.boolean(),
  options: z.looseObject({ host: z.string() }),
});

/** Runs one statement; connections are not kept. */
async function query(options: object, text: string): Promise<readonly postgres.Row[]> {
  const sql = postgres({ ...options, max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function setting(options: object, name: string): Promise<unknown> {
  return (await query(options, `select current_setting('${name}') as value`))[0]?.value;
}

test("a first start makes a UTF8 database that only a private socket leads to, and that loses no commit", async () => {
  const dataDir = await temporaryFolder();
  const database = await startForTest({ dataDir });
  expect(database).toMatchObject({ created: true, adopted: false, version: expect.stringMatching(/^18\./) });
  expect((await stat(database.options.host)).mode & 0o777).toBe(0o700);
  const wanted = {
    listen_addresses: "",
    server_encoding: "UTF8",
    TimeZone: "UTC",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    shared_buffers: "32MB",
    jit: "off",
  };
  for (const [name, value] of Object.entries(wanted))
    expect([name, await setting(database.options, name)]).toEqual([name, value]);
  const [row] = await query(
    database.options,
    "select datcollate, current_database() as name, current_user as account from pg_database where datname = current_database()",
  );
  expect(row).toEqual({ datcollate: "C", name: "shin", account: "shin" });
});

test("a second start finds the rows of the first, and stop leaves no process behind", async () => {
  const dataDir = await temporaryFolder();
  const first = await startForTest({ dataDir });
  await query(first.options, "create table kept as select 42 as answer");
  const pid = first.pid();
  await first.stop();
  expect(await isAlive(pid)).toBe(false);
  const second = await startForTest({
    dataDir,
    sharedBuffersMb: 16,
    maxConnections: 12,
    settings: { work_mem: "5MB" },
  });
  expect(second).toMatchObject({ created: false, adopted: false });
  expect(await query(second.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
  expect(await setting(second.options, "shared_buffers")).toBe("16MB");
  expect(await setting(second.options, "max_connections")).toBe("12");
  expect(await setting(second.options, "work_mem")).toBe("5MB");
});

test("the server of a killed gateway is adopted with its rows, and stopped by the adopter", async () => {
  const dataDir = await temporaryFolder();
  const { child, said } = await startProgram(program, [dataDir]);
  const earlier = saidSchema.parse(said);
  await query(earlier.options, "create table kept as select 42 as answer");
  child.kill("SIGKILL");
  await untilGone(child.pid);
  const adopter = await startForTest({ dataDir });
  expect(adopter.adopted).toBe(true);
  expect(adopter.pid()).toBe(earlier.pid);
  expect(await query(adopter.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
  await adopter.stop();
  expect(await isAlive(earlier.pid)).toBe(false);
});

test("a database that a live gateway uses is refused, also under another data folder's name", async () => {
  const dataDir = await temporaryFolder();
  const { child, said } = await startProgram(program, [dataDir]);
  const alias = join(await temporaryFolder(), "alias");
  await symlink(dataDir, alias);
  await expect(startForTest({ dataDir: alias })).rejects.toMatchObject({
    code: "data_locked",
    message: expect.stringContaining(`is locked by shin pid ${child.pid}`),
  });
  expect(await query(saidSchema.parse(said).options, "select 1 as one")).toMatchObject([{ one: 1 }]);
  child.kill("SIGKILL");
  await untilGone(child.pid);
  await (await startForTest({ dataDir })).stop();
});

test("an earlier server whose socket was swept away is replaced, with its rows", async () => {
  const dataDir = await temporaryFolder();
  const { child, said } = await startProgram(program, [dataDir]);
  const earlier = saidSchema.parse(said);
  await query(earlier.options, "create table kept as select 42 as answer");
  child.kill("SIGKILL");
  await untilGone(child.pid);
  await rm(earlier.options.host, { recursive: true });
  const next = await startForTest({ dataDir });
  expect(next.adopted).toBe(false);
  expect(await query(next.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
  expect(await isAlive(earlier.pid)).toBe(false);
});

test("an earlier server of another minor version is replaced by this build's, with its rows", async () => {
  const dataDir = await temporaryFolder();
  const { child, said } = await startProgram(program, [dataDir]);
  const earlier = saidSchema.parse(said);
  await query(earlier.options, "create table kept as select 42 as answer");
  child.kill("SIGKILL");
  await untilGone(child.pid);
  const native = await copyNative(await temporaryFolder());
  await rename(join(native, "bin", "postgres"), join(native, "bin", "real"));
  const claims = `#!/bin/sh\n[ "$1" != --version ] || { echo "postgres (PostgreSQL) 18.99"; exit; }\nexec "${native}/bin/real" "$@"\n`;
  await writeFile(join(native, "bin", "postgres"), claims, { mode: 0o755 });
  const next = await startForTest({ dataDir, nativeDir: native });
  expect(next.adopted).toBe(false);
  expect(await isAlive(earlier.pid)).toBe(false);
  expect(await query(next.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
});

test("gateway and server both killed: the stale pid file is cleared and every commit is there", async () => {
  const dataDir = await temporaryFolder();
  const { child, said } = await startProgram(program, [dataDir]);
  const earlier = saidSchema.parse(said);
  await query(earlier.options, "create table kept as select 42 as answer");
  child.kill("SIGKILL");
  process.kill(earlier.pid, "SIGKILL");
  await untilGone(earlier.pid);
  const next = await startForTest({ dataDir });
  expect(next.adopted).toBe(false);
  expect(await query(next.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
});

test.skipIf(process.platform !== "linux")(
  "a pid file whose pid belongs to something else by now does not hinder",
  async () => {
    const dataDir = await temporaryFolder();
    const first = await startForTest({ dataDir });
    const pidFile = join(first.root, "data", "postmaster.pid");
    const text = await readFile(pidFile, "utf8");
    const owner = await stat(pidFile);
    await first.stop();
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)), { mode: 0o600 });
    await chown(pidFile, owner.uid, owner.gid);
    expect(await startForTest({ dataDir })).toMatchObject({ adopted: false, created: false });
  },
);

test("a server that dies under a running gateway comes back in the same place", async () => {
  const dataDir = await temporaryFolder();
  const log = rememberingLog();
  const database = await startForTest({ dataDir, log });
  await query(database.options, "create table kept as select 42 as answer");
  const pid = database.pid();
  process.kill(pid, "SIGKILL");
  await until("another server runs", () => database.pid() !== pid);
  expect(await query(database.options, "select answer from kept")).toMatchObject([{ answer: 42 }]);
  expect(log.lines).toContain("the embedded Postgres ended unexpectedly; it is started again");
  await database.stop();
  expect(await isAlive(database.pid())).toBe(false);
});

test("a data path too long for a socket gets a short private folder, gone after the stop", async () => {
  const dataDir = join(await temporaryFolder(), "d".repeat(60), "e".repeat(60));
  await mkdir(dataDir, { recursive: true });
  for (let folder = dataDir; folder.includes("ddd"); folder = join(folder, "..")) await chmod(folder, 0o755);
  await chmod(join(dataDir, "../.."), 0o755);
  const database = await startForTest({ dataDir });
  expect(database.options.host).toMatch(/^\/tmp\/shin-[0-9a-f]{12}$/);
  expect((await stat(database.options.host)).mode & 0o777).toBe(0o700);
  expect(await query(database.options, "select 1 as one")).toMatchObject([{ one: 1 }]);
  await database.stop();
  await expect(stat(database.options.host)).rejects.toMatchObject({ code: "ENOENT" });
});

test("somebody else's folder of the short name is not used", async () => {
  const dataDir = join(await temporaryFolder(), "d".repeat(60), "e".repeat(60));
  await mkdir(dataDir, { recursive: true });
  await chmod(join(dataDir, "../.."), 0o755);
  const first = await startForTest({ dataDir });
  const squatted = first.options.host;
  await first.stop();
  await mkdir(squatted);
  await chmod(squatted, 0o777);
  try {
    const second = await startForTest({ dataDir });
    expect(second.options.host).not.toBe(squatted);
    expect((await stat(second.options.host)).mode & 0o777).toBe(0o700);
  } finally {
    await rm(squatted, { recursive: true });
  }
});

describe("refused with a sentence, and nothing half-made left", () => {
  test("initdb that fails", async () => {
    const dataDir = await temporaryFolder();
    const native = await copyNative(await temporaryFolder());
    await rm(join(native, "share", "postgresql", "postgres.bki"));
    await expect(startForTest({ dataDir, nativeDir: native })).rejects.toMatchObject({
      code: "database_failed",
      message: expect.stringContaining("the embedded database could not be made"),
    });
    expect(await readdir(join(dataDir, "postgres"))).toEqual([]);
  });

  test("a damaged database: the end of the server's log, and the files as they were", async () => {
    const dataDir = await temporaryFolder();
    const database = await startForTest({ dataDir });
    await database.stop();
    const control = join(database.root, "data", "global", "pg_control");
    await writeFile(control, "");
    await expect(startForTest({ dataDir })).rejects.toMatchObject({
      code: "database_failed",
      message: expect.stringContaining("the embedded Postgres stopped while starting: could not read file"),
      detail: expect.arrayContaining([expect.stringContaining("global/pg_control")]),
    });
    expect((await stat(control)).size).toBe(0);
  });

  test("a database of another major version", async () => {
    const dataDir = await temporaryFolder();
    const database = await startForTest({ dataDir });
    await database.stop();
    for (const major of ["17", "19"]) {
      await writeFile(join(database.root, "data", "PG_VERSION"), `${major}\n`);
      await expect(startForTest({ dataDir })).rejects.toMatchObject({
        code: "database_version",
        message: expect.stringContaining(`was made by Postgres ${major}, and this build brings Postgres 18`),
        advice: expect.stringContaining("DATABASE_URL"),
      });
    }
  });

  test("a platform without programs", () => {
    expect(() => findNative("sunos", "x64")).toThrow(
      expect.objectContaining({
        code: "database_binaries",
        message: "no embedded Postgres is installed for sunos-x64",
        advice: expect.stringContaining("DATABASE_URL"),
      }),
    );
  });

  test("programs that this system cannot run", async () => {
    const native = await copyNative(await temporaryFolder());
    await writeFile(join(native, "bin", "postgres"), "#!/nowhere/loader\n", { mode: 0o755 });
    await expect(startForTest({ dataDir: await temporaryFolder(), nativeDir: native })).rejects.toMatchObject(
      {
        code: "database_binaries",
        advice: expect.stringContaining("DATABASE_URL"),
      },
    );
  });
});

/** The programs as npm unpacks them, before any link was made. */
async function copyNative(folder: string): Promise<string> {
  const native = join(folder, "native");
  await cp(findNative(), native, {
    recursive: true,
    filter: (path) => !path.endsWith(".a"),
  });
  await cp(join(findNative(), "..", "package.json"), join(folder, "package.json"));
  if (isRoot) await chmod(folder, 0o755);
  return native;
}

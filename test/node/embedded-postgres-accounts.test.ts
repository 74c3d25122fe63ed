/** The embedded database as root, as an ordinary user, with unreachable folders, and on a full disk. */
import { execFileSync, spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { findNative, hydrateLinks } from "#lib/node/embedded-postgres-binaries.ts";
import { readPostmaster } from "#lib/node/embedded-postgres-server.ts";
import {
  isRoot,
  privateHome,
  rememberingLog,
  startForTest,
  temporaryFolder,
  until,
} from "#test/helpers/house.ts";

const nobody = { uid: 65534, gid: 65534 };

async function answers(options: object): Promise<boolean> {
  const sql = postgres({ ...options, max: 1 });
  try {
    return (await sql`select 1 as one`)[0]?.one === 1;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The programs as npm unpacks them: without links. */
async function unpackedPrograms(folder: string): Promise<string> {
  const native = join(folder, "native");
  const filter = (path: string) => !path.endsWith(".a");
  await cp(findNative(), native, { recursive: true, filter, verbatimSymlinks: true });
  await cp(join(findNative(), "..", "package.json"), join(folder, "package.json"));
  for (const name of await readdir(join(native, "lib"))) {
    const path = join(native, "lib", name);
    if (await readlink(path).catch(() => null)) await rm(path);
  }
  return native;
}

test("the library links are made by whoever comes first, also when two come at once", async () => {
  const native = await unpackedPrograms(await temporaryFolder());
  expect(await Promise.all([hydrateLinks(native), hydrateLinks(native), hydrateLinks(native)])).toEqual([
    true,
    true,
    true,
  ]);
  expect(await readlink(join(native, "lib", "libicuuc.so.60"))).toMatch(/^libicuuc\.so\.60\.\d+$/);
});

describe.skipIf(!isRoot)("started as root", () => {
  test("the server runs under another account, and nothing but its own folder is given away", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "secrets"), { mode: 0o700 });
    const database = await startForTest({ dataDir });
    const owner = await stat(join(database.root, "data"));
    expect(owner.uid).not.toBe(0);
    expect((await stat(`/proc/${database.pid()}`)).uid).toBe(owner.uid);
    const folder = await stat(dataDir);
    expect([folder.uid, folder.mode & 0o777]).toEqual([0, 0o710]);
    const secrets = await stat(join(dataDir, "secrets"));
    expect([secrets.uid, secrets.mode & 0o777]).toEqual([0, 0o700]);
  });

  test("the server inherits nothing of our environment", async () => {
    const database = await startForTest({ dataDir: await temporaryFolder() });
    const environment = await readFile(`/proc/${database.pid()}/environ`, "utf8");
    expect(environment).toContain("TZ=UTC");
    expect(environment).not.toContain("PATH=");
  });

  test("a data folder of an ordinary user: the server runs as that user", async () => {
    const dataDir = await temporaryFolder();
    const owner = Number(execFileSync("id", ["-u", "daemon"], { encoding: "utf8" }));
    await chown(dataDir, owner, owner);
    const database = await startForTest({ dataDir });
    expect((await stat(join(database.root, "data"))).uid).toBe(owner);
    const folder = await stat(dataDir);
    expect([folder.uid, folder.mode & 0o777]).toEqual([owner, 0o700]);
    expect(await answers(database.options)).toBe(true);
  });

  test("a private data folder of a uid without a name: opened by a crack, and the owner keeps it", async () => {
    const dataDir = await temporaryFolder();
    await chown(dataDir, 12_345, 12_345);
    const database = await startForTest({ dataDir });
    expect(database.root).toBe(join(dataDir, "postgres"));
    const folder = await stat(dataDir);
    expect([folder.uid, folder.mode & 0o777]).toEqual([12_345, 0o710]);
    expect(await answers(database.options)).toBe(true);
  });

  test("a data folder below a private home: a durable place elsewhere, recorded, said, and found again", async () => {
    const home = await privateHome();
    const place = join(await temporaryFolder(), "lib", "shin");
    await mkdir(join(place, ".."), { recursive: true });
    await chmod(join(place, "../.."), 0o755);
    const dataDir = join(home, "shin", ".data");
    await mkdir(dataDir, { recursive: true });
    const log = rememberingLog();
    const first = await startForTest({ dataDir, log, durablePlaces: ["/proc/no-folders-here", place] });
    expect(first.root.startsWith(place)).toBe(true);
    expect((await readFile(join(dataDir, "postgres-location"), "utf8")).trim()).toBe(first.root);
    expect(log.lines.join("\n")).toContain(`the database goes to ${first.root}`);
    expect(await readdir(dataDir)).toEqual(["postgres-location"]);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    await first.stop();

    const second = await startForTest({ dataDir, durablePlaces: [place] });
    expect(second).toMatchObject({ root: first.root, created: false });
    expect(await answers(second.options)).toBe(true);
    await second.stop();

    await rm(first.root, { recursive: true });
    await expect(startForTest({ dataDir, durablePlaces: [place] })).rejects.toMatchObject({
      code: "database_failed",
      message: expect.stringContaining(`was in ${first.root}`),
      advice: expect.stringContaining("Restore it"),
    });
  });

  test("no reachable place at all is said, and leaves nothing behind", async () => {
    const dataDir = join(await privateHome(), "a", "data");
    await mkdir(dataDir, { recursive: true });
    await chmod(join(dataDir, "../.."), 0o700);
    await chmod(join(dataDir, ".."), 0o700);
    const options = { dataDir, durablePlaces: ["/proc/no-folders-here", join(dataDir, "unreachable")] };
    await expect(startForTest(options)).rejects.toMatchObject({
      code: "database_failed",
      advice: expect.stringContaining("DATABASE_URL"),
    });
    expect(await readdir(join(dataDir, "unreachable"))).toEqual([]);
    await expect(stat(join(dataDir, "postgres"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("programs below a private home are copied once to where the server can run them", async () => {
    const native = await unpackedPrograms(await privateHome());
    const dataDir = await temporaryFolder();
    const log = rememberingLog();
    const first = await startForTest({ dataDir, nativeDir: native, log });
    expect(log.lines.filter((line) => line.startsWith("copying the Postgres programs"))).toHaveLength(1);
    expect(await answers(first.options)).toBe(true);
    await first.stop();
    const copies = (await readdir(first.root)).filter((name) => name.startsWith("programs-"));
    expect(copies).toEqual([expect.stringMatching(/^programs-18\.\d/)]);

    const again = rememberingLog();
    await (await startForTest({ dataDir, nativeDir: native, log: again })).stop();
    expect(again.lines).toEqual([]);
    // Reachable programs again: the copy has served its time.
    await (await startForTest({ dataDir })).stop();
    expect((await readdir(first.root)).filter((name) => name.startsWith("programs-"))).toEqual([]);
  });
});

describe.skipIf(!isRoot)("started as an ordinary user", () => {
  /** Runs the small gateway as `nobody`, told where programs and data are; its first line. */
  async function asNobody(
    dataDir: string,
    nativeDir: string | null,
  ): Promise<{ said: Record<string, unknown>; errors: () => string }> {
    const script = join(import.meta.dirname, "programs/open-database.ts");
    const args = [script, dataDir, ...(nativeDir === null ? [] : [nativeDir])];
    const child = spawn(process.execPath, args, { ...nobody, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let out = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    await until("it said something", () => out.includes("\n") || child.exitCode !== null);
    if (!out.includes("\n")) throw new Error(errors);
    return { said: JSON.parse(out), errors: () => errors };
  }

  async function ownFolder(): Promise<string> {
    const dataDir = join(await temporaryFolder(), "data");
    await mkdir(dataDir, { mode: 0o700 });
    await chmod(join(dataDir, ".."), 0o755);
    await chown(dataDir, nobody.uid, nobody.gid);
    return dataDir;
  }

  test("the server runs as that user, in its folder", async () => {
    const dataDir = await ownFolder();
    const { said } = await asNobody(dataDir, null);
    onTestFinished(() => void process.kill(Number(said.pid), "SIGQUIT"));
    expect((await stat(`/proc/${said.pid}`)).uid).toBe(nobody.uid);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await answers(Object(said.options))).toBe(true);
  });

  test("a read-only node_modules without links: the programs are copied, and that is said", async () => {
    const dataDir = await ownFolder();
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    const { said, errors } = await asNobody(dataDir, await unpackedPrograms(folder));
    onTestFinished(() => void process.kill(Number(said.pid), "SIGQUIT"));
    expect(errors()).toContain("its library links are missing and node_modules is read-only");
    expect(await answers(Object(said.options))).toBe(true);
  });
});

/** A file system of `megabytes`, where this machine lets us mount one. */
function mountSmall(folder: string, megabytes: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", folder], {
      stdio: "pipe",
    });
  } catch {
    return false; // a container without the right to mount
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return true;
}

describe.skipIf(!isRoot)("on a full disk", () => {
  // Sizes at which it ends in different steps: initdb's own, its children's, and ours after the first start.
  test.for([20, 30, 40])(
    "of %i MB, making the database is refused with a sentence and leaves nothing running",
    async (megabytes, { skip }) => {
      const disk = await temporaryFolder();
      if (!mountSmall(disk, megabytes)) skip("mounting is not allowed here");
      const dataDir = join(disk, "data");
      await mkdir(dataDir);
      await expect(startForTest({ dataDir })).rejects.toMatchObject({
        code: "disk_full",
        message: expect.stringContaining("is full"),
        advice: expect.stringContaining("Free some space"),
      });
      const left = await readdir(join(dataDir, "postgres"));
      expect(left.filter((name) => name.startsWith("initdb-") || name === "lock")).toEqual([]);
      expect(await readPostmaster(join(dataDir, "postgres", "data"))).toBeNull();
    },
  );

  test("a database that is there starts again once there is room, with its rows", async ({ skip }) => {
    const disk = await temporaryFolder();
    if (!mountSmall(disk, 90)) skip("mounting is not allowed here");
    const dataDir = join(disk, "data");
    await mkdir(dataDir);
    const first = await startForTest({ dataDir });
    const sql = postgres({ ...first.options, max: 1 });
    await sql`create table kept as select 42 as answer`;
    await sql.end();
    await first.stop();
    const filler = join(disk, "filler");
    execFileSync("sh", ["-c", `head -c 200m /dev/zero > "${filler}" 2>/dev/null || true`]);
    await expect(startForTest({ dataDir })).rejects.toMatchObject({ code: "disk_full" });
    await rm(filler);
    const second = await startForTest({ dataDir });
    const again = postgres({ ...second.options, max: 1 });
    expect(await again`select answer from kept`).toMatchObject([{ answer: 42 }]);
    await again.end();
  });
});

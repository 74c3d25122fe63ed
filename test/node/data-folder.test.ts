/** One gateway a data folder, and secrets that are made once: two gateways on one folder would bill into each other. */
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeEncryptionKey, makeMasterKey, openDataFolder } from "#lib/node/data-folder.ts";
import { processSpace, startTicks } from "#lib/node/process-info.ts";
import { startProgram, temporaryFolder, until, untilGone } from "#test/helpers/house.ts";

const program = join(import.meta.dirname, "programs/open-data-folder.ts");
const now = () => new Date("2026-11-23T10:15:00Z");

/** A lock as another process would have written it. */
async function plantLock(dir: string, holder: object): Promise<void> {
  await mkdir(dir, { recursive: true });
  const whole = {
    pid: process.pid,
    startedAt: "2026-11-23T10:02:00.000Z",
    startTicks: null,
    space: await processSpace(),
    host: hostname(),
    token: "other",
    ...holder,
  };
  await writeFile(join(dir, "lock"), JSON.stringify(whole));
}

test("a new folder is private and reported as new; a used one is not new", async () => {
  const dir = join(await temporaryFolder(), "data");
  const first = await openDataFolder({ dir, now });
  expect(first.isNew).toBe(true);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  await first.secret("master-key", makeMasterKey);
  await first.close();
  const second = await openDataFolder({ dir, now });
  expect(second.isNew).toBe(false);
  await second.close();
  expect(await readdir(dir)).toEqual(["secrets"]);
});

test("a secret is made once, private, and read from then on", async () => {
  const folder = await openDataFolder({ dir: join(await temporaryFolder(), "data"), now });
  const made = await folder.secret("master-key", makeMasterKey);
  expect(made).toMatchObject({ made: true, value: expect.stringMatching(/^sk-[\w-]{43}$/) });
  expect((await stat(made.file)).mode & 0o777).toBe(0o600);
  expect((await readFile(made.file, "utf8")).trim()).toBe(made.value);
  await chmod(made.file, 0o644);
  expect(await folder.secret("master-key", () => "never")).toMatchObject({ made: false, value: made.value });
  expect((await stat(made.file)).mode & 0o777).toBe(0o600);
  expect(makeEncryptionKey()).toMatch(/^[0-9a-f]{64}$/);
  await folder.close();
});

test("two that make the same secret at once agree on one", async () => {
  const folder = await openDataFolder({ dir: join(await temporaryFolder(), "data"), now });
  const values = await Promise.all(
    Array.from({ length: 8 }, () => folder.secret("encryption-key", makeEncryptionKey)),
  );
  expect(new Set(values.map((secret) => secret.value)).size).toBe(1);
  expect(values.filter((secret) => secret.made)).toHaveLength(1);
  expect(await readdir(join(folder.path, "secrets"))).toEqual(["encryption-key"]);
  await folder.close();
});

test("an emptied secret is not silently replaced", async () => {
  const folder = await openDataFolder({ dir: join(await temporaryFolder(), "data"), now });
  await mkdir(join(folder.path, "secrets"));
  await writeFile(join(folder.path, "secrets", "encryption-key"), "\n");
  await expect(folder.secret("encryption-key", makeEncryptionKey)).rejects.toMatchObject({
    code: "data_unusable",
    advice: /backup/,
  });
  await folder.close();
});

test("a folder held by a live process is refused with pid and time, and not touched", async () => {
  const dir = join(await temporaryFolder(), "data");
  await plantLock(dir, { startTicks: await startTicks(process.pid) });
  await expect(openDataFolder({ dir, now })).rejects.toMatchObject({
    code: "data_locked",
    message: `data ${dir} is locked by shin pid ${process.pid}, started 10:02 UTC`,
    advice: "Stop it, or use --data ./other",
  });
  expect(await readdir(dir)).toEqual(["lock"]);
});

test("a lock of a killed process is taken over", async () => {
  const dir = join(await temporaryFolder(), "data");
  const { child, said } = await startProgram(program, [dir]);
  expect(said).toEqual({ open: true });
  await expect(openDataFolder({ dir, now })).rejects.toMatchObject({ code: "data_locked" });
  child.kill("SIGKILL");
  await untilGone(child.pid);
  const folder = await openDataFolder({ dir, now });
  expect(JSON.parse(await readFile(join(dir, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
  await folder.close();
});

test.skipIf(process.platform !== "linux")(
  "a pid that by now is another process does not hold the lock",
  async () => {
    const dir = join(await temporaryFolder(), "data");
    await plantLock(dir, { startTicks: 1 });
    await (await openDataFolder({ dir, now })).close();
  },
);

test("a lock from before a reboot is taken over", async () => {
  const dir = join(await temporaryFolder(), "data");
  await plantLock(dir, { space: "00000000-0000-0000-0000-000000000000 pid:[1]" });
  await (await openDataFolder({ dir, now })).close();
});

test("a lock torn by a full disk is taken over", async () => {
  const dir = join(await temporaryFolder(), "data");
  await mkdir(dir);
  await writeFile(join(dir, "lock"), '{"pid": 12');
  await (await openDataFolder({ dir, now })).close();
});

test("a holder on another machine counts while it touches the lock, and not once it stopped", async () => {
  const dir = join(await temporaryFolder(), "data");
  await plantLock(dir, { host: "elsewhere", space: "other pid:[1]", pid: 1 });
  const beat = setInterval(() => void utimes(join(dir, "lock"), new Date(), new Date()), 10);
  await expect(openDataFolder({ dir, now, heartbeatMs: 100 })).rejects.toMatchObject({
    code: "data_locked",
    message: expect.stringContaining("pid 1 on elsewhere"),
  });
  clearInterval(beat);
  await (await openDataFolder({ dir, now, heartbeatMs: 20 })).close();
});

test("the holder touches its lock, which is what others go by", async () => {
  const dir = join(await temporaryFolder(), "data");
  let at = new Date("2026-01-01T00:00:00Z");
  const folder = await openDataFolder({ dir, now: () => at, heartbeatMs: 5 });
  at = new Date("2026-02-02T00:00:00Z");
  await until("the lock was touched", async () => (await stat(join(dir, "lock"))).mtimeMs === at.getTime());
  await folder.close();
});

test("of many that start at once on a dead holder's folder exactly one gets it", async () => {
  const dir = join(await temporaryFolder(), "data");
  await plantLock(dir, { startTicks: 1 });
  const all = await Promise.all(Array.from({ length: 6 }, () => startProgram(program, [dir])));
  expect(all.filter(({ said }) => JSON.stringify(said) === '{"open":true}')).toHaveLength(1);
});

test("a data folder that is a file is refused with what to do", async () => {
  const dir = join(await temporaryFolder(), "data");
  await writeFile(dir, "");
  await expect(openDataFolder({ dir, now })).rejects.toMatchObject({
    code: "data_unusable",
    advice: expect.stringContaining("--data"),
  });
});

test.skipIf(process.platform !== "linux")(
  "a place where no folders can be made is refused instead of hanging",
  async () => {
    await expect(openDataFolder({ dir: "/proc/shin/data", now })).rejects.toMatchObject({
      code: "data_unusable",
    });
  },
);

/** The log file: no line lost by rotation or by logrotate, and a failing disk never takes the gateway along. */
import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { expect, onTestFinished, test } from "vitest";
import { type LogFileOptions, openLogFile } from "#lib/log-file.ts";
import { temporaryFolder } from "#test/helpers/house.ts";

async function opened(options: Partial<LogFileOptions> = {}) {
  const folder = await temporaryFolder();
  const path = join(folder, "shin.log");
  const log = openLogFile({ path, ...options });
  onTestFinished(() => log.close());
  return { folder, path, log };
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").slice(0, -1);
}

test("is a destination for pino, private, and appended to", async () => {
  const { path, log } = await opened();
  pino({ base: null }, log).info({ id: 1 }, "hello");
  await log.flush();
  expect(JSON.parse((await linesOf(path))[0] ?? "")).toMatchObject({ id: 1, msg: "hello" });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await log.close();
  const again = openLogFile({ path });
  again.write("second\n");
  await again.close();
  expect(await linesOf(path)).toHaveLength(2);
});

test("rotation by size keeps the newest files and every line in them, in order", async () => {
  const { folder, log } = await opened({ maxBytes: 100, keep: 3 });
  for (let n = 0; n < 40; n += 1) {
    log.write(`line ${String(n).padStart(4, "0")}\n`); // 10 bytes
    await log.flush();
  }
  expect((await readdir(folder)).sort()).toEqual(["shin.log", "shin.log.1", "shin.log.2", "shin.log.3"]);
  const kept = [];
  for (const name of ["shin.log.3", "shin.log.2", "shin.log.1", "shin.log"])
    kept.push(...(await linesOf(join(folder, name))));
  expect(kept).toEqual(Array.from({ length: 40 }, (_, n) => `line ${String(n).padStart(4, "0")}`));
});

test("the oldest file goes when there are too many, and the size of an old file counts", async () => {
  const { folder, path, log } = await opened({ maxBytes: 10, keep: 1 });
  for (const text of ["aaaaaaaaa\n", "bbbbbbbbb\n", "ccccccccc\n"]) {
    log.write(text);
    await log.flush();
  }
  await log.close();
  expect((await readdir(folder)).sort()).toEqual(["shin.log", "shin.log.1"]);
  expect(await linesOf(`${path}.1`)).toEqual(["bbbbbbbbb"]);
  const next = openLogFile({ path, maxBytes: 10, keep: 1 });
  next.write("d\n");
  next.write("e\n");
  await next.close();
  expect([...(await linesOf(`${path}.1`)), ...(await linesOf(path))]).toEqual(["ccccccccc", "d", "e"]);
});

test("after logrotate moved the file away the next lines go to a new one", async () => {
  let nowMs = 0;
  const { path, log } = await opened({ now: () => nowMs });
  log.write("before\n");
  await log.flush();
  await rename(path, `${path}.old`);
  // Under steady load as well: there may never be a quiet second to notice it in.
  for (let n = 0; n < 12; n += 1) {
    nowMs += 100;
    log.write(`after ${n}\n`);
    await log.flush();
  }
  expect((await linesOf(`${path}.old`)).slice(0, 2)).toEqual(["before", "after 0"]);
  expect((await linesOf(path)).slice(-2)).toEqual(["after 10", "after 11"]);
});

test("SIGHUP opens the file anew at once", async () => {
  const { path, log } = await opened({ now: () => 0 });
  log.write("before\n");
  await log.flush();
  await rename(path, `${path}.old`);
  process.emit("SIGHUP");
  log.write("after\n");
  await log.flush();
  expect(await linesOf(path)).toEqual(["after"]);
});

test("a file that cannot be written is reported once, retried, and the lost lines are counted", async () => {
  let nowMs = 0;
  const reports: string[] = [];
  const { path, log } = await opened({ now: () => nowMs, report: (message) => reports.push(message) });
  await mkdir(path);
  for (const line of ["one\n", "two\n"]) {
    log.write(line);
    await log.flush();
  }
  expect(reports).toEqual([expect.stringContaining(`log file ${path} cannot be written`)]);
  await rmdir(path);
  nowMs += 1_000;
  log.write("three\n");
  await log.flush();
  expect(await linesOf(path)).toEqual([expect.stringContaining("2 log lines were lost"), "three"]);
  await rm(path);
  await mkdir(path);
  nowMs += 1_000;
  log.write("four\n");
  await log.flush();
  expect(reports).toHaveLength(2);
});

test("a flood while the disk is slow is bounded in memory", async () => {
  const { path, log } = await opened();
  const line = `${"x".repeat(999_999)}\n`;
  for (let n = 0; n < 30; n += 1) log.write(line);
  await log.flush();
  log.write("last\n");
  await log.flush();
  const lines = await linesOf(path);
  expect(lines.filter((text) => text.length === 999_999)).toHaveLength(17);
  expect(lines.join("\n")).toContain("13 log lines were lost");
  expect(lines.at(-1)).toBe("last");
});

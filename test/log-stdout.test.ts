/** Standard output never holds the gateway up: a reader that is gone ends the logging, and a stop does not wait for it. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStdoutLog } from "#lib/log-stdout.ts";

const folder = await mkdtemp(path.join(tmpdir(), "shin-stdout-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("lines come out whole and in order, and flush waits for them", async () => {
  const file = path.join(folder, "lines");
  const log = openStdoutLog(openSync(file, "w"));
  const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i} ${"ü".repeat(i % 50)}\n`);
  for (const line of lines) log.write(line);
  await log.flush();
  expect(readFileSync(file, "utf8")).toBe(lines.join(""));
});

test("a reader that is gone loses lines and nothing else", async () => {
  const fifo = path.join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const log = openStdoutLog(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  log.write("read\n");
  await log.flush();
  closeSync(reader);
  for (let i = 0; i < 100; i++) log.write("lost\n");
  await log.flush();
  log.write("after\n");
  await log.flush();
});

test("a reader that reads nothing is waited for no longer than a moment", async () => {
  const fifo = path.join(folder, "full");
  execFileSync("mkfifo", [fifo]);
  openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const log = openStdoutLog(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  log.write("x".repeat(1_000_000));
  await log.flush();
});

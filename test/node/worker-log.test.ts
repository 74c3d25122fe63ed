/** A worker's lines arrive whole and in order with the one process that writes; when that cannot keep up, the loss is said. */
import { expect, test } from "vitest";
import { openWorkerLog } from "#lib/node/worker-log.ts";

const look = { level: "info", json: true, color: false } as const;

test("lines are whole, in order, and all sent by the time it is closed", async () => {
  const sent: string[] = [];
  const { close, log } = openWorkerLog(look, (lines, done) => {
    sent.push(lines);
    setImmediate(done);
  });
  for (let n = 0; n < 1_000; n++) log.line(`{"n":${n}}`);
  log.info("last");
  await close();
  expect(sent.every((lines) => lines.endsWith("\n"))).toBe(true);
  const lines = sent.join("").trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith('{"n":'))).toEqual(
    Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}`),
  );
  expect(lines.some((line) => line.includes('"msg":"last"'))).toBe(true);
});

test("a reader that stands still costs bounded memory, and the loss is counted when it goes on", async () => {
  const waiting: (() => void)[] = [];
  let chars = 0;
  const said: string[] = [];
  const { log } = openWorkerLog(look, (lines, done) => {
    chars += lines.length;
    if (lines.includes("lost")) said.push(lines);
    waiting.push(done);
  });
  const line = `{"text":"${"x".repeat(1_000_000)}"}`;
  for (let n = 0; n < 40; n++) log.line(line);
  expect(chars).toBeLessThan(20_000_000);
  for (const done of waiting.splice(0)) done();
  expect(JSON.parse(said[0] ?? "{}")).toMatchObject({ level: "error", lines: expect.any(Number) });
  expect(JSON.parse(said[0] ?? "{}").lines).toBeGreaterThan(15);
});

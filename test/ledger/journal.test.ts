/** The journal's files: nothing appended is ever in a file that a replay may delete before it was read. */
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { Journal } from "#lib/ledger/journal.ts";
import { temporaryFolder } from "#test/helpers/house.ts";

const linesIn = async (files: readonly string[]) => (await Promise.all(files.map(Journal.read))).flat();
const filesIn = async (folder: string) => (await readdir(folder)).sort().map((name) => `${folder}/${name}`);

test("rows that come while segments are sealed, read and deleted are all on disk afterwards or were read", async () => {
  const folder = await temporaryFolder();
  const { journal } = await Journal.open(folder);
  const appended: string[] = [];
  const replayed: string[] = [];
  let running = true;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; running; n++) {
      const line = JSON.stringify({ writer, n });
      await journal.append(line, n % 5 === 0);
      appended.push(line);
    }
  });
  while (appended.length < 3_000) {
    const files = await journal.seal();
    replayed.push(...(await linesIn(files)));
    await Promise.all(files.map(Journal.discard));
  }
  running = false;
  await Promise.all(writers);
  const left = await linesIn(await filesIn(folder));
  expect([...replayed, ...left].sort()).toEqual(appended.sort());
  expect(replayed.length).toBeGreaterThan(100);
});

test("sealing twice, or with nothing there, is harmless", async () => {
  const folder = await temporaryFolder();
  const { journal, leftovers } = await Journal.open(folder);
  expect(leftovers).toEqual([]);
  expect(await journal.seal()).toEqual([]);
  await journal.append("{}", true);
  expect(await journal.seal()).toHaveLength(1);
  expect(await journal.seal()).toHaveLength(1);
});

test("a segment goes when its last row is shipped, and not before", async () => {
  const folder = await temporaryFolder();
  const { journal } = await Journal.open(folder);
  const shipped = [await journal.append('{"n":1}', false), await journal.append('{"n":2}', false)];
  const [file] = await journal.seal();
  await shipped[0]?.();
  expect(await filesIn(folder)).toEqual([file]);
  await shipped[1]?.();
  expect(await filesIn(folder)).toEqual([]);
});

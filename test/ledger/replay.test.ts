/** After a crash: what the journal holds comes to the database once, and calls that were cut off are settled at their estimate. */
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settledRow, toLine } from "#lib/ledger/batch.ts";
import { toRow } from "#lib/ledger/record.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { expectExactSums } from "../reliability/statement.ts";
import { ledgerSetting, record } from "./setting.ts";

const setting = await ledgerSetting();
const { sql } = setting.database;
const earlier = { id: "ins_test", boot: 1 };
const segments = async (folder: string) =>
  (await readdir(folder)).filter((name) => /^\d+\.jsonl$/.test(name));

/** A folder as a crash leaves it. */
async function journalOf(...lines: string[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "00000007.jsonl"), lines.join("\n"));
  return folder;
}

const line = (fields: Parameters<typeof record>[0] = {}) => toRow(record(fields), "settled");

test("segments are replayed and removed, and doing it twice changes nothing", async () => {
  const lines = [line({ costNanoUsd: 5n }), line({ costNanoUsd: 6n })];
  const folder = await journalOf(...lines, "");
  for (let i = 0; i < 2; i++) {
    const { ledger, leftovers } = await setting.open({ folder });
    expect(await ledger.recover(leftovers)).toEqual({ replayed: 2, interrupted: 0 });
    expect(await segments(folder)).toEqual([]);
    await appendFile(join(folder, "00000007.jsonl"), `${lines.join("\n")}\n`);
  }
  const ids = lines.map((text) => JSON.parse(text).id);
  const rows = await sql`select cost_nano_usd from spend_records where id = any(${ids}) order by id`;
  expect(rows.map((row) => row.cost_nano_usd)).toEqual(["5", "6"]);
  await expectExactSums(sql);
});

test("a last line that was cut is left out, and those before it are not", async () => {
  const folder = await journalOf(line(), line(), line().slice(0, 80));
  const { ledger, leftovers } = await setting.open({ folder });
  expect((await ledger.recover(leftovers)).replayed).toBe(2);
  await expectExactSums(sql);
});

test("a line that the database refuses is set aside, and the others are replayed", async () => {
  const bad = line({ costNanoUsd: -5n });
  const folder = await journalOf(line(), bad, line(), "{not json}", line(), "");
  const { ledger, leftovers } = await setting.open({ folder });
  await ledger.recover(leftovers);
  expect(await readFile(join(folder, "rejected.jsonl"), "utf8")).toBe(`${bad}\n{not json}\n`);
  expect(await segments(folder)).toEqual([]);
  await expectExactSums(sql);
});

test("a new start never appends to a segment of an old one", async () => {
  const folder = await journalOf(line().slice(0, 50));
  const { ledger } = await setting.open({ folder, acknowledge: "journal" });
  await ledger.settle(record());
  expect(await segments(folder)).toEqual(["00000007.jsonl", "00000008.jsonl"]);
});

test("calls of an earlier start that never settled are settled as interrupted, at their estimate, once", async () => {
  const before = await setting.open({ instance: earlier });
  const other = await setting.open({ instance: { id: "ins_other", boot: 1 } });
  const cut = record({ outcome: null, costNanoUsd: 8_000n });
  const foreign = record({ outcome: null, costNanoUsd: 9_000n });
  before.ledger.start(cut.id, () => cut);
  other.ledger.start(foreign.id, () => foreign);
  const started = async () =>
    (await sql`select 1 from spend_records where state = 'started' and id = any(${[cut.id, foreign.id]})`)
      .length === 2;
  await until("both are started", started);
  const { ledger } = await setting.open();
  expect(await ledger.recover([])).toEqual({ replayed: 0, interrupted: 1 });
  expect(await ledger.recover([])).toEqual({ replayed: 0, interrupted: 0 });
  const [row] = await sql`select * from spend_records where id = ${cut.id}`;
  expect(row).toMatchObject({
    state: "settled",
    outcome: "interrupted",
    usage_source: "estimated",
    cost_nano_usd: "8000",
  });
  // Another gateway's running calls are none of ours.
  const [theirs] = await sql`select state from spend_records where id = ${foreign.id}`;
  expect(theirs?.state).toBe("started");
  // A settlement that comes late after all changes nothing more.
  await before.ledger.settle({ ...cut, outcome: "ok", costNanoUsd: 1n });
  await other.ledger.settle({ ...foreign, outcome: "ok" });
  expect((await sql`select outcome from spend_records where id = ${cut.id}`)[0]?.outcome).toBe("interrupted");
  await expectExactSums(sql);
});

test("a call that settled in the journal before the crash is not interrupted", async () => {
  const before = await setting.open({ instance: earlier });
  const one = record({ outcome: null, costNanoUsd: 8_000n });
  before.ledger.start(one.id, () => one);
  const started = async () => (await sql`select 1 from spend_records where id = ${one.id}`).length === 1;
  await until("it is started", started);
  const folder = await journalOf(toRow({ ...one, outcome: "ok", costNanoUsd: 3n }, "settled"), "");
  const { ledger, leftovers } = await setting.open({ folder });
  expect(await ledger.recover(leftovers)).toEqual({ replayed: 1, interrupted: 0 });
  expect((await sql`select outcome, cost_nano_usd from spend_records where id = ${one.id}`)[0]).toEqual({
    outcome: "ok",
    cost_nano_usd: "3",
  });
  await before.ledger.settle(one);
});

test("what is shipped is removed when the ledger closes", async () => {
  const { ledger, folder } = await setting.open({ acknowledge: "journal" });
  await Promise.all(Array.from({ length: 50 }, () => ledger.settle(record())));
  expect(await segments(folder)).toHaveLength(1);
  await ledger.close();
  expect(await segments(folder)).toEqual([]);
  await expectExactSums(sql);
});

test("what a line charges is charged once, however the line was written, and the settled row keeps none of it", async () => {
  const charge = { kind: "tag", subjectId: 'a "b", ["c"]', budget: "life", periodStartMs: 0 } as const;
  const one = {
    charges: [charge],
    costNanoUsd: 9_007_199_254_740_993n,
    // A client's own words look like the member that is cut out.
    metadata: { a: 1, charges: [["tag", 'a "b", ["c"]', "life", 0]] },
  };
  const now = toLine(settledRow(record(one)));
  // Earlier versions wrote the charges before the periods.
  const before = toLine(settledRow(record({ ...one, teamPeriodStartMs: Date.UTC(2026, 0, 1) }))).replace(
    /(,"team_period_started_at":"[^"]+")(,"charges":.+)\}$/,
    "$2$1}",
  );
  expect(before).toMatch(/"charges":.+"team_period_started_at"/);
  const folder = await journalOf(now, before, "");
  for (let i = 0; i < 2; i++) {
    const { ledger, leftovers } = await setting.open({ folder });
    await ledger.recover(leftovers);
    await appendFile(join(folder, "00000007.jsonl"), `${now}\n${before}\n`);
  }
  const spent = await sql`select spend_nano_usd from budget_spend where subject_id = ${charge.subjectId}`;
  expect(spent).toEqual([{ spend_nano_usd: "18014398509481986" }]);
  const ids = [now, before].map((text) => JSON.parse(text).id);
  expect(
    await sql`select cost_nano_usd, charges, metadata from spend_records where id = any(${ids})`,
  ).toEqual(Array(2).fill({ cost_nano_usd: "9007199254740993", charges: null, metadata: one.metadata }));
});

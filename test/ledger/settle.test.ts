/** Every call settles once: shared commits, started rows, rows that the database refuses, deadlocks. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { until } from "#test/helpers/house.ts";
import { expectExactSums } from "../reliability/statement.ts";
import { addKey, ledgerSetting, record } from "./setting.ts";

const setting = await ledgerSetting();
const { sql } = setting.database;
const rowOf = async (id: string) => (await sql`select * from spend_records where id = ${id}`)[0];

describe.each(["commit", "journal"] as const)("ledger_acknowledge: %s", (acknowledge) => {
  test("calls that end together share commits, and each is counted once", async () => {
    const { ledger, health } = await setting.open({ acknowledge });
    const runs = vi.spyOn(health, "run");
    const records = Array.from({ length: 700 }, (_, n) =>
      record({ keyId: n % 2 === 0 ? "k1" : "k2", costNanoUsd: BigInt(n) * 1_001n }),
    );
    await Promise.all(records.map((one) => ledger.settle(one)));
    await ledger.flush();
    expect(runs.mock.calls.length).toBeLessThan(20);
    const [sum] = await sql`
      select count(*) as n, sum(cost_nano_usd) as cost from spend_records where id = any(${records.map((one) => one.id)})`;
    expect(sum).toEqual({
      n: "700",
      cost: String(records.reduce((total, one) => total + one.costNanoUsd, 0n)),
    });
    await expectExactSums(sql);
  });

  test("settling the same record twice changes nothing", async () => {
    const { ledger } = await setting.open({ acknowledge });
    const one = record({ costNanoUsd: 77n });
    await ledger.settle(one);
    await ledger.settle({ ...one, costNanoUsd: 99n });
    await ledger.flush();
    expect(await rowOf(one.id)).toMatchObject({ cost_nano_usd: "77" });
    await expectExactSums(sql);
  });

  test("a row that the database refuses is set aside, and holds up nobody", async () => {
    const { ledger, folder } = await setting.open({ acknowledge });
    const poison = record({ costNanoUsd: -1n });
    const good = Array.from({ length: 20 }, () => record());
    await Promise.all([...good.slice(0, 10), poison, ...good.slice(10)].map((one) => ledger.settle(one)));
    await ledger.flush();
    for (const one of good) expect(await rowOf(one.id)).toMatchObject({ state: "settled" });
    expect(await rowOf(poison.id)).toBeUndefined();
    const aside = (await readFile(join(folder, "rejected.jsonl"), "utf8")).trim().split("\n");
    expect(aside.map((line) => JSON.parse(line).id)).toEqual([poison.id]);
    await expectExactSums(sql);
  });
});

test("a call that runs has a started row that counts nowhere, and settling it counts it once", async () => {
  const { ledger } = await setting.open();
  const one = record({ outcome: null, costNanoUsd: 5_000n });
  ledger.start(one.id, () => one);
  await until("the started row is there", async () => (await rowOf(one.id))?.state === "started");
  const [before] = await sql`select spend_nano_usd as spend from virtual_keys where id = 'k1'`;
  await ledger.settle({ ...one, outcome: "ok", costNanoUsd: 1_234n });
  expect(await rowOf(one.id)).toMatchObject({ state: "settled", outcome: "ok", cost_nano_usd: "1234" });
  const [after] = await sql`select spend_nano_usd as spend from virtual_keys where id = 'k1'`;
  expect(BigInt(after?.spend) - BigInt(before?.spend)).toBe(1_234n);
  await expectExactSums(sql);
});

test("a call that ends at once needs no started row", async () => {
  const { ledger } = await setting.open();
  const [short, long] = [record(), record()];
  ledger.start(short.id, () => short);
  await ledger.settle(short);
  ledger.start(long.id, () => long);
  await until("the later one is there", async () => (await rowOf(long.id))?.state === "started");
  expect(await rowOf(short.id)).toMatchObject({ state: "settled" });
  await ledger.settle(long);
});

test("refused calls are counted as refusals and use no key", async () => {
  await addKey(setting.database, "k-refused");
  const { ledger } = await setting.open();
  const one = record({ keyId: "k-refused", outcome: "refused", rule: "key_rpm", costNanoUsd: 0n });
  ledger.note(one);
  await ledger.flush();
  expect(await rowOf(one.id)).toMatchObject({ outcome: "refused", rule: "key_rpm" });
  const [key] = await sql`select last_used_at from virtual_keys where id = 'k-refused'`;
  expect(key?.last_used_at).toBeNull();
  const [hour] = await sql`select requests, refusals, failures from spend_hourly where key_id = 'k-refused'`;
  expect(hour).toEqual({ requests: "1", refusals: "1", failures: "0" });
});

test("text that Postgres cannot hold does not cost the record", async () => {
  const { ledger } = await setting.open();
  const one = record({
    endUser: "a\u0000b\ud800",
    model: "m\u0000",
    tags: ["\u0000x"],
  });
  await ledger.settle(one);
  expect(await rowOf(one.id)).toMatchObject({ state: "settled", end_user: "ab\ufffd", tags: ["x"] });
});

test("a deadlock with somebody else's transaction is tried again", async () => {
  const { ledger } = await setting.open();
  const one = record({ costNanoUsd: 42n });
  await sql
    .begin(async (tx) => {
      // The other side waits longer before it looks for deadlocks, so that the ledger is the one that gives way.
      await tx`set local deadlock_timeout = '20s'`;
      await tx`select 1 from virtual_keys where id = 'k1' for update`;
      const settled = ledger.settle(one);
      const blocked = async () =>
        (
          await sql`select 1 from pg_stat_activity where application_name = 'ledger' and wait_event_type = 'Lock'
        and datname = current_database()`
        ).length > 0;
      await until("the ledger waits for the key's row", blocked);
      // It holds the team's row by now: taking that closes the circle.
      await tx`select 1 from teams where id = 't1' for update`;
      expect(await rowOf(one.id)).toBeUndefined();
      return { settled };
    })
    .then(({ settled }) => settled);
  expect(await rowOf(one.id)).toMatchObject({ state: "settled", cost_nano_usd: "42" });
  const counted = async () => {
    const [row] = await sql`select deadlocks from pg_stat_database where datname = current_database()`;
    return row?.deadlocks !== "0";
  };
  await until("Postgres has counted the deadlock", counted);
  await expectExactSums(sql);
});

test("readers are not kept waiting by calls that come after them", async () => {
  const { ledger } = await setting.open();
  let running = true;
  let settled = 0;
  const traffic = Array.from({ length: 20 }, async () => {
    while (running) {
      await ledger.settle(record());
      settled += 1;
    }
  });
  await until("there is traffic", () => settled > 50);
  await ledger.flush();
  expect(running).toBe(true);
  running = false;
  await Promise.all(traffic);
  await expectExactSums(sql);
});

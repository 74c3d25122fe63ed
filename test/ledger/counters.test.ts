/** Counters of a budget period: the running one counts, an older one does not, a newer one starts anew. And where rows go. */
import { expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { startRows } from "#db/queries/ledger.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { defaultRow, type SpendRecord, toRow } from "#lib/ledger/record.ts";
import { addKey, ledgerSetting, record, STARTED_MS } from "./setting.ts";

const setting = await ledgerSetting();
const { database } = setting;
const { sql } = database;
const DAY_MS = 86_400_000;
const TODAY_MS = STARTED_MS - (STARTED_MS % DAY_MS);

const started = (call: SpendRecord) => toRow(call, "started");

async function counter(id: string) {
  const [row] = await sql`select spend_nano_usd, spend_period_started_at from virtual_keys where id = ${id}`;
  return { spent: BigInt(row?.spend_nano_usd), period: row?.spend_period_started_at?.getTime() ?? null };
}

test("an older period's call is recorded and not counted; a newer one's starts the counter anew", async () => {
  await addKey(database, "daily");
  await sql`update virtual_keys set budget_duration = '1d', spend_period_started_at = ${new Date(TODAY_MS)} where id = 'daily'`;
  const { ledger } = await setting.open();
  const settle = (periodMs: number, costNanoUsd: bigint) =>
    ledger.settle(record({ keyId: "daily", keyPeriodStartMs: periodMs, costNanoUsd }));
  await settle(TODAY_MS, 10n);
  await settle(TODAY_MS - DAY_MS, 100n);
  expect(await counter("daily")).toEqual({ spent: 10n, period: TODAY_MS });
  // In one commit: yesterday's, today's and tomorrow's.
  await Promise.all([settle(TODAY_MS - DAY_MS, 1n), settle(TODAY_MS, 2n), settle(TODAY_MS + DAY_MS, 4n)]);
  expect(await counter("daily")).toEqual({ spent: 4n, period: TODAY_MS + DAY_MS });
  await settle(TODAY_MS, 1_000n);
  await settle(TODAY_MS + DAY_MS, 3n);
  expect(await counter("daily")).toEqual({ spent: 7n, period: TODAY_MS + DAY_MS });
});

test("a counter without periods takes every call, also one that began when there were some", async () => {
  await addKey(database, "lifelong");
  await sql`update virtual_keys set spend_nano_usd = 5000 where id = 'lifelong'`;
  const { ledger } = await setting.open();
  await ledger.settle(record({ keyId: "lifelong", keyPeriodStartMs: TODAY_MS, costNanoUsd: 7n }));
  expect(await counter("lifelong")).toEqual({ spent: 5_007n, period: null });
});

test("budgets are charged by what the settled record says, whatever its companions in the commit have or lack", async () => {
  const { ledger } = await setting.open();
  const charge = (subjectId: string) =>
    ({ kind: "tag", subjectId, budget: "life", periodStartMs: 0 }) as const;
  const spentOf = async () => {
    const rows = await sql`select subject_id, spend_nano_usd from budget_spend order by subject_id`;
    return Object.fromEntries(rows.map((row) => [row.subject_id, Number(row.spend_nano_usd)]));
  };
  // Begun on one deployment and served by another: the first one's budget pays nothing.
  const moved = record({ charges: [charge("first")], costNanoUsd: 5n });
  const dropped = record({ charges: [charge("first")], costNanoUsd: 5n });
  const client = connect({ target: database.options, max: 1, applicationName: "test" });
  await startRows(client, defaultRow({ id: "i", boot: 1 }), `[${[moved, dropped].map(started).join(",")}]`);
  await client.end();
  await ledger.settle({ ...moved, charges: [charge("second")] });
  await ledger.settle({ ...dropped, charges: [] });
  expect(await spentOf()).toEqual({ second: 5 });
  // In one commit: some with the same charges, one with others, one with none.
  const of = (...ids: string[]) => ledger.settle(record({ charges: ids.map(charge), costNanoUsd: 1n }));
  await Promise.all([of("a", "b"), of("a", "b"), of("b", "c"), of()]);
  expect(await spentOf()).toEqual({ a: 2, b: 3, c: 1, second: 5 });
});

test("a call outside every day's partition lands in the default one and counts", async () => {
  const { ledger } = await setting.open();
  const old = record({ startedAtMs: Date.UTC(2019, 1, 3), costNanoUsd: 9n });
  await ledger.settle(old);
  const [row] =
    await sql`select tableoid::regclass::text as place, cost_nano_usd from spend_records where id = ${old.id}`;
  expect(row).toEqual({ place: "spend_records_default", cost_nano_usd: "9" });
});

test("partitions are made by several gateways at once, and around rows of a wrong clock", async () => {
  const { ledger } = await setting.open();
  const dayMs = Date.UTC(2031, 4, 10);
  const astray = record({ startedAtMs: dayMs + 2 * DAY_MS + 5 });
  await ledger.settle(astray);
  const clients = Array.from({ length: 4 }, () =>
    connect({ target: database.options, max: 1, applicationName: "test" }),
  );
  await Promise.all(clients.map((client) => ensurePartitions(client, dayMs, 5)));
  await Promise.all(clients.map((client) => client.end()));
  const made = await sql`select relname from pg_class where relname like 'spend_records_203105__' order by 1`;
  // The day of the stray row stays with the default partition; those after it are there all the same.
  expect(made.map((row) => row.relname.slice(-2))).toEqual(["10", "11", "13", "14"]);
  const later = record({ startedAtMs: dayMs + 2 * DAY_MS + 6 });
  await ledger.settle(later);
  expect(await sql`select 1 from spend_records where id = any(${[astray.id, later.id]})`).toHaveLength(2);
});

/**
 * A database with millions of spend records over 90 days, for `bench/console/run.ts`:
 *
 *   node bench/console/seed.ts FOLDER [--records 10000000]
 *
 * Makes a PostgreSQL cluster in FOLDER, fills it, checks that rollups and counters equal the records, and stops it. Indexes
 * are as the product makes them. Run once: a folder that holds a cluster already is refused.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { connect, type Sql } from "../../db/client.ts";
import { migrate } from "../../db/migrate.ts";
import { ensurePartitions } from "../../db/queries/partitions.ts";
import { sumSpan } from "../../db/queries/spend-spans.ts";
import { missingSpans } from "../../lib/spend/span-job.ts";
import { startPostgres } from "../postgres.ts";
import { openStage } from "../stage.ts";
import { DATABASE, makeCast } from "./cast.ts";
import { addUpDay, makeDay, makeTools } from "./records.ts";
import { addUpCharges, addUpCounters, expectAgreement } from "./totals.ts";

const DAYS = 90;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day of a weekend, of a working day. */
const WEEKEND = 0.45;
/** For each of two cores. */
const WRITERS = 2;
/** Only the seeding is spared checkpoints and waits for the disk; the database is a usual one afterwards. */
const SETTINGS = [
  "max_wal_size=8GB",
  "synchronous_commit=off",
  "work_mem=256MB",
  "maintenance_work_mem=512MB",
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { records: { type: "string", default: "10000000" } },
});
const [folder] = positionals;
const records = Number(values.records);
if (folder === undefined || !Number.isSafeInteger(records) || records < 1)
  throw new Error("node bench/console/seed.ts FOLDER [--records 10000000]");
if (existsSync(resolve(folder, "data")))
  throw new Error(`${folder} holds a cluster already; remove it first.`);

const stage = openStage();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void stage.end().finally(() => process.exit(130)));
const began = performance.now();
const say = (what: string) =>
  process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${what}\n`);
try {
  const postgres = await startPostgres(stage, { keptFolder: resolve(folder), settings: SETTINGS });
  const target = await postgres.createDatabase(DATABASE);
  const open = () => connect({ target, max: 1, applicationName: "bench-seed" });
  const sql = open();
  await sql`set statement_timeout = 0`;
  await migrate(sql);
  await makeCast(sql);
  await makeTools(sql);
  const nowMs = Date.now();
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  // Days are summed at the end; until then there is nothing that a late hour could take away.
  await sql`alter table spend_hourly disable trigger user`;
  await ensurePartitions(sql, todayMs - (DAYS - 1) * DAY_MS, DAYS + 7);
  say(`cluster, schema, people, teams and keys; ${records.toLocaleString("en-US")} records follow`);
  await fill(open, planDays(todayMs, nowMs), nowMs);
  await sql`alter table spend_hourly enable trigger user`;
  say("records and rollups");
  await sql`vacuum analyze spend_hourly`;
  for (const span of missingSpans([], todayMs - (DAYS - 1) * DAY_MS, nowMs - 2 * HOUR_MS, "UTC"))
    await sumSpan(sql, span);
  say("days that are over");
  await addUpCounters(sql);
  say("counters");
  const sums = await expectAgreement(sql);
  const usd = (Number(sums.costNanoUsd / 1_000_000n) / 1000).toLocaleString("en-US");
  say(
    `${sums.records.toLocaleString("en-US")} records equal ${sums.hours.toLocaleString("en-US")} rollup rows and all counters: ${usd} US dollars`,
  );
  for (const table of ["virtual_keys", "users", "teams", "budget_spend", "spend_spans", "spend_span_sums"])
    await sql`vacuum analyze ${sql(table)}`;
  await sql`analyze spend_records`;
  await sql.end();
} finally {
  await stage.end();
}
say(`stopped. Run: node bench/console/run.ts ${folder}`);

/** How many calls each day has, so that they are `records` together; the last day has only begun. */
function planDays(todayMs: number, nowMs: number): { startMs: number; calls: number }[] {
  const days = Array.from({ length: DAYS }, (_, day) => todayMs - (DAYS - 1 - day) * DAY_MS);
  const weights = days.map((startMs, day) => {
    const weekend = [0, 6].includes(new Date(startMs).getUTCDay()) ? WEEKEND : 1;
    return weekend * (0.55 + (0.45 * day) / DAYS);
  });
  // Today's calls that would be later are not made, so that all before have to be a little more.
  const today = (weights.at(-1) ?? 0) * Math.min(1, (nowMs - todayMs) / DAY_MS);
  const whole = weights.slice(0, -1).reduce((sum, one) => sum + one, 0) + today;
  return days.map((startMs, day) => ({
    startMs,
    calls: Math.round((records * (weights[day] ?? 0)) / whole),
  }));
}

/** Days are independent, so two writers take them in turn. */
async function fill(
  open: () => Sql,
  days: { startMs: number; calls: number }[],
  untilMs: number,
): Promise<void> {
  const left = [...days];
  let done = 0;
  const write = async (): Promise<void> => {
    const sql = open();
    try {
      await sql`set statement_timeout = 0`;
      for (let day = left.shift(); day !== undefined; day = left.shift()) {
        await makeDay(sql, day.startMs, day.calls, untilMs);
        await addUpDay(sql, day.startMs);
        await addUpCharges(sql, day.startMs, day.startMs + DAY_MS);
        // While its blocks are still in memory.
        await sql`vacuum analyze ${sql(`spend_records_${new Date(day.startMs).toISOString().slice(0, 10).replaceAll("-", "")}`)}`;
        done += 1;
        if (done % 15 === 0) say(`${done} of ${days.length} days`);
      }
    } finally {
      await sql.end();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

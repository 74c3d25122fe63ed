/**
 * How long `data_retention_days` takes: day partitions of made-up spend records, dropped as the daily purge drops them,
 * and the same number of rows deleted, for comparison.
 *
 *   node bench/retention.ts postgres://... [rows a day, 1000000] [days, 10]
 *
 * Works in a schema of its own, which it removes.
 */
import { connect } from "../db/client.ts";
import { ensurePartitions } from "../db/queries/partitions.ts";
import { keepRetention } from "../lib/privacy/retention.ts";

const [url, rowsText = "1000000", daysText = "10"] = process.argv.slice(2);
if (url === undefined) throw new Error("name a database: node bench/retention.ts postgres://...");
const [rows, days] = [Number(rowsText), Number(daysText)];
const DAY_MS = 86_400_000;
const sql = connect({ target: url, max: 1, applicationName: "bench-retention" });
const seconds = (sinceMs: number) => `${((performance.now() - sinceMs) / 1000).toFixed(2)} s`;

try {
  await sql`set statement_timeout = 0`;
  await sql`create schema bench_retention`;
  await sql`set search_path = bench_retention`;
  await sql`
    create table spend_records (id text not null, started_at timestamptz not null, user_id text not null default '',
      end_user text, model text not null, cost_nano_usd bigint not null, metadata jsonb,
      primary key (id, started_at)) partition by range (started_at)`;
  await sql`create table spend_records_default partition of spend_records default`;
  const firstMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - (days + 40) * DAY_MS;
  await ensurePartitions(sql, firstMs, days);
  const fill = performance.now();
  for (let day = 0; day < days; day++)
    await sql`
      insert into spend_records
      select 'req_' || ${day}::int || '_' || n, ${new Date(firstMs + day * DAY_MS)}::timestamptz + n * interval '1 microsecond',
        'usr_' || n % 500, null, 'gpt-4', n, '{"feature": "search"}'
      from generate_series(1, ${rows}) n`;
  console.log(`${rows * days} rows in ${days} days written in ${seconds(fill)}`);

  const [size] = await sql<{ bytes: bigint }[]>`
    select sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits where inhparent = 'spend_records'::regclass`;
  const drop = performance.now();
  const { dropped } = await keepRetention(sql, Date.now(), 30);
  const told = dropped.reduce((sum, one) => sum + one.rows, 0);
  console.log(
    `${dropped.length} days dropped in ${seconds(drop)}: ${told} rows, ${Number(size?.bytes ?? 0n)} bytes freed`,
  );

  await ensurePartitions(sql, firstMs, 1);
  await sql`
    insert into spend_records
    select 'req_' || n, ${new Date(firstMs)}::timestamptz + n * interval '1 microsecond', 'u', null, 'gpt-4', n, null
    from generate_series(1, ${rows}) n`;
  const remove = performance.now();
  await sql`delete from spend_records where started_at < now() - interval '30 days'`;
  console.log(`for comparison: ${rows} rows deleted one by one in ${seconds(remove)}, their space not freed`);
} finally {
  await sql`drop schema if exists bench_retention cascade`;
  await sql.end();
}

/**
 * The restore drill at size: a ledger of a million spend records and an audit chain of ten thousand events is backed up,
 * read back, and restored into a new embedded database. `node bench/restore.ts [RECORDS]`; exit code 1 when a sum
 * differs, the chain breaks, or the restore takes longer than ten minutes.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, database } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { ensurePartitions } from "../db/queries/partitions.ts";
import { verifyChain } from "../lib/audit/verify.ts";
import { restoreBackup } from "../lib/backup/restore.ts";
import { takeBackup } from "../lib/backup/take.ts";
import { silentLog } from "../lib/log.ts";
import { startEmbeddedPostgres } from "../lib/node/embedded-postgres.ts";

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const EVENTS = 10_000;
const DAYS = 8;
const MOST_MS = 600_000;

const folder = await mkdtemp(path.join(tmpdir(), "shin-restore-"));
const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];

async function timed<T>(what: string, work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  const ms = performance.now() - start;
  process.stdout.write(`${what.padEnd(44)}${(ms / 1000).toFixed(1)} s\n`);
  return { ms, value };
}

async function openDatabase(name: string) {
  const server = await startEmbeddedPostgres({ dataDir: path.join(folder, name), log: silentLog });
  undo.push(() => server.stop());
  const open = () => connect({ target: server.options, max: 1, applicationName: "bench" });
  const [sql, forDrizzle] = [open(), open()];
  undo.push(() => Promise.all([sql.end(), forDrizzle.end()]));
  return { sql, db: database(forDrizzle) };
}

try {
  const from = await openDatabase("from");
  const { sql } = from;
  await migrate(sql);
  await sql`set statement_timeout = 0`;
  const firstMs = Date.now() - (DAYS - 1) * 86_400_000;
  await ensurePartitions(sql, firstMs, DAYS);
  await timed(`${RECORDS} spend records made`, async () => {
    await sql`insert into virtual_keys (id, secret_hash, secret_start, secret_last4, created_by, updated_by, spend_nano_usd)
      select 'key_' || n, md5(n::text), 'sk-', 'abcd', 'bench', 'bench', 0 from generate_series(0, 999) n`;
    await sql`insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, status_code, key_id,
        user_id, team_id, end_user, model, model_group, deployment_id, provider, upstream_model, prompt_tokens, completion_tokens,
        usage_source, cost_nano_usd, duration_ms, first_byte_ms, attempts, ip)
      select 'req_' || md5(n::text), to_timestamp(${firstMs / 1000}) + (n % ${DAYS * 86_400}) * interval '1 second', 'settled', 'ok', 'ins_bench', 1,
        'chat', 200, 'key_' || (n % 1000), 'usr_' || (n % 200), 'team_' || (n % 20), 'person-' || (n % 5000), 'gpt-4', 'gpt-4', 'dep_1', 'openai', 'gpt-4-0613',
        500 + n % 700, 100 + n % 300, 'provider', 1000 + n, 812.5, 120.25, 1, '203.0.113.' || (n % 250)
      from generate_series(1, ${RECORDS}) n`;
    await sql`insert into spend_hourly select date_trunc('hour', started_at), key_id, user_id, team_id, model_group, provider, count(*), 0, 0,
        sum(prompt_tokens), sum(completion_tokens), 0, 0, 0, sum(cost_nano_usd) from spend_records group by 1, 2, 3, 4, 5, 6`;
    await sql`update virtual_keys k set spend_nano_usd = s.sum from (select key_id, sum(cost_nano_usd) from spend_records group by 1) s where s.key_id = k.id`;
  });
  // As lib/audit/audit.ts writes them: canonical JSON.
  const head =
    '{"action":"key.update","actor":{"auth":"system","claimedBy":null,"id":"bench","ip":null,"kind":"system"},"after":null,"before":null,"id":"evt_';
  const tail = '","outcome":"ok","reason":null,"requestId":null,"target":{"id":"key_1","kind":"key"}}';
  await timed(`${EVENTS} audit events made`, async () => {
    await sql`insert into audit_pending select 'evt_' || n, ${head}::text || n || ${tail}::text from generate_series(1, ${EVENTS}) n`;
  });
  const file = path.join(folder, "drill.backup");
  const key = { kind: "encryption_key", hex: randomBytes(32).toString("hex") } as const;
  const actor = { kind: "system", id: "bench", claimedBy: null, ip: null, requestId: null } as const;
  const [{ bytes }] = await sql<
    [{ bytes: string }]
  >`select pg_database_size(current_database())::text as bytes`;
  const taken = await timed("backup, read back", () =>
    takeBackup({ ...from, file, key, nowMs: Date.now(), gatewayVersion: "bench", actor }),
  );
  const { sizeBytes } = taken.value;
  process.stdout.write(
    `  ${(Number(bytes) / 1e6).toFixed(0)} MB of database in ${(sizeBytes / 1e6).toFixed(0)} MB\n`,
  );
  const into = await openDatabase("into");
  const restored = await timed("restore (sums compared in it)", () =>
    restoreBackup({ sql: into.sql, file, key, replace: false }),
  );
  const chain = await timed("audit chain verified", async () => {
    const walk = verifyChain(into.sql, { trusted: [], nowMs: 0 });
    for (;;) {
      const step = await walk.next();
      if (step.done) return step.value;
    }
  });
  const sums = restored.value.ledger;
  const good =
    Number(sums.records) === RECORDS &&
    sums.recordsNanoUsd === sums.rollupsNanoUsd &&
    sums.recordsNanoUsd === sums.keysNanoUsd &&
    chain.value.ok &&
    restored.ms < MOST_MS;
  process.stdout.write(
    `${sums.records} records, ${sums.recordsNanoUsd} nano-USD in records, rollups and keys alike; chain of ${chain.value.checked} ${chain.value.ok ? "whole" : "BROKEN"}; target under 600 s: ${good ? "met" : "MISSED"}\n`,
  );
  process.exitCode = good ? 0 : 1;
} finally {
  for (const step of undo.reverse()) await step();
}

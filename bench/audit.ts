/**
 * The audit trail at size: what an event adds to an admin change, and how long verifying a million events takes and how
 * much memory it holds. `node bench/audit.ts [EVENTS]`; exit code 1 when the chain does not verify.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql as raw } from "drizzle-orm";
import { connect } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { writeAudit } from "../lib/audit/audit.ts";
import { sealedDatabase } from "../lib/audit/sealed-database.ts";
import { AuditSealer } from "../lib/audit/sealer.ts";
import { verifyChain } from "../lib/audit/verify.ts";
import { silentLog } from "../lib/log.ts";
import { startEmbeddedPostgres } from "../lib/node/embedded-postgres.ts";
import { percentile } from "./statistics.ts";

const EVENTS = Number(process.argv[2] ?? 1_000_000);
/** In one transaction: each event rewrites the row that holds the end of the chain, and walks through its versions. */
const AT_ONCE = 200;
const CHANGES = 400;
const ACTOR = {
  kind: "user",
  id: "usr_bench",
  claimedBy: null,
  ip: "203.0.113.7",
  requestId: "req_bench",
} as const;
const MB = 1024 * 1024;

const folder = await mkdtemp(path.join(tmpdir(), "shin-audit-"));
const server = await startEmbeddedPostgres({ dataDir: folder, log: silentLog });
const open = () => connect({ target: server.options, max: 1, applicationName: "bench" });
const [sql, forChanges, forKeys] = [open(), open(), open()];

function say(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(56)}${figure}\n`);
}

/** Changes with and without their event, by turns. @returns milliseconds of the median and of the 99th percentile, each */
async function measureChanges(): Promise<Record<"with" | "without", { p50: number; p99: number }>> {
  const db = sealedDatabase(forChanges, new AuditSealer(forKeys, "a secret of the bench"));
  await sql`insert into virtual_keys (id, secret_hash, secret_start, secret_last4, created_by, updated_by)
    values ('key_bench', 'hash', 'sk-', 'abcd', 'bench', 'bench')`;
  const took = { with: [] as number[], without: [] as number[] };
  for (let i = 0; i < CHANGES * 2; i++) {
    const kind = i % 2 === 0 ? "with" : "without";
    const startMs = performance.now();
    await db.transaction(async (tx) => {
      await tx.execute(raw`update virtual_keys set rpm_limit = ${i} where id = 'key_bench'`);
      if (kind === "with")
        await writeAudit(tx, ACTOR, Date.now(), {
          action: "key.update",
          target: { kind: "key", id: "key_bench" },
          before: { rpmLimit: i - 1, alias: "bench", userId: "usr_bench" },
          after: { rpmLimit: i, alias: "bench", userId: "usr_bench" },
        });
    });
    took[kind].push(performance.now() - startMs);
  }
  const of = (times: number[]) => {
    // The first ones make the person's key and the statements.
    const warm = times.slice(20).sort((a, b) => a - b);
    return { p50: percentile(warm, 50), p99: percentile(warm, 99) };
  };
  return { with: of(took.with), without: of(took.without) };
}

async function seed(): Promise<void> {
  // As lib/audit/audit.ts writes them: canonical JSON. The database numbers and links them.
  const head =
    '{"action":"key.update","actor":{"auth":"system","claimedBy":null,"id":"bench","ip":null,"kind":"system"},"after":{"rpmLimit":60},"before":{"rpmLimit":30},"id":"evt_';
  const tail = '","outcome":"ok","reason":null,"requestId":null,"target":{"id":"key_bench","kind":"key"}}';
  await sql`set statement_timeout = 0`;
  for (let from = 1; from <= EVENTS; from += AT_ONCE)
    await sql`insert into audit_pending select 'evt_' || n, ${head}::text || n || ${tail}::text
      from generate_series(${from}::int, ${Math.min(EVENTS, from + AT_ONCE - 1)}::int) n`;
}

try {
  await migrate(sql);
  const changes = await measureChanges();
  say(
    "a change without its event, p50 and p99",
    `${changes.without.p50.toFixed(2)} and ${changes.without.p99.toFixed(2)} ms`,
  );
  say("a change with its event", `${changes.with.p50.toFixed(2)} and ${changes.with.p99.toFixed(2)} ms`);
  const added = changes.with.p50 - changes.without.p50;
  say(
    "an event adds, p50 (target: at most 3 ms)",
    `${added.toFixed(2)} ms: ${added <= 3 ? "met" : "MISSED"}`,
  );
  let startMs = performance.now();
  await seed();
  say(`${EVENTS} events written`, `${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  startMs = performance.now();
  const walk = verifyChain(sql, { trusted: [], nowMs: 0 });
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) most = Math.max(most, process.memoryUsage().rss);
  const seconds = (performance.now() - startMs) / 1000;
  say(`${step.value.checked} events verified (target for a million: under 30 s)`, `${seconds.toFixed(1)} s`);
  say(
    "memory, before and at most while verifying",
    `${Math.round(before / MB)} and ${Math.round(most / MB)} MB`,
  );
  if (!step.value.ok || step.value.checked < EVENTS) process.exitCode = 1;
} finally {
  await Promise.all([sql.end(), forChanges.end(), forKeys.end()]);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

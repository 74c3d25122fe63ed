/** A backup is everything, at one moment, and comes back as it was: sums, chain, partitions. A changed one is refused whole. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { tablesOf } from "#db/queries/backup.ts";
import { sha256Hex } from "#lib/audit/canonical.ts";
import { signingKey } from "#lib/audit/signing-key.ts";
import { verified, verifyChain } from "#lib/audit/verify.ts";
import { restoreBackup } from "#lib/backup/restore.ts";
import { listBackups, takeBackup } from "#lib/backup/take.ts";
import { verifyBackup } from "#lib/backup/verify.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";

const gateway = await testGateway();
const folder = await makeTemporaryFolder();
const key = { kind: "encryption_key", hex: randomBytes(32).toString("hex") } as const;
const file = path.join(folder, "shin-20261123T134500Z.backup");
const { deps } = gateway.runtime;
const RECORDS = 20_000;

function open(database: { options: Parameters<typeof connect>[0]["target"] }) {
  const sql = connect({ target: database.options, max: 1, applicationName: "test-restore" });
  afterAll(() => sql.end({ timeout: 1 }));
  return sql;
}

const take = (to: string, signal?: AbortSignal) =>
  takeBackup({
    sql: deps.sql,
    db: deps.db,
    file: to,
    key,
    nowMs: Date.parse("2026-11-23T13:45:00Z"),
    gatewayVersion: "test",
    actor: { kind: "system", id: "test", claimedBy: null, ip: null, requestId: null },
    ...(signal === undefined ? {} : { signal }),
  });

/** Of each of our tables: how many rows, and a hash over all of them. */
async function fingerprints(sql: ReturnType<typeof open>): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  for (const { name, columns } of await tablesOf(sql)) {
    // Written while or after the backup itself, or no part of it.
    const apart = ["audit_pending", "shin_migrations", "backups", "console_sessions", "idempotent_requests"];
    if (apart.includes(name)) continue;
    const row = columns.map((column) => `"${column}"`).join(", ");
    const [found] = await sql.unsafe<{ print: string }[]>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t.r, '|' order by t.r)), '') as print from (select row(${row})::text as r from "${name}") t`,
    );
    prints[name] = found?.print ?? "";
  }
  return prints;
}

let before: Record<string, string> = {};

beforeAll(async () => {
  const team = await gateway.call("POST", "/team/new", {
    body: { team_alias: "with\ttab, \\ and 'quote'\nand line" },
  });
  const keySecret = await gateway.newKey({ team_id: team.json.team_id, metadata: { note: "Zoë 🦊 \\N" } });
  for (let n = 0; n < 3; n += 1)
    await gateway.call("POST", "/v1/chat/completions", {
      key: keySecret,
      body: { model: "gpt-4", messages: [{ role: "user", content: "hello" }], user: "person@example.org" },
    });
  await deps.sql`insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, key_id, model,
      model_group, cost_nano_usd, end_user)
    select 'req_' || n, now() - (n % 3) * interval '1 day', 'settled', 'ok', 'ins', 1, 'chat', 'key_x', 'm', 'm', n, 'person ' || (n % 50)
    from generate_series(1, ${RECORDS}) n`;
  await deps.sql`create sequence counts start 41`;
  await deps.sql`select nextval('counts')`;
  await deps.sql`insert into job_files (job_id, name, content_type, expires_at) values ('job_1', 'f', 't', now())`;
  await deps.sql`insert into job_file_parts values ('job_1', 0, ${randomBytes(600_000)})`;
  const headers = { "idempotency-key": "asked-before-the-backup" };
  expect((await gateway.call("POST", "/key/generate", { body: {}, headers })).status).toBe(200);
  await deps.auditSigner.sign();
  before = await fingerprints(deps.sql as never);
  await take(file);
});

describe("a backup", () => {
  test("comes back into an empty database as it was, row for row, and the chain verifies with its signed heads", async () => {
    const target = await testDatabase({ empty: true });
    const sql = open(target);
    await sql`create table somebody_elses (a integer)`;
    await sql`create sequence counts`;
    const restored = await restoreBackup({ sql, file, key, replace: false });
    expect(restored).toMatchObject({ migrated: 0, erasuresPending: 0 });
    expect(Number(restored.ledger.records)).toBe(RECORDS + 3);
    const { somebody_elses: _, ...after } = await fingerprints(sql);
    expect(after).toEqual(before);
    // Its answers hold secrets for a day, and the file is kept for months.
    expect(await sql`select 1 from idempotent_requests`).toEqual([]);
    expect(await sql`select nextval('counts')`).toEqual([{ nextval: 42n }]);
    const trusted = [signingKey(sha256Hex("audit key\ntest pseudonym key")).keyId];
    const verdict = await verified(verifyChain(sql, { trusted, nowMs: Date.now() }));
    expect(verdict).toMatchObject({ ok: true, broken: null });
    expect(verdict.head).not.toBeNull();
    // And it serves: keys work, the chain goes on.
    const again = await testGateway({ database: target });
    expect((await again.call("POST", "/team/new", { body: {} })).status).toBe(200);
    await again.runtime.deps.auditSigner.sign();
    expect((await verified(verifyChain(sql, { trusted, nowMs: Date.now() }))).ok).toBe(true);
  });

  test("holds one moment, though calls go on while it is written", async () => {
    const other = path.join(folder, "busy.backup");
    let stop = false;
    const writes = (async () => {
      for (let n = 0; !stop; n += 1)
        await deps.sql.begin(async (tx) => {
          await tx`insert into spend_records (id, started_at, state, instance_id, instance_boot, call_type, key_id, model, model_group, cost_nano_usd)
            values (${`busy_${n}`}, now(), 'settled', 'ins', 1, 'chat', 'key_busy', 'm', 'm', 5)`;
          await tx`insert into spend_hourly values (date_trunc('hour', now()), 'key_busy', '', '', 'm', 'p', 1, 0, 0, 0, 0, 0, 0, 0, 5)
            on conflict (hour, key_id, user_id, team_id, model_group, provider) do update set cost_nano_usd = spend_hourly.cost_nano_usd + 5`;
        });
    })();
    await take(other);
    stop = true;
    await writes;
    const sql = open(await testDatabase({ empty: true }));
    await restoreBackup({ sql, file: other, key, replace: false });
    const [sums] = await sql<{ records: string; rollups: string }[]>`
      select (select coalesce(sum(cost_nano_usd), 0) from spend_records where key_id = 'key_busy')::text as records,
        (select coalesce(sum(cost_nano_usd), 0) from spend_hourly where key_id = 'key_busy')::text as rollups`;
    expect(sums?.records).toBe(sums?.rollups);
  });

  test("is refused for a database with anything in it, or that a gateway uses, and leaves it as it was", async () => {
    const target = await testDatabase();
    const sql = open(target);
    await sql`insert into tags (name) values ('mine')`;
    const restore = (replace: boolean) => restoreBackup({ sql, file, key, replace });
    await expect(restore(false)).rejects.toMatchObject({
      message: "the database is not empty: tags has rows",
    });
    expect(await sql`select name from tags`).toHaveLength(1);
    const busy = connect({ target: target.options, max: 1, applicationName: "shin-ledger" });
    await busy`select 1`;
    await expect(restore(true)).rejects.toMatchObject({ message: "a gateway runs on this database" });
    await busy.end();
    await expect
      .poll(
        async () =>
          (
            await sql`select 1 from pg_stat_activity where application_name = 'shin-ledger' and datname = current_database()`
          ).length,
      )
      .toBe(0);
    await restore(true);
    expect(await sql`select name from tags`).toHaveLength(0);
    expect(await fingerprints(sql)).toEqual(before);
  });

  test("of a newer schema is refused; one of an older schema is brought up to date", async () => {
    const newer = path.join(folder, "newer.backup");
    const { writeBackup } = await import("#lib/backup/write.ts");
    const lone = open(await testDatabase());
    await lone`insert into shin_migrations (version, tag, hash) values (99, 'from_the_future', '')`;
    await writeBackup({ sql: lone, file: newer, key, nowMs: 0, gatewayVersion: "9.9.9", schemaVersion: 99 });
    const into = open(await testDatabase({ empty: true }));
    await expect(restoreBackup({ sql: into, file: newer, key, replace: false })).rejects.toMatchObject({
      message: expect.stringContaining("schema version 99, newer than this build's"),
      advice: "Restore it with gateway 9.9.9 or newer.",
    });
    const { migrateIn, newestVersion } = await import("#db/migrate.ts");
    const former = (await newestVersion()) - 1;
    const old = open(await testDatabase({ empty: true }));
    await old.begin((tx) => migrateIn(tx, former));
    await old`insert into users (id, email) values ('usr_old', 'old@example.org')`;
    const older = path.join(folder, "older.backup");
    await writeBackup({
      sql: old,
      file: older,
      key,
      nowMs: 0,
      gatewayVersion: "0.0.1",
      schemaVersion: former,
    });
    expect(await restoreBackup({ sql: into, file: older, key, replace: false })).toMatchObject({
      migrated: 1,
    });
    expect(await into`select kind from users where id = 'usr_old'`).toEqual([{ kind: "person" }]);
  });

  test.each([
    [
      "one bit changed in the middle",
      (bytes: Buffer) => void bytes.writeUInt8((bytes[bytes.length >> 1] ?? 0) ^ 1, bytes.length >> 1),
    ],
    ["its end cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    ["cut between two chunks", (bytes: Buffer) => bytes.subarray(0, endOfFirstChunk(bytes))],
    ["something added", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("x")])],
    ["its first line changed", (bytes: Buffer) => void bytes.write("2027", bytes.indexOf("2026"))],
  ])("with %s is refused before anything is touched", async (_, harm) => {
    const bytes = await readFile(file);
    const harmed = path.join(folder, "harmed.backup");
    await writeFile(harmed, harm(bytes) ?? bytes);
    const sql = open(await testDatabase({ empty: true }));
    await expect(restoreBackup({ sql, file: harmed, key, replace: true })).rejects.toMatchObject({
      message: expect.stringMatching(/^the backup is damaged/),
    });
    expect(await tablesOf(sql)).toEqual([]);
  });

  test("opens with its own key alone, and holds nothing in clear", async () => {
    expect((await readFile(file)).includes("person@example.org")).toBe(false);
    const other = { kind: "encryption_key", hex: "0".repeat(64) } as const;
    await expect(verifyBackup(file, other)).rejects.toMatchObject({
      message: expect.stringMatching(/sealed with encryption key [0-9a-f]{8}, and this one is [0-9a-f]{8}/),
    });
    await expect(
      verifyBackup(file, { kind: "passphrase", text: "whatever it may be" }),
    ).rejects.toMatchObject({
      message: "the backup is sealed with SHIN_ENCRYPTION_KEY",
    });
  });

  test("that was given up leaves no file, and one that is taken is told of", async () => {
    const stopped = path.join(folder, "stopped.backup");
    await expect(take(stopped, AbortSignal.abort(new Error("given up")))).rejects.toThrow();
    expect((await listBackups(folder)).map((one) => path.basename(one.file))).toEqual([path.basename(file)]);
    const events = await deps.sql`select target_id from audit_events where action = 'backup.create'`;
    expect(events.length).toBeGreaterThanOrEqual(1);
  });
});

function endOfFirstChunk(bytes: Buffer): number {
  const start = bytes.indexOf(10) + 1;
  return start + 5 + bytes.readUInt32BE(start) + 16;
}

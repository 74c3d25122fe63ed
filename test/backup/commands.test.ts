/** shin backup and shin restore as people type them, over the embedded database and another server; and the scheduled job. */
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { replayErasures } from "#lib/backup/replay-erasures.ts";
import { restoreBackup } from "#lib/backup/restore.ts";
import { type CliHost, main } from "#lib/cli/main.ts";
import { subjectHash } from "#lib/privacy/subject.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { startForTest, temporaryFolder } from "#test/helpers/house.ts";
import { realPostgres, testDatabase } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";

const KEY = randomBytes(32).toString("hex");

async function shin(line: string[], env: Record<string, string> = {}) {
  let out = "";
  let err = "";
  const host: CliHost = {
    version: "9.8.7",
    env: { SHIN_ENCRYPTION_KEY: KEY, ...env },
    now: () => new Date("2026-11-23T13:45:00Z"),
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    start: async () => 0,
    run: async () => 0,
  };
  return { code: await main(line, host), out: () => out, err: () => err, text: out + err };
}

describe.skipIf(services.postgres === null)("the commands", async () => {
  const other = services.postgres === null ? null : await realPostgres();
  if (other === null) return;
  test("carry an embedded database over to another server and back into a new data folder", async () => {
    const folder = await temporaryFolder();
    const [dataDir, newDir] = [path.join(folder, "data"), path.join(folder, "new")];
    const embedded = await startForTest({ dataDir });
    const sql = connect({ target: embedded.options, max: 1, applicationName: "test" });
    await migrate(sql);
    await sql`insert into users (id, email) values ('usr_1', 'zoe@example.org')`;
    await sql.end();
    const file = path.join(folder, "all.backup");
    const taken = await shin(["backup", "--data", dataDir, "--out", file]);
    expect(taken, taken.text).toMatchObject({ code: 0 });
    expect(taken.text).toContain("read back and found whole");
    expect((await shin(["backup", "--verify", file])).text).toContain("schema version");
    expect(await readdir(folder)).toContain("erasures.jsonl");

    const into = (more: string[]) => shin(["restore", file, "--into", other.url, ...more]);
    expect((await into([])).code).toBe(0);
    const look = connect({ target: other.url, max: 1, applicationName: "test" });
    expect(await look`select email from users`).toEqual([{ email: "zoe@example.org" }]);
    expect(await look`select action from audit_events order by seq`).toEqual([{ action: "backup.restore" }]);
    const again = await into([]);
    expect([again.code, again.text]).toEqual([
      1,
      expect.stringContaining("shin: the database is not empty: audit_events has rows"),
    ]);
    const wrong = await into(["--replace", "production"]);
    expect([wrong.code, wrong.text]).toEqual([
      1,
      expect.stringContaining("Write --replace shin to give up what is in it"),
    ]);
    expect((await into(["--replace", "shin"])).code).toBe(0);
    await look.end();

    const fresh = await shin(["restore", file, "--data", newDir]);
    expect([fresh.code, fresh.text]).toEqual([0, expect.stringContaining("audit chain verified")]);
    const started = await startForTest({ dataDir: newDir });
    const newSql = connect({ target: started.options, max: 1, applicationName: "test" });
    expect(await newSql`select email from users`).toEqual([{ email: "zoe@example.org" }]);
    await newSql.end();
  }, 60_000);

  test("take a passphrase, and say in one sentence what is wrong with a file or a key", async () => {
    const folder = await temporaryFolder();
    const env = { DATABASE_URL: other.url, SHIN_BACKUP_PASSPHRASE: "correct horse battery staple" };
    const sql = connect({ target: other.url, max: 1, applicationName: "test" });
    await migrate(sql);
    await sql.end();
    const file = path.join(folder, "p.backup");
    expect((await shin(["backup", "-o", file], env)).code).toBe(0);
    const verify = (more: Record<string, string>) => shin(["backup", "--verify", file], more);
    expect((await verify(env)).code).toBe(0);
    const wrong = await verify({ ...env, SHIN_BACKUP_PASSPHRASE: "incorrect horse battery" });
    expect([wrong.code, wrong.text]).toEqual([3, expect.stringContaining("the passphrase does not open")]);
    const none = await verify({});
    expect([none.code, none.text]).toEqual([3, expect.stringContaining("Set SHIN_BACKUP_PASSPHRASE")]);
    await writeFile(file, "something else\n");
    expect((await verify(env)).text).toContain("it is no backup of this gateway");
    // Written where nothing can be: one sentence, and nothing half-written.
    const blocked = await shin(["backup", "-o", path.join(file, "below", "x.backup")], env);
    expect([blocked.code, blocked.text]).toEqual([1, expect.stringContaining("cannot be written (ENOTDIR)")]);
  });
});

test("the scheduled job backs up, keeps as many as it should, and tells when it did", async () => {
  const folder = await temporaryFolder();
  const clock = manualClock();
  const gateway = await testGateway({
    clock,
    yaml: `general_settings:\n  backup_folder: ${folder}\n  backup_interval: 1h\n  backup_keep: 2\n`,
    env: { SHIN_ENCRYPTION_KEY: KEY },
  });
  const { deps } = gateway.runtime;
  for (let day = 0; day < 4; day += 1) {
    clock.advance(3_700_000);
    await deps.jobs.plan(deps);
    await deps.jobs.runDue(deps);
    await expect
      .poll(async () => (await deps.sql`select 1 from jobs where kind = 'backup' and state <> 'done'`).length)
      .toBe(0);
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith(".backup"));
  expect(files).toHaveLength(2);
  const rows = await deps.sql`select removed_at is null as here from backups order by at`;
  expect(rows.map(({ here }) => here)).toEqual([false, false, true, true]);
  expect(await deps.sql`select 1 from audit_events where action = 'backup.create'`).toHaveLength(4);
});

describe("people erased since the backup", () => {
  test("are erased again before anything is served, or nothing is served", async () => {
    const folder = await temporaryFolder();
    const target = await testDatabase();
    const gateway = await testGateway({ database: target, env: { SHIN_ENCRYPTION_KEY: KEY } });
    const { deps } = gateway.runtime;
    await gateway.call("POST", "/user/new", { body: { user_id: "usr_gone", auto_create_key: false } });
    await gateway.call("POST", "/user/new", { body: { user_id: "usr_stays", auto_create_key: false } });
    const { takeBackup } = await import("#lib/backup/take.ts");
    const file = path.join(folder, "before.backup");
    const key = { kind: "encryption_key", hex: KEY } as const;
    const actor = { kind: "system", id: "test", claimedBy: null, ip: null, requestId: null } as const;
    await takeBackup({ sql: deps.sql, db: deps.db, file, key, nowMs: 0, gatewayVersion: "t", actor });
    const erasure = {
      id: "ers_1",
      at: "2026-11-23T14:00:00.000Z",
      subjectKind: "user",
      pseudonym: "subject_1",
      subjectHashes: [subjectHash(deps.pseudonymKey, "user", "usr_gone")],
    };
    await writeFile(path.join(folder, "erasures.jsonl"), `${JSON.stringify(erasure)}\n`);
    const into = await testDatabase({ empty: true });
    const sql = connect({ target: into.options, max: 1, applicationName: "test" });
    expect(await restoreBackup({ sql, file, key, replace: false })).toMatchObject({ erasuresPending: 1 });
    const asked: string[] = [];
    const erase = async (_: unknown, order: { subject: { id: string } }) => {
      asked.push(order.subject.id);
      throw new Error("erased by somebody else's code");
    };
    // One that fails is asked for again at the next start: the list stays.
    for (let start = 0; start < 2; start += 1)
      await expect(replayErasures({ ...deps, sql }, erase)).rejects.toThrow("somebody else's");
    expect(asked).toEqual(["usr_gone", "usr_gone"]);
    await expect(replayErasures({ ...deps, sql }, null)).rejects.toThrow("people who were erased since");
    // A start does it, and only then serves.
    const restored = await testGateway({ database: into, env: { SHIN_ENCRYPTION_KEY: KEY } });
    const shown = await restored.call("GET", "/user/list");
    expect(shown.text).toContain("usr_stays");
    expect(shown.text).not.toContain("usr_gone");
    expect(await replayErasures({ ...deps, sql }, null)).toBe(0);
    expect(await sql`select name from settings where name = 'pending_erasures'`).toEqual([]);
    expect((await sql`select id from erasures`).map(({ id }) => id)).toContain("ers_1");
    await sql.end();
  });
});

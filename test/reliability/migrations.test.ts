/** Schema changes are all or nothing: two starts at once, a crash half-way, a database from the future; on Debian's PostgreSQL as on the embedded one. */
import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { connect, type Sql } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { startProgram, until, untilGone } from "#test/helpers/house.ts";
import { realPostgres, testDatabase } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";

type Target = Parameters<typeof connect>[0]["target"];
const journal: { entries: unknown[] } = JSON.parse(
  await readFile("db/migrations/meta/_journal.json", "utf8"),
);
const VERSIONS = journal.entries.length;

const servers: readonly (readonly [string, () => Promise<Target>])[] = [
  ["the embedded Postgres", async () => (await testDatabase({ empty: true })).options],
  ...(services.postgres === null
    ? []
    : [["Debian's PostgreSQL", async () => (await realPostgres()).socket] as const]),
];

describe.each(servers)("on %s", async (_, open) => {
  const target = await open();
  const look = connect({ target, max: 4, applicationName: "look" });
  afterAll(() => look.end({ timeout: 1 }));
  const client = (applicationName: string): Sql => {
    const sql = connect({ target, max: 1, applicationName });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  };
  const tables = async () =>
    (await look`select tablename from pg_tables where schemaname = 'public' order by 1`).map((row) =>
      String(row.tablename),
    );
  const waitsForLock = async (name: string) =>
    (await look`select 1 from pg_stat_activity where application_name = ${name} and wait_event_type = 'Lock'`)
      .length === 1;

  test("a crash half-way leaves nothing behind", async () => {
    // Its last table cannot be made while somebody else is making it, so the migration stands still in the middle.
    const blocker = await client("blocker").reserve();
    await blocker`begin`;
    await blocker`create table settings (in_the_way integer)`;
    const { child } = await startProgram("test/reliability/programs/migrate.ts", [JSON.stringify(target)]);
    await until("the migration is half-way", () => waitsForLock("dying"));
    child.kill("SIGKILL");
    await untilGone(child.pid);
    await blocker`rollback`;
    blocker.release();
    const left = () => look`select 1 from pg_stat_activity where application_name = 'dying'`;
    await until("its transaction is over", async () => (await left()).length === 0);
    expect(await tables()).toEqual([]);
  });

  test("two starts at once: one migrates, the other waits and finds it done", async () => {
    const results = await Promise.all([migrate(client("a")), migrate(client("b"))]);
    expect(results.map((result) => result.applied).sort()).toEqual([0, VERSIONS]);
    expect(await tables()).toContain("virtual_keys");
    expect(await look`select version from shin_migrations`).toHaveLength(VERSIONS);
    expect(await migrate(client("c"))).toEqual({ applied: 0, total: VERSIONS });
  });

  test("a database newer than this build is refused and left as it is", async () => {
    await look`insert into shin_migrations (version, tag, hash) values (${VERSIONS + 1}, 'from_the_future', '')`;
    const before = await tables();
    await expect(migrate(client("old"))).rejects.toMatchObject({
      name: "DatabaseNewerError",
      message: expect.stringContaining(`version ${VERSIONS + 1}`),
    });
    expect(await tables()).toEqual(before);
    expect(await look`select 1 from shin_migrations`).toHaveLength(VERSIONS + 1);
  });
});

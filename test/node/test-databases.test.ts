/** The test helpers themselves: without fresh databases every other test could pass by accident. */
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { realPostgres, testDatabase } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";

const first = await testDatabase({ empty: true });
const second = await testDatabase({ empty: true });

test("two databases of one run do not see each other", async () => {
  await first.sql`create table only_here (id int)`;
  const [row] = await second.sql`select to_regclass('only_here') as found`;
  expect(row?.found).toBeNull();
});

describe.skipIf(services.postgres === null)("Debian's Postgres", async () => {
  const real = await realPostgres();

  test("answers on its socket and on loopback, and comes back after a crash", async () => {
    for (const options of [real.socket, real.tcp]) {
      const sql = postgres({ ...options, max: 1 });
      expect(await sql`select current_database() as name`).toMatchObject([{ name: "shin" }]);
      await sql.end();
    }
    await real.stop("immediate");
    await real.start();
    const sql = postgres(real.url, { max: 1 });
    expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }]);
    await sql.end();
  });
});

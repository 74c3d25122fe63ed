/** The channel between gateways: it heals after a database restart, and a foreign payload does no harm. */
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";
import { call, change, heard, twoGateways } from "./setting.ts";

const { here, there } = await twoGateways();

test("a payload that is not the gateway's own is logged and nothing else happens", async () => {
  const key = await here.newKey();
  for (const payload of [
    "",
    "not json",
    "null",
    '{"kind":"key"}',
    '{"kind":"key","id":"x","spentNanoUsd":"1.5"}',
  ])
    await here.database.sql`select pg_notify('shin_change', ${payload})`;
  await heard(there, key, 200);
  await change(here, "/key/block", { key });
  await heard(there, key, 401);
});

describe.skipIf(services.postgres === null)("after the database was restarted", async () => {
  const server = await realPostgres();
  const sql = postgres({ ...server.socket, max: 1, onnotice: () => {} });
  afterAll(() => sql.end());
  const database = { options: server.tcp, url: server.url, sql };
  const one = await testGateway({ database });
  const other = await testGateway({ database });

  test("changes are heard as before", async () => {
    const key = await one.newKey();
    expect((await call(other, key)).status).toBe(200);
    await server.stop("immediate");
    await server.start();
    const back = async () => (await one.call("GET", "/health/readiness")).status === 200;
    await until("the gateway has its database back", back, 5_000);
    // Within five seconds the other one listens again, and asks again for what it may have missed.
    const listening = async () =>
      (await sql`select 1 from pg_stat_activity where query ilike 'listen%'`).length === 2;
    await until("both listen", listening, 5_000);
    expect((await call(other, key)).status).toBe(200);
    await change(one, "/key/block", { key });
    await heard(other, key, 401);
  });
});

/** While the database is away a scrape says so, and how many records wait for it. */
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { chat } from "#test/contract/setting.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";
import { startDatabaseProxy } from "#test/reliability/database-proxy.ts";
import { parseExposition } from "./scrape.ts";

describe.skipIf(services.postgres === null)("the database away", async () => {
  const server = await realPostgres();
  const proxy = await startDatabaseProxy({ host: "127.0.0.1", port: server.tcp.port });
  afterAll(() => proxy.close());
  const sql = postgres({ ...server.socket, max: 1 });
  afterAll(() => sql.end());
  const database = { options: { ...server.tcp, port: proxy.port }, url: server.url, sql };
  const gateway = await testGateway({ database });

  test("an outage of the database stands in the figures, and its end as well", async () => {
    const scrape = async () => parseExposition((await gateway.call("GET", "/metrics")).text);
    const ask = () => gateway.call("POST", "/v1/chat/completions", { body: chat("gpt-4") });
    expect((await ask()).status).toBe(200);
    expect((await scrape()).sum("shin_database_away_seconds")).toBe(0);
    await proxy.cut();
    for (let n = 0; n < 3; n += 1) expect((await ask()).status).toBe(200);
    const away = await scrape();
    expect(away.sum("shin_journal_rows_waiting")).toBe(3);
    expect(away.sum("shin_database_away_seconds")).toBeGreaterThan(0);
    expect(away.sum("shin_requests_total", { outcome: "ok" })).toBe(4);
    await proxy.restore();
    await until("the journal is empty", async () => (await scrape()).sum("shin_journal_rows_waiting") === 0);
    expect((await scrape()).sum("shin_database_away_seconds")).toBe(0);
  });
});

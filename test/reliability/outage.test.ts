/**
 * The database away, refused or frozen: known keys go on by policy and their records are replayed exactly once, strangers
 * hear 503 and never a false 401, and nobody waits longer than a deadline. Against Debian's PostgreSQL.
 */
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { newSecret } from "#lib/keys/secret.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { type Answer, type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { services } from "#test/helpers/services.ts";
import { type DatabaseProxy, startDatabaseProxy } from "./database-proxy.ts";
import { ask, startProvider } from "./provider.ts";
import { expectExactSums, pricedConfig } from "./statement.ts";

const ADMIN_MS = 2_500;
const RECOVERY_MS = 5_000;
const GRACE = "15m";

describe.skipIf(services.postgres === null).each(["cut", "frozen"] as const)("database %s", async (way) => {
  const setting = await open(`allow_requests_on_db_unavailable: true, db_outage_grace: ${GRACE}`);
  const { clock, gateway, proxy, sql } = setting;
  const away = () => (way === "cut" ? proxy.cut() : proxy.freeze());

  test("known keys go on, and each of their records is replayed once", async () => {
    const key = await knownKey(gateway, { max_budget: 10, rpm_limit: 1000 });
    await away();
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(gateway, key)));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    const ids = answers.map((answer) => answer.headers["x-shin-request-id"] ?? "");
    await proxy.restore();
    const replayed = () =>
      sql`select id, cost_nano_usd from spend_records where id = any(${ids}) and state = 'settled'`;
    await until("the journal is replayed", async () => (await replayed()).length === 8, RECOVERY_MS);
    // 10 tokens in at 3000, 20 out at 7000 nano-dollars.
    expect((await replayed()).map((row) => row.cost_nano_usd)).toEqual(ids.map(() => "170000"));
    await expectExactSums(sql);
    expect((await call(gateway, key)).status).toBe(200);
    await expectExactSums(sql);
  });

  test("an unknown key hears 503 no_db_connection, not 401", async () => {
    await away();
    const { status, json, headers } = await call(gateway, newSecret().secret);
    await proxy.restore();
    expect(status).toBe(503);
    expect(json.error).toMatchObject({ type: "no_db_connection", code: "503" });
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  });

  test("admin routes answer 503 in time, and nothing of what they asked happens", async () => {
    const key = await gateway.newKey({ key_alias: `before-${way}` });
    await away();
    const routes = [
      ["GET", "/key/list", undefined],
      ["GET", `/key/info?key=${key}`, undefined],
      ["GET", "/global/spend", undefined],
      ["POST", "/key/generate", { key_alias: `lost-${way}` }],
      ["POST", "/key/block", { key }],
    ] as const;
    const asked = await Promise.all(
      routes.map(async ([method, path, body]) => ({
        path,
        ...(await timed(gateway.call(method, path, { body }))),
      })),
    );
    await proxy.restore();
    for (const { path, answer, ms } of asked) {
      expect(answer.status, answer.text).toBe(503);
      expect(answer.json.error.type).toBe("no_db_connection");
      expect(ms, path).toBeLessThan(ADMIN_MS);
    }
    await until(
      "the database is back",
      async () => (await gateway.call("GET", "/health/readiness")).status === 200,
    );
    expect(
      await sql`select 1 from virtual_keys where alias = ${`lost-${way}`} or (alias = ${`before-${way}`} and blocked)`,
    ).toHaveLength(0);
  });

  test("readiness says no, liveness says yes, and both are right again within five seconds", async () => {
    await away();
    const { answer, ms } = await timed(gateway.call("GET", "/health/readiness", { key: null }));
    expect(answer.status).toBe(503);
    expect(ms).toBeLessThan(ADMIN_MS);
    expect((await gateway.call("GET", "/health/liveness", { key: null })).status).toBe(200);
    expect((await gateway.call("GET", "/health", { key: null })).json.status).toBe("degraded");
    await proxy.restore();
    const ready = async () => (await gateway.call("GET", "/health/readiness", { key: null })).status === 200;
    await until("the gateway is ready", ready, RECOVERY_MS);
    const made = async () => (await gateway.call("POST", "/key/generate", { body: {} })).status === 200;
    await until("keys can be made", made, RECOVERY_MS);
  });

  test("after db_outage_grace known keys are refused too, and served again when it is back", async () => {
    const key = await knownKey(gateway);
    await away();
    // The first call finds the outage; the grace runs from there.
    expect((await call(gateway, key)).status).toBe(200);
    clock.advance(15 * 60_000 - 1);
    expect((await call(gateway, key)).status).toBe(200);
    clock.advance(1);
    const late = await call(gateway, key);
    expect(late.status).toBe(503);
    expect(late.json.error.type).toBe("no_db_connection");
    await proxy.restore();
    await until("the key works again", async () => (await call(gateway, key)).status === 200, RECOVERY_MS);
  });
});

describe.skipIf(services.postgres === null)("allow_requests_on_db_unavailable: false", async () => {
  const { gateway, proxy } = await open("allow_requests_on_db_unavailable: false");

  test("known keys are refused as soon as the outage is known", async () => {
    const key = await knownKey(gateway);
    await proxy.cut();
    expect((await gateway.call("GET", "/health/readiness", { key: null })).status).toBe(503);
    const { status, json } = await call(gateway, key);
    expect(status).toBe(503);
    expect(json.error.type).toBe("no_db_connection");
    await proxy.restore();
    await until("the key works again", async () => (await call(gateway, key)).status === 200, RECOVERY_MS);
  });
});

async function open(general: string) {
  const server = await realPostgres();
  const provider = await startProvider();
  afterAll(() => provider.close());
  const proxy: DatabaseProxy = await startDatabaseProxy({ host: "127.0.0.1", port: server.tcp.port });
  afterAll(() => proxy.close());
  const sql = postgres({ ...server.socket, max: 2, onnotice: () => {} });
  afterAll(() => sql.end());
  const clock = manualClock(Date.now());
  const database = { options: { ...server.tcp, port: proxy.port }, url: server.url, sql };
  const gateway = await testGateway({
    clock,
    database,
    yaml: pricedConfig(provider.url, general),
  });
  return { clock, gateway, proxy, sql };
}

/** A key that the gateway has in its cache. */
async function knownKey(gateway: TestGateway, fields: Record<string, unknown> = {}): Promise<string> {
  const key = await gateway.newKey(fields);
  expect((await call(gateway, key)).status).toBe(200);
  return key;
}

function call(gateway: TestGateway, key: string): Promise<Answer> {
  return gateway.call("POST", "/v1/chat/completions", { key, body: ask(10, 20, "now") });
}

async function timed(asked: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const startedMs = performance.now();
  const answer = await asked;
  return { answer, ms: performance.now() - startedMs };
}

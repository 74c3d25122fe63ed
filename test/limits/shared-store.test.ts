/** Two gateways on one database and one Redis, over TCP and over Upstash's REST: together they admit exactly what one would. */
import { afterAll, describe, expect, test } from "vitest";
import type { Answer, TestGateway } from "#test/helpers/gateway.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startUpstashBridge } from "#test/helpers/upstash-bridge.ts";
import { ask, startProvider } from "../reliability/provider.ts";
import { PRICES } from "../reliability/statement.ts";
import { admin, BODY, CEILINGS, type Field, ROOM, shortName } from "./setting.ts";

describe.skipIf(services.redis === null)("a shared store", async () => {
  const redis = await startRedis();
  const bridge = await startUpstashBridge(redis.url);
  const provider = await startProvider();
  afterAll(async () => {
    await bridge.close();
    await redis.close();
    await provider.close();
  });
  const yaml = (settings = "") => `
model_list:
  - model_name: priced
    litellm_params: { model: openai/upstream, api_key: k, api_base: "${provider.url}", ${PRICES} }
${settings}`;
  const stores = {
    redis: { REDIS_URL: redis.url },
    upstash: { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token },
  };

  describe.each(Object.entries(stores))("%s", async (_name, env) => {
    // A machine that is busy with other tests is no outage.
    const patient = yaml("general_settings: { limits_store_timeout: 10 }");
    const database = await testDatabase();
    const one = await testGateway({ database, env, yaml: patient });
    const two = await testGateway({ database, env, yaml: patient });
    const gateways = [one, two];

    test.each(Object.keys(CEILINGS) as Field[])("%s of a key", async (field) => {
      const key = await one.newKey({ [field]: CEILINGS[field] });
      const { admitted, reasons } = await flood(gateways, key);
      expect(admitted).toBe(ROOM);
      expect(reasons).toEqual([`key_${shortName(field)}`]);
    });

    test("what one instance spends the other sees, and both agree with the ledger", async () => {
      const key = await one.newKey({ max_budget: 0.003 });
      const call = (gateway: TestGateway) =>
        gateway.call("POST", "/v1/chat/completions", {
          key,
          body: ask(100, 100, "now", { max_tokens: 100 }),
        });
      for (const gateway of [one, two, one]) expect((await call(gateway)).status).toBe(200);
      await until("the settlement is in the store", async () => (await call(two)).status === 400);
      const { json } = await call(two);
      expect(json.error).toMatchObject({ reason: "key_budget", used: 0.003 });
      const { json: info } = await two.call("GET", `/key/info?key=${key}`);
      expect(info.info.spend).toBe(0.003);
    });

    test("a changed spend and a changed limit hold on both at once", async () => {
      const key = await one.newKey({ max_budget: 0 });
      await admin(one, "/key/update", { key, max_budget: 1 });
      await until("the other has heard of it", async () => (await statusOf(two, key)) === 200);
      expect(await statusOf(one, key)).toBe(200);
    });

    test("counters that Redis lost are read from the ledger again", async () => {
      const key = await one.newKey({ max_budget: 0.0011 });
      expect(await statusOf(one, key)).toBe(200);
      await redis.client.flushAll();
      const [left] = await Promise.all([one.call("POST", "/v1/chat/completions", { key, body: DEAR })]);
      expect(left?.json.error).toMatchObject({ reason: "key_budget", used: 0.001 });
    });
  });

  /** Calls at once, one here and one there; counts those that reach the provider. */
  async function flood(gateways: readonly TestGateway[], key: string) {
    const before = provider.calls();
    const gone = new AbortController();
    const refused: Answer[] = [];
    const sent = Array.from({ length: 120 }, async (_, n) => {
      const gateway = gateways[n % gateways.length] ?? gateways[0];
      const answer = await gateway?.call("POST", "/v1/chat/completions", {
        key,
        body: BODY,
        signal: gone.signal,
      });
      if (answer && !gone.signal.aborted) refused.push(answer);
    });
    await until("the calls are admitted or refused", () => refused.length + provider.open.size === 120);
    const reasons = new Set(refused.map((answer) => String(answer.json.error.reason)));
    gone.abort();
    await Promise.all(sent);
    await until("the provider's calls are closed", () => provider.open.size === 0);
    return { admitted: provider.calls() - before, reasons: [...reasons] };
  }

  describe("while it does not answer", async () => {
    const away = await startRedis();
    afterAll(() => away.close());
    const env = { REDIS_URL: away.url };

    test.each([
      ["local", 200, "local"],
      ["open", 200, "local"],
      ["closed", 503, undefined],
    ])("%s: %i", async (policy, status, flag) => {
      const gateway = await testGateway({
        env,
        yaml: yaml(`general_settings: { limits_on_store_outage: ${policy} }`),
      });
      const key = await gateway.newKey({ rpm_limit: 3, max_budget: 1 });
      expect(await statusOf(gateway, key)).toBe(200);
      away.pause();
      try {
        const answer = await gateway.call("POST", "/v1/chat/completions", { key, body: DEAR });
        expect([answer.status, answer.headers["x-shin-limits"]]).toEqual([status, flag]);
        if (status === 503) expect(answer.json.error.type).toBe("limits_unavailable");
        const { json } = await gateway.call("GET", "/health/readiness/details");
        expect(json.limits).toMatchObject({ counted_in: "redis", store: "away", on_store_outage: policy });
      } finally {
        away.resume();
      }
      await until("the store is back", async () => {
        const { json } = await gateway.call("GET", "/health/readiness/details");
        return json.limits.store === "answers";
      });
      const back = await gateway.call("POST", "/v1/chat/completions", { key, body: DEAR });
      expect([back.status, back.headers["x-shin-limits"]]).toEqual([200, undefined]);
    });
  });
});

/** 0.001 dollars. */
const DEAR = ask(100, 100, "now", { max_tokens: 100 });

async function statusOf(gateway: TestGateway, key: string): Promise<number> {
  return (await gateway.call("POST", "/v1/chat/completions", { key, body: DEAR })).status;
}

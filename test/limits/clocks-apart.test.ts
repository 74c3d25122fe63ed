/** AC-59: instances whose clocks disagree share limits all the same, for the store goes by its own. */
import { afterAll, describe, expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { type Answer, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startProvider } from "../reliability/provider.ts";
import { PRICES } from "../reliability/statement.ts";
import { BODY, CEILINGS, type Field, ROOM, shortName } from "./setting.ts";

const APART_MS = 5 * 60_000;

describe.skipIf(services.redis === null)("clocks five minutes apart", async () => {
  if (services.redis === null) return;
  const [redis, provider] = await Promise.all([startRedis(), startProvider()]);
  afterAll(async () => {
    await provider.close();
    await redis.close();
  });
  const database = await testDatabase();
  const yaml = `
model_list:
  - model_name: priced
    litellm_params: { model: openai/upstream, api_key: k, api_base: "${provider.url}", ${PRICES} }
general_settings: { limits_store_timeout: 10 }`;
  const env = { REDIS_URL: redis.url };
  const nowMs = Date.now();
  const gateways = [
    await testGateway({ database, env, yaml, clock: manualClock(nowMs) }),
    await testGateway({ database, env, yaml, clock: manualClock(nowMs + APART_MS) }),
    await testGateway({ database, env, yaml, clock: manualClock(nowMs - APART_MS) }),
  ];

  test.each(["rpm_limit", "tpm_limit", "max_parallel_requests", "max_budget"] satisfies Field[])(
    "AC-59: admit exactly what %s allows, whoever is asked first",
    async (field) => {
      const key = (await gateways[0]?.newKey({ [field]: CEILINGS[field] })) ?? "";
      const before = provider.calls();
      const gone = new AbortController();
      const refused: Answer[] = [];
      const calls = Array.from({ length: 90 }, async (_, n) => {
        const gateway = gateways[n % gateways.length];
        const answer = await gateway?.call("POST", "/v1/chat/completions", {
          ...{ key, body: BODY, signal: gone.signal },
        });
        if (answer && !gone.signal.aborted) refused.push(answer);
      });
      await until("each is admitted or refused", () => refused.length + provider.open.size === calls.length);
      const reasons = new Set(refused.map(({ json }) => json.error.reason));
      gone.abort();
      await Promise.all(calls);
      await until("the provider's calls are closed", () => provider.open.size === 0);
      expect([...reasons]).toEqual([`key_${shortName(field)}`]);
      expect(provider.calls() - before).toBe(ROOM);
    },
  );
});

/** One scrape of a gateway with several workers tells the sum of all, whichever answers, and goes on after one died. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { afterAll, describe, expect, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { parseExposition } from "./scrape.ts";

const authorization = `Bearer ${MASTER_KEY}`;

describe.skipIf(services.redis === null)("two workers", async () => {
  const redis = await startRedis();
  afterAll(() => redis.close());

  test("are told as one by every scrape, and a worker's count outlives it", async () => {
    const folder = await temporaryFolder();
    const configFile = join(folder, "config.yaml");
    await writeFile(configFile, "general_settings: { log_level: warn }\n");
    const gateway = await startGatewayProcess({
      dataDir: join(folder, "data"),
      configFile,
      env: { LITELLM_MASTER_KEY: MASTER_KEY, SHIN_WORKERS: "2", REDIS_URL: redis.url },
    });
    try {
      // A connection for each request, so that both workers get some.
      const send = async (method: "GET" | "POST", path: string, body?: unknown) => {
        const agent = new Agent();
        const answer = await request(`${gateway.url}${path}`, {
          method,
          dispatcher: agent,
          headers: { authorization, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.body.text();
        await agent.close();
        expect(answer.statusCode, text).toBe(200);
        return text;
      };
      const scrape = async () => parseExposition(await send("GET", "/metrics"));
      const body = { model: "gpt-4", max_tokens: 5, messages: [{ role: "user", content: "hi" }] };
      await Promise.all(Array.from({ length: 40 }, () => send("POST", "/v1/chat/completions", body)));
      for (let n = 0; n < 6; n += 1) {
        const scraped = await scrape();
        expect(scraped.sum("shin_requests_total", { outcome: "ok" })).toBe(40);
        expect(scraped.values("process_resident_memory_bytes", "worker")).toEqual(new Set(["1", "2"]));
      }
      const list = JSON.parse(await send("GET", "/health/readiness/details"));
      expect(list.workers.running).toBe(2);
      const roll: { workers: { pid: number }[] } = JSON.parse(
        await readFile(join(folder, "data", "workers.json"), "utf8"),
      );
      process.kill(roll.workers[1]?.pid ?? 0, "SIGKILL");
      await until(
        "the worker is back",
        async () => JSON.parse(await send("GET", "/health/readiness/details")).workers.restarts === 1,
      );
      expect((await scrape()).sum("shin_requests_total", { outcome: "ok" })).toBe(40);
    } finally {
      gateway.signal("SIGTERM");
      await gateway.ended;
    }
  });
});

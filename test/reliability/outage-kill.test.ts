/** Answers given while the database was away are on disk: a gateway that is killed then brings them in at its next start. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { services } from "#test/helpers/services.ts";
import { ask, startProvider } from "./provider.ts";
import { expectTrueLedger, pricedConfig, type Seen } from "./statement.ts";

describe.skipIf(services.postgres === null)("killed during an outage", async () => {
  const server = await realPostgres();
  const provider = await startProvider();
  afterAll(() => provider.close());

  test("every answer given without the database is in the ledger after the next start, once", async () => {
    const dataDir = await temporaryFolder();
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(configFile, pricedConfig(provider.url, "log_level: ERROR"));
    const start = async () => {
      const env = { LITELLM_MASTER_KEY: MASTER_KEY, DATABASE_URL: server.url };
      const gateway = await startGatewayProcess({ dataDir, configFile, env });
      onTestFinished(() => gateway.signal("SIGKILL"));
      return gateway;
    };
    const first = await start();
    const post = async (path: string, key: string, body: unknown, id = "") =>
      fetch(`${first.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "x-request-id": id },
        body: JSON.stringify(body),
      });
    const { key } = await (await post("/key/generate", MASTER_KEY, { max_budget: 100 })).json();
    const calls: Seen[] = [];
    const call = async (n: number) => {
      const seen: Seen = {
        id: `c${n}`,
        promptTokens: n + 1,
        completionTokens: 2 * n,
        complete: false,
        cost: null,
      };
      calls.push(seen);
      const answer = await post("/v1/chat/completions", key, ask(n + 1, 2 * n, "now"), seen.id);
      expect(answer.status, await answer.text()).toBe(200);
      seen.complete = true;
      seen.cost = answer.headers.get("x-litellm-response-cost");
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => call(n)));
    await server.stop("immediate");
    await Promise.all(Array.from({ length: 30 }, (_, n) => call(20 + n)));
    first.signal("SIGKILL");
    await first.ended;
    await server.start();
    const second = await start();
    second.signal("SIGTERM");
    expect(await second.ended, second.log()).toEqual({ code: 0, signal: null });
    const sql = postgres({ ...server.socket, max: 1 });
    onTestFinished(() => sql.end());
    await expectTrueLedger(sql, calls);
    expect(await sql`select 1 from spend_records`).toHaveLength(50);
  });
});

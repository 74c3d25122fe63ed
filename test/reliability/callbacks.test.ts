/** A gateway is killed with a batch in a destination's hands: whoever comes next sends every record that was not confirmed. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { isCallbackJob } from "#lib/callbacks/jobs.ts";
import { systemClock } from "#lib/clock.ts";
import { ids, receiver } from "#test/callbacks/setting.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { services } from "#test/helpers/services.ts";

const CALLS = 60;
/** The killed one's hold on the job has run out by then. */
const LATER_MS = 120_000;

const web = await receiver();
const yaml = `general_settings: { allow_private_api_base: true, demo_models: true }
litellm_settings: { callbacks: [webhook], webhook_callback_params: { url: "${web.origin}/" } }
`;

test.skipIf(services.postgres === null)(
  "after kill -9 in the middle of a delivery no call is missing at the destination",
  async () => {
    const server = await realPostgres();
    const sql = postgres({ ...server.tcp, max: 1 });
    onTestFinished(() => sql.end({ timeout: 1 }));
    const database = { options: server.tcp, url: server.url, sql };
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(configFile, yaml);
    const gateway = await startGatewayProcess({
      dataDir: await temporaryFolder(),
      configFile,
      env: { LITELLM_MASTER_KEY: MASTER_KEY, DATABASE_URL: database.url },
    });
    onTestFinished(() => gateway.signal("SIGKILL"));
    const ask = async (): Promise<string> => {
      const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "hello" }] }),
      });
      expect(answer.status, await answer.text()).toBe(200);
      return answer.headers.get("x-litellm-call-id") ?? "";
    };
    web.answer = null;
    const calls = await Promise.all(Array.from({ length: CALLS }, ask));
    await until("a batch is in the destination's hands", () => web.got.length > 0, 30_000);
    gateway.signal("SIGKILL");
    await gateway.ended;
    web.cut();
    web.got.length = 0;
    web.answer = { status: 200, body: "" };

    const next = await testGateway({
      database,
      yaml,
      clock: { ...systemClock, now: () => Date.now() + LATER_MS },
    });
    const { deps } = next.runtime;
    await until("the rest has arrived", async () => {
      await deps.jobs.runDue(deps, Number.POSITIVE_INFINITY, isCallbackJob);
      return new Set(ids(web.got)).size >= CALLS;
    });
    expect(calls.filter((id) => !ids(web.got).includes(id))).toEqual([]);
  },
  60_000,
);

/** The gateway as a process: what it loads when telemetry is off, and what it does with what waits when it is told to stop. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { services } from "#test/helpers/services.ts";
import { otlpReceiver } from "#test/telemetry/receiver.ts";

const HOOK = join(import.meta.dirname, "programs/loaded-modules.ts");
const SDK = /@opentelemetry\/(sdk|exporter|otlp)|lib\/telemetry\/telemetry\.ts/;

describe.skipIf(services.postgres === null)("a gateway", async () => {
  const server = await realPostgres();
  const receiver = await otlpReceiver();

  async function start(env: Record<string, string>) {
    const loadedFile = join(await temporaryFolder(), "loaded");
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(configFile, "general_settings: { log_level: ERROR }\n");
    const gateway = await startGatewayProcess({
      dataDir: await temporaryFolder(),
      configFile,
      env: {
        LITELLM_MASTER_KEY: MASTER_KEY,
        DATABASE_URL: server.url,
        NODE_OPTIONS: `--import=${HOOK}`,
        LOADED_MODULES: loadedFile,
        ...env,
      },
    });
    onTestFinished(() => gateway.signal("SIGKILL"));
    return { ...gateway, loaded: async () => (await readFile(loadedFile, "utf8")).split("\n") };
  }

  async function call(url: string): Promise<void> {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "hello" }] }),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  }

  test("that nobody told where to send anything loads nothing of OpenTelemetry's SDK", async () => {
    const gateway = await start({ OTEL_SERVICE_NAME: "named-and-still-off" });
    await call(gateway.url);
    const loaded = await gateway.loaded();
    // The hook sees what is loaded on demand as well.
    expect(loaded.some((url) => url.endsWith("lib/runtime.ts"))).toBe(true);
    expect(loaded.filter((url) => SDK.test(url))).toEqual([]);
  }, 60_000);

  test("that is told to stop sends what waits first", async () => {
    const gateway = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await call(gateway.url);
    gateway.signal("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    expect(receiver.spans).toHaveLength(2);
    expect(receiver.logs).toHaveLength(1);
    expect((await gateway.loaded()).some((url) => SDK.test(url))).toBe(true);
  }, 60_000);
});

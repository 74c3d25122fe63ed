/** Two gateways behind the shipped nginx, one database: each is restarted while calls go on, and not one of them fails. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { Agent, request } from "undici";
import { afterAll, describe, expect, test } from "vitest";
import { chat, config, deployment } from "#test/contract/setting.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { rawUpstream, stream } from "#test/helpers/upstream.ts";
import { freePort, nginxUsable, startNginxFront } from "./nginx-front.ts";

const usable = nginxUsable && services.postgres !== null && services.redis !== null;
const PACE_MS = 20;

describe.skipIf(!usable)("a rolling restart", async () => {
  const upstream = await rawUpstream();
  upstream.behave(stream());
  const database = await realPostgres();
  const redis = await startRedis();
  afterAll(() => redis.close());
  const folder = await makeTemporaryFolder();
  const configFile = join(folder, "config.yaml");
  await writeFile(
    configFile,
    config([deployment("priced", upstream.url)], {
      general_settings: { trusted_proxies: ["127.0.0.1"], drain_timeout: "10s", log_level: "warn" },
    }),
  );
  const start = (name: string, port: number) =>
    startGatewayProcess({
      dataDir: join(folder, name),
      configFile,
      env: {
        LITELLM_MASTER_KEY: MASTER_KEY,
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        SHIN_ENCRYPTION_KEY: "7".repeat(64),
        SHIN_AUDIT_KEY: "8".repeat(64),
        PORT: String(port),
      },
    });
  const ports = [await freePort(), await freePort()] as const;
  let running = [await start("one", ports[0]), await start("two", ports[1])];
  const nginxFolder = await makeTemporaryFolder();
  const front = await startNginxFront(nginxFolder, running[0]?.url ?? "", [running[1]?.url ?? ""]);
  const agent = new Agent({ connections: 20, localAddress: "127.0.0.2", connect: { ca: front.certificate } });
  const sql = postgres({ ...database.socket, max: 1, onnotice: () => {} });
  afterAll(async () => {
    await agent.close();
    await front.close();
    for (const gateway of running) gateway.signal("SIGTERM");
    await Promise.all(running.map((gateway) => gateway.ended));
    await sql.end();
    for (const made of [folder, nginxFolder]) await rm(made, { recursive: true, force: true });
  });

  /** How many starts of gateways have answered calls. */
  const served = async (): Promise<number> => {
    const rows =
      await sql`select distinct instance_id, instance_boot from spend_records where outcome = 'ok'`;
    return rows.length;
  };

  test("under 50 calls a second fails none of them, and records each once", async () => {
    await sql`truncate spend_records`;
    const failures: string[] = [];
    const calls: Promise<void>[] = [];
    const call = async () => {
      const { body, statusCode } = await request(`${front.https}/v1/chat/completions`, {
        method: "POST",
        dispatcher: agent,
        headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
        body: JSON.stringify(chat("priced", { stream: true })),
      });
      const text = await body.text();
      if (statusCode !== 200 || !text.endsWith("data: [DONE]\n\n"))
        failures.push(`${statusCode} ${text.slice(0, 200)}`);
    };
    let over = false;
    const load = (async () => {
      while (!over) {
        calls.push(call().catch((error: unknown) => void failures.push(String(error))));
        await wait(PACE_MS);
      }
    })();
    try {
      await until("both gateways answer", async () => (await served()) === 2);
      for (const [at, port] of ports.entries()) {
        const before = await served();
        const leaving = running[at];
        leaving?.signal("SIGTERM");
        expect(await leaving?.ended).toEqual({ code: 0, signal: null });
        const next = await start(at === 0 ? "one" : "two", port);
        running = running.map((gateway, i) => (i === at ? next : gateway));
        // nginx leaves a gateway alone for a while that it found absent.
        await until(
          "nginx sends calls to the gateway that came back",
          async () => (await served()) > before,
          30_000,
        );
      }
    } finally {
      over = true;
      await load;
    }
    await Promise.all(calls);
    expect(failures).toEqual([]);
    expect(calls.length).toBeGreaterThan(100);
    const [row] = await sql`select count(*)::int as n from spend_records where outcome = 'ok'`;
    expect(row?.n).toBe(calls.length);
  });
});

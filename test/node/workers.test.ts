/**
 * Several processes on one port: they count together, none of them can take the others down, and what one leaves behind
 * is settled by its successor. Real processes, a real Redis, and the embedded database.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { Agent, request } from "undici";
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "#lib/node/embedded-postgres.ts";
import { recordedRoot } from "#lib/node/embedded-postgres-cluster.ts";
import { readPostmaster } from "#lib/node/embedded-postgres-server.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { rememberingLog, temporaryFolder, until } from "#test/helpers/house.ts";
import { type GatewayProcess, startGatewayProcess } from "#test/helpers/process.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { ask, startProvider } from "#test/reliability/provider.ts";
import { expectTrueLedger, pricedConfig, type Seen } from "#test/reliability/statement.ts";

interface Roll {
  readonly pid: number;
  readonly restarts: number;
  readonly workers: readonly { readonly number: number; readonly pid: number }[];
}

const authorization = `Bearer ${MASTER_KEY}`;

test("without a Redis two workers are refused in one sentence", async () => {
  const configFile = join(await temporaryFolder(), "config.yaml");
  await writeFile(configFile, "");
  const started = startGatewayProcess({
    dataDir: await temporaryFolder(),
    configFile,
    env: { LITELLM_MASTER_KEY: MASTER_KEY, SHIN_WORKERS: "2" },
  });
  await expect(started).rejects.toThrow(
    /ended with 78:(.|\n)*limits are counted in this process's memory: set REDIS_URL or UPSTASH_REDIS_REST_URL before running more than one/,
  );
});

describe.skipIf(services.redis === null)("two workers on one port", async () => {
  const redis = await startRedis();
  afterAll(() => redis.close());
  const provider = await startProvider();
  afterAll(() => provider.close());
  beforeEach(() => void redis.client.flushAll());

  async function start(dataDir: string, workers = 2, yaml = ""): Promise<GatewayProcess> {
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(
      configFile,
      pricedConfig(provider.url, `log_level: info, limits_store_timeout: 10, ${yaml}`),
    );
    const gateway = await startGatewayProcess({
      dataDir,
      configFile,
      env: { LITELLM_MASTER_KEY: MASTER_KEY, REDIS_URL: redis.url, SHIN_WORKERS: String(workers) },
    });
    onTestFinished(() => gateway.signal("SIGKILL"));
    return gateway;
  }

  const rollOf = async (dataDir: string): Promise<Roll> =>
    JSON.parse(await readFile(join(dataDir, "workers.json"), "utf8"));

  async function newKey(url: string, fields: object): Promise<string> {
    const answer = await fetch(`${url}/key/generate`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify(fields),
    });
    expect(answer.status).toBe(200);
    const { key }: { key: string } = await answer.json();
    return key;
  }

  /** Connections of its own, so that both workers get some. */
  function newAgent(): Agent {
    const agent = new Agent({ connections: null, bodyTimeout: 0, headersTimeout: 0, pipelining: 0 });
    onTestFinished(() => agent.destroy());
    return agent;
  }

  /** Who took the call is in the log alone; the answers tell only that somebody did. */
  async function chat(agent: Agent, url: string, key: string, seen: Seen, mode: "now" | "hold" = "now") {
    const { body, statusCode } = await request(`${url}/v1/chat/completions`, {
      method: "POST",
      dispatcher: agent,
      headers: { authorization: `Bearer ${key}`, "x-request-id": seen.id },
      body: JSON.stringify(ask(seen.promptTokens, seen.completionTokens, mode)),
    });
    await body.text();
    seen.complete = statusCode === 200;
    return statusCode;
  }

  const newCall = (id: string): Seen => ({
    id,
    promptTokens: 11,
    completionTokens: 7,
    complete: false,
    cost: null,
  });

  async function openDatabase(dataDir: string): Promise<postgres.Sql> {
    const database = await startEmbeddedPostgres({ dataDir, log: rememberingLog() });
    onTestFinished(() => database.stop());
    const sql = postgres({ ...database.options, max: 1 });
    onTestFinished(() => sql.end());
    return sql;
  }

  /** The embedded database of a gateway that runs. */
  async function lookInto(dataDir: string): Promise<postgres.Sql> {
    const root = (await recordedRoot(dataDir)) ?? join(dataDir, "postgres");
    const server = await readPostmaster(join(root, "data"));
    if (server === null) throw new Error("the embedded database does not run");
    const { port, socketFolder: host } = server;
    const sql = postgres({ host, port, user: "shin", database: "shin", max: 1 });
    onTestFinished(() => sql.end());
    return sql;
  }

  /** Opens calls, a connection each, until every worker has one: which of them takes a connection is the system's choice. */
  async function openOnAll(dataDir: string, workers: number, open: () => void): Promise<void> {
    const sql = await lookInto(dataDir);
    let opened = 0;
    await until(`each of ${workers} workers has a call`, async () => {
      open();
      opened += 1;
      const rows = await sql`select distinct instance_id from spend_records where state = 'started'`;
      return rows.count === workers;
    });
    const started = async () => (await sql`select from spend_records where state = 'started'`).count;
    await until("the ledger has all their beginnings", async () => (await started()) === opened);
  }

  test("admit together exactly what a limit allows", async () => {
    const gateway = await start(await temporaryFolder());
    const key = await newKey(gateway.url, { rpm_limit: 50 });
    const agent = newAgent();
    const calls = Array.from({ length: 200 }, (_, n) => chat(agent, gateway.url, key, newCall(`c${n}`)));
    const statuses = await Promise.all(calls);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
  });

  test("one is killed under load: the other serves on, it comes back, and the ledger is true", async () => {
    const dataDir = await temporaryFolder();
    const gateway = await start(dataDir, 2, "ledger_acknowledge: journal");
    const key = await newKey(gateway.url, { max_budget: 1000 });
    const before = await rollOf(dataDir);
    expect(before.workers.map((worker) => worker.number)).toEqual([1, 2]);
    const victim = before.workers[1]?.pid ?? 0;
    const calls: Seen[] = [];
    const agent = newAgent();
    let stop = false;
    let cut = 0;
    const call = async (mode: "now" | "hold") => {
      const seen = newCall(`k${calls.length}`);
      calls.push(seen);
      try {
        expect(await chat(agent, gateway.url, key, seen, mode)).toBe(200);
      } catch (error) {
        // Connections of the killed one are cut; whoever has one sees that and nothing else.
        expect((error as NodeJS.ErrnoException).code).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
        cut += 1;
      }
    };
    const client = async () => {
      while (!stop) await call("now");
    };
    const held: Promise<unknown>[] = [];
    await openOnAll(dataDir, 2, () => void held.push(call("hold")));
    const clients = Array.from({ length: 8 }, client);
    await until("there is load", () => calls.filter((seen) => seen.complete).length > 100);
    process.kill(victim, "SIGKILL");
    const atDeath = calls.filter((seen) => seen.complete).length;
    await until("the other one serves on", () => calls.filter((seen) => seen.complete).length > atDeath + 50);
    await until("it is started again", async () => (await rollOf(dataDir)).restarts === 1);
    await until("it serves again", async () => (await rollOf(dataDir)).workers.length === 2, 20_000);
    expect(gateway.log()).toMatch(/worker 2 \(pid \d+\) ended with SIGKILL: it is started again in 0\.1 s/);
    expect((await rollOf(dataDir)).workers[0]?.pid).toBe(before.workers[0]?.pid);
    const health = await fetch(`${gateway.url}/health`).then((answer) => answer.json());
    expect(health).toMatchObject({ workers: { running: 2, wanted: 2 } });
    stop = true;
    await Promise.all(clients);
    expect(cut).toBeGreaterThan(0);

    gateway.signal("SIGTERM");
    await until("both drain", () => gateway.log().split("running ones have").length === 3);
    // Held calls never end by themselves: a second signal does not wait for them.
    gateway.signal("SIGTERM");
    expect(await gateway.ended, gateway.log()).toMatchObject({ code: 0 });
    await Promise.all(held);
    const interrupted = await expectTrueLedger(await openDatabase(dataDir), calls);
    expect(interrupted).toBeGreaterThan(0);
  }, 60_000);

  test("SIGTERM lets both finish what they do, and both settle it", async () => {
    const dataDir = await temporaryFolder();
    const gateway = await start(dataDir);
    const agent = newAgent();
    const answers: Promise<string>[] = [];
    const stream = async () => {
      const { body } = await request(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        dispatcher: agent,
        headers: { authorization },
        body: JSON.stringify(ask(3, 4, "drip", { stream: true })),
      });
      return body.text();
    };
    await openOnAll(dataDir, 2, () => void answers.push(stream()));
    await until("the provider has the calls", () => provider.open.size === answers.length);
    const { pid, workers } = await rollOf(dataDir);
    expect(pid).toBe(gateway.pid);
    gateway.signal("SIGTERM");
    await until(
      "both drain",
      () => gateway.log().split("no new calls; running ones have").length - 1 === workers.length,
    );
    provider.release();
    for (const text of await Promise.all(answers)) expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await gateway.ended, gateway.log()).toEqual({ code: 0, signal: null });
    expect(existsSync(join(dataDir, "workers.json"))).toBe(false);
    const sql = await openDatabase(dataDir);
    const [row] = await sql`
      select count(*)::int as settled, count(distinct instance_id)::int as writers from spend_records
      where state = 'settled' and outcome = 'ok'`;
    expect(row).toEqual({ settled: answers.length, writers: 2 });
  }, 60_000);

  test("what a worker left behind is settled also when there are fewer now", async () => {
    const dataDir = await temporaryFolder();
    const many = await start(dataDir, 3, "ledger_acknowledge: journal");
    const key = await newKey(many.url, {});
    const agent = newAgent();
    const calls = Array.from({ length: 60 }, (_, n) => newCall(`f${n}`));
    await Promise.all(calls.map((seen) => chat(agent, many.url, key, seen)));
    const open: Seen[] = [];
    const held: Promise<unknown>[] = [];
    await openOnAll(dataDir, 3, () => {
      const seen = newCall(`o${open.length}`);
      open.push(seen);
      held.push(chat(agent, many.url, key, seen, "hold").catch(() => undefined));
    });
    const { workers } = await rollOf(dataDir);
    many.signal("SIGKILL");
    for (const { pid } of workers) process.kill(pid, "SIGKILL");
    await many.ended;
    await Promise.all(held);

    const one = await start(dataDir, 1);
    expect(existsSync(join(dataDir, "instance-2.json"))).toBe(false);
    expect(existsSync(join(dataDir, "instance-3.json"))).toBe(false);
    one.signal("SIGTERM");
    expect(await one.ended, one.log()).toMatchObject({ code: 0 });
    const interrupted = await expectTrueLedger(await openDatabase(dataDir), [...calls, ...open]);
    expect(interrupted).toBe(open.length);
  }, 60_000);

  test("a new configuration reaches every worker", async () => {
    const dataDir = await temporaryFolder();
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(configFile, "general_settings: { log_level: info }");
    const gateway = await startGatewayProcess({
      dataDir,
      configFile,
      env: { LITELLM_MASTER_KEY: MASTER_KEY, REDIS_URL: redis.url, SHIN_WORKERS: "2" },
    });
    onTestFinished(() => gateway.signal("SIGKILL"));
    const names = async () => {
      // A connection each, so that both workers are asked.
      const agent = new Agent({ pipelining: 0 });
      const { body } = await request(`${gateway.url}/v1/models`, {
        dispatcher: agent,
        headers: { authorization },
      });
      const { data } = (await body.json()) as { data: { id: string }[] };
      await agent.destroy();
      return data.map((model) => model.id);
    };
    expect(await names()).not.toContain("new-one");
    await writeFile(
      configFile,
      `model_list: [{ model_name: new-one, litellm_params: { model: openai/upstream, api_key: k, api_base: "${provider.url}" } }]`,
    );
    gateway.signal("SIGHUP");
    await until("both know it", async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, names));
      return answers.every((answer) => answer.includes("new-one"));
    });
  });
});

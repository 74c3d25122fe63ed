/** docs/runbooks.md works: its commands are run in a shell in the situation they are for, and print what the page prints. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { createShinServer } from "#lib/node/server.ts";
import { chat, config, deployment } from "#test/contract/setting.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { startDatabaseProxy } from "#test/reliability/database-proxy.ts";
import { asPattern, blocksOf, withoutSpace } from "./markdown.ts";
import { readText, root } from "./sources.ts";

const blocks = blocksOf(readText("docs/runbooks.md"));
const textOf = (info: string) => blocks.find((block) => block.info === info)?.text ?? "";
const commands = blocks.filter(({ info }) => info.startsWith("sh run "));
const run = promisify(execFile);
const usable = services.postgres !== null && services.redis !== null;

describe.skipIf(!usable)("docs/runbooks.md", async () => {
  const [upstream, spare] = [await rawUpstream(answer()), await rawUpstream(answer())];
  const server = await realPostgres();
  const proxy = await startDatabaseProxy({ host: "127.0.0.1", port: server.tcp.port });
  const redis = await startRedis();
  const folder = await makeTemporaryFolder();
  await mkdir(path.join(folder, ".data", "secrets"), { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, ".data", "secrets", "master-key"), MASTER_KEY);
  const look = postgres({ ...server.socket, max: 1, onnotice: () => {} });
  const gateway = await testGateway({
    database: { options: { ...server.tcp, port: proxy.port }, url: server.url, sql: look },
    yaml: config([deployment("priced", upstream.url, {}, { id: "priced" })], {
      general_settings: { allow_private_api_base: true },
    }),
    env: { REDIS_URL: redis.url, SHIN_ENCRYPTION_KEY: "7".repeat(64) },
  });
  const shin = createShinServer({
    gateway: gateway.runtime.gateway,
    console: (_, outgoing) => void outgoing.writeHead(404).end(),
  });
  shin.listen(0, "127.0.0.1");
  await once(shin, "listening");
  const { port } = shin.address() as AddressInfo;
  const leaked = await gateway.newKey({ key_alias: "leaked" });
  afterAll(async () => {
    shin.closeAllConnections();
    shin.close();
    await look.end();
    await Promise.all([proxy.close(), redis.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a block of the page and holds what it prints against the answer behind it. */
  async function follow(name: string): Promise<void> {
    const block = commands.find(({ info }) => info === `sh run ${name}`);
    if (!block) throw new Error(`there is no block ${name}`);
    const script =
      `shin() { "${process.execPath}" "${root}/scripts/shin.js" "$@"; }\n${textOf("sh setup")}\n${block.text}`
        .replaceAll("http://localhost:4000", `http://127.0.0.1:${port}`)
        .replaceAll("https://spare.example.com/v1", spare.url);
    const env = {
      NODE_ENV: "test",
      PATH: process.env.PATH ?? "",
      LEAKED: leaked,
      SHIN_DATA_DIR: path.join(folder, ".data"),
    } as const;
    const { stdout } = await run("bash", ["-uc", script], { cwd: folder, env, timeout: 20_000 });
    const shown = blocks[blocks.indexOf(block) + 1];
    expect(shown?.info).toBe("text answer");
    expect(withoutSpace(stdout), `${name} printed:\n${stdout}`).toMatch(asPattern(shown?.text ?? ""));
    followed.add(block.info);
  }
  const followed = new Set<string>();
  const call = (key = leaked) => gateway.call("POST", "/v1/chat/completions", { key, body: chat("priced") });

  test("database down", async () => {
    expect((await call()).status).toBe(200);
    await proxy.cut();
    for (let n = 0; n < 2; n += 1) expect((await call()).status).toBe(200);
    await follow("database-down");
    await proxy.restore();
    await until("the journal is empty", () => gateway.runtime.deps.ledger.standing().journalWaiting === 0);
    await follow("database-back");
  });

  test("redis down", async () => {
    redis.pause();
    await call();
    await until("the store is away", () => gateway.runtime.deps.limitsAway());
    await follow("redis-down");
    redis.resume();
    await until("the store is back", () => !gateway.runtime.deps.limitsAway());
    await follow("redis-back");
  });

  test("provider down", async () => {
    upstream.behave((_, response) => void response.writeHead(500).end());
    for (let n = 0; n < 8; n += 1) await call(MASTER_KEY);
    await follow("provider-down");
    await follow("provider-moved");
    await follow("provider-back");
    upstream.behave(answer());
  });

  test("disk full", () => follow("disk-full"));

  test("leaked key", async () => {
    await follow("leaked-key");
    await follow("leaked-key-trail");
    await follow("leaked-key-new");
  });

  test("master key compromised", async () => {
    await follow("master-key-new");
    await follow("master-key-revoke");
    await follow("master-key-audit");
  });

  test("no block of the page was left out", () => {
    expect(commands.map(({ info }) => info).filter((info) => !followed.has(info))).toEqual([]);
  });
});

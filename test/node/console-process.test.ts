/**
 * The console in a process of its own, as people meet it: it begins when somebody looks, shows what is in force, comes back
 * when it died, and never outlives its gateway. The real server with its real pages, over HTTP.
 */
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "#db/client.ts";
import { connectionOf } from "#lib/cli/database.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { until, untilGone } from "#test/helpers/house.ts";
import { type GatewayProcess, startGatewayProcess } from "#test/helpers/process.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { signIn } from "../../bench/console/session.ts";

const EMAIL = "admin@example.com";
const PASSWORD = "four unrelated wooden words";

const dataDir = await makeTemporaryFolder();
const configFile = join(dataDir, "config.yaml");
const passwordFile = join(dataDir, "password");
await writeFile(configFile, "litellm_settings: { timezone: Asia/Tokyo }\n");
await writeFile(passwordFile, PASSWORD);
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const start = () =>
  startGatewayProcess({
    dataDir,
    configFile,
    env: { LITELLM_MASTER_KEY: MASTER_KEY, SHIN_ADMIN_EMAIL: EMAIL, SHIN_ADMIN_PASSWORD_FILE: passwordFile },
  });

/** Process ids of the consoles that have served, in their order, as the log tells them. */
function consoles({ log }: GatewayProcess): number[] {
  const lines = log()
    .split("\n")
    .filter((line) => line.includes('"the console serves"'));
  return lines.map((line) => Number(JSON.parse(line).pid));
}

describe("the console's process", async () => {
  const gateway = await start();
  const sql = connect({
    target: await connectionOf({ databaseUrl: null, dataDir }),
    max: 1,
    applicationName: "test",
  });
  afterAll(async () => {
    gateway.signal("SIGKILL");
    await sql.end({ timeout: 1 });
  });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(gateway.url + path, { headers, redirect: "manual" });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const change = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" };
    const answer = await fetch(gateway.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  };

  test("begins with the first request for a page, and lets calls go first", async () => {
    expect((await get("/health/liveliness")).status).toBe(200);
    expect(existsSync(join(dataDir, "console-1.sock"))).toBe(false);
    const [first, second] = await Promise.all([get("/ui/sign-in"), get("/ui/privacy/notice")]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get("content-security-policy")).toContain("default-src 'none'");
    const [pid = 0, ...others] = consoles(gateway);
    expect(others).toEqual([]);
    expect(pid).not.toBe(gateway.pid);
    expect(getPriority(pid)).toBeGreaterThan(getPriority(gateway.pid));
    const [script] = /\/_next\/static\/[^"]+\.js/.exec(first.text) ?? [];
    const asset = await get(script ?? "", { "accept-encoding": "br" });
    expect([asset.status, asset.headers.get("content-encoding")]).toEqual([200, "br"]);
  });

  test("hears from the door, and not from clients, who asks and what is in force", async () => {
    const spoofed = {
      "x-shin-peer": "203.0.113.9",
      "x-shin-state": "999999",
      "x-forwarded-host": "evil.example",
    };
    const page = await get("/ui", spoofed);
    expect(page.headers.get("location") ?? page.text).not.toContain("evil.example");
    const { cookie } = await signIn(gateway.url, EMAIL, PASSWORD);
    expect((await get("/ui/account", { cookie, ...spoofed })).status).toBe(200);
    const sessions = await sql<{ ip: string }[]>`select ip from console_sessions`;
    expect(sessions.map(({ ip }) => ip)).toEqual(["127.0.0.1"]);
  });

  test("shows what is in force with the next page: a freeze, a model, a configuration", async () => {
    const { cookie } = await signIn(gateway.url, EMAIL, PASSWORD);
    const page = async (path: string) => (await get(path, { cookie })).text;
    expect(await page("/ui/settings")).toContain("Asia/Tokyo");
    await change("/incident/freeze", { scope: { kind: "all" }, reason: "a leak" });
    expect(await page("/ui/settings")).toContain("calls are frozen");
    await change("/model/new", {
      model_name: "made-just-now",
      litellm_params: { model: "openai/x", api_key: "k" },
    });
    expect(await page("/ui/models")).toContain("made-just-now");
    await writeFile(configFile, "litellm_settings: { timezone: America/Lima }\n");
    gateway.signal("SIGHUP");
    await until("the configuration is in force", () => gateway.log().includes("configuration reloaded"));
    expect(await page("/ui/settings")).toContain("America/Lima");
  });

  test("answers open pages by itself: to who is signed in, at once no longer, and never as a page", async () => {
    const live = "/ui/limits/live?show=all";
    const unknown = await get(live);
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      401,
      { error: { message: "Sign in first." } },
    ]);
    const { cookie } = await signIn(gateway.url, EMAIL, PASSWORD);
    const { headers, status, text } = await get(live, { cookie });
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "application/json",
      "no-store",
    ]);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(JSON.parse(text)).toMatchObject({ rows: expect.any(Array), refusals: [] });
    await sql`update console_sessions set ended_at = now()`;
    expect((await get(live, { cookie })).status).toBe(401);
  });

  test("sends a file on, to its last line", async () => {
    const { cookie } = await signIn(gateway.url, EMAIL, PASSWORD);
    const { headers, status, text } = await get("/ui/audit/export?format=csv", { cookie });
    expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^seq,/);
    // The newest stand first.
    expect(lines.at(-1)).toMatch(/^1,evt_/);
  });

  test("comes back with the next request after it was killed", async () => {
    const killed = consoles(gateway).at(-1) ?? 0;
    process.kill(killed, "SIGKILL");
    await until("the gateway knows", () => gateway.log().includes("ended with SIGKILL"));
    expect((await get("/ui/sign-in")).status).toBe(200);
    expect(consoles(gateway).at(-1)).not.toBe(killed);
    // Dying again at once, it rests: nobody's reload starts processes without end.
    process.kill(consoles(gateway).at(-1) ?? 0, "SIGKILL");
    await until("the gateway knows", () => gateway.log().split("ended with SIGKILL").length === 3);
    const { headers, status, text } = await get("/ui/sign-in");
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    expect(text).toContain("The console is not available. The gateway itself works");
    await until("it serves again", async () => (await get("/ui/sign-in")).status === 200);
  });

  test("ends with its gateway, however that ends", async () => {
    const pid = consoles(gateway).at(-1) ?? 0;
    gateway.signal("SIGKILL");
    await untilGone(pid);
    const next = await start();
    onTestFinished(() => next.signal("SIGKILL"));
    expect((await fetch(`${next.url}/ui/sign-in`)).status).toBe(200);
    const [running = 0] = consoles(next);
    next.signal("SIGTERM");
    expect(await next.ended).toEqual({ code: 0, signal: null });
    await untilGone(running);
    expect(existsSync(join(dataDir, "console-1.sock"))).toBe(false);
  });
});

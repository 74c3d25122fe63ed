/** SIGTERM: no new calls, running ones finish or are cut at `drain_timeout`, everything is settled, exit 0. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { Agent, Client, request } from "undici";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { type GatewayProcess, startGatewayProcess } from "#test/helpers/process.ts";
import { services } from "#test/helpers/services.ts";
import { ask, startProvider } from "./provider.ts";
import { pricedConfig } from "./statement.ts";

const CALLS = 100;
/** Connections that idle, as a proxy in front keeps them, and how far apart they are used: for longer than the farewell. */
const KEPT = 250;
const PACE_MS = 10;

describe.skipIf(services.postgres === null)("SIGTERM", async () => {
  const server = await realPostgres();
  const sql = postgres({ ...server.socket, max: 1, onnotice: () => {} });
  afterAll(() => sql.end());
  const provider = await startProvider();
  afterAll(() => provider.close());
  const outcomes = async () => {
    const rows = await sql<{ outcome: string; n: string }[]>`
      select state || ' ' || coalesce(outcome, '') as outcome, count(*) as n from spend_records group by 1`;
    return Object.fromEntries(rows.map((row) => [row.outcome, Number(row.n)]));
  };

  async function start(drainTimeout: string, acknowledge: string): Promise<GatewayProcess> {
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(
      configFile,
      pricedConfig(
        provider.url,
        `drain_timeout: ${drainTimeout}, ledger_acknowledge: ${acknowledge}, log_level: ERROR`,
      ),
    );
    const env = { LITELLM_MASTER_KEY: MASTER_KEY, DATABASE_URL: server.url };
    const gateway = await startGatewayProcess({ dataDir: await temporaryFolder(), configFile, env });
    onTestFinished(() => gateway.signal("SIGKILL"));
    await sql`truncate spend_records`;
    return gateway;
  }

  /** Opens streams (and, with `hold`, calls that wait for JSON); resolves when the provider has them all. */
  async function openCalls(gateway: GatewayProcess, mode: "drip" | "hold") {
    const agent = new Agent({ connections: null });
    onTestFinished(() => agent.destroy());
    const call = async (): Promise<string> => {
      const stream = mode === "drip" ? { stream: true } : {};
      const { body } = await request(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        dispatcher: agent,
        headers: { authorization: `Bearer ${MASTER_KEY}` },
        body: JSON.stringify(ask(10, 20, mode, stream)),
      });
      return body.text();
    };
    const before = provider.open.size;
    const answers = Array.from({ length: CALLS }, () => call().catch(() => "cut"));
    await until("the provider has the calls", () => provider.open.size === before + CALLS);
    return answers;
  }

  test.each(["commit", "journal"])(
    "a hundred streams finish, new calls are refused, and all is settled (%s)",
    async (acknowledge) => {
      const gateway = await start("30s", acknowledge);
      const answers = await openCalls(gateway, "drip");
      gateway.signal("SIGTERM");
      const refused = () =>
        request(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${MASTER_KEY}` } }).then(
          async ({ statusCode, body }) => (await body.text()) !== "" && statusCode === 503,
          () => true,
        );
      await until("new calls are refused", refused);
      expect(provider.open.size).toBe(CALLS);
      provider.release();
      for (const text of await Promise.all(answers)) expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
      expect(await gateway.ended, gateway.log()).toEqual({ code: 0, signal: null });
      expect(await outcomes()).toEqual({ "settled ok": CALLS });
    },
  );

  test.each(["drip", "hold"] as const)(
    "what runs past drain_timeout is cut and settled all the same (%s)",
    async (mode) => {
      const gateway = await start("0.1", "commit");
      const answers = await openCalls(gateway, mode);
      gateway.signal("SIGTERM");
      expect(await gateway.ended, gateway.log()).toEqual({ code: 0, signal: null });
      for (const text of await Promise.all(answers)) expect(text).toBe("cut");
      expect(await outcomes()).toEqual({ "settled client_closed": CALLS });
      await until("the provider's calls are aborted", () => provider.open.size === 0);
    },
  );

  test("a connection that a proxy kept is served or closed, and never answered with a refusal", async () => {
    const gateway = await start("30s", "commit");
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const kept = Array.from({ length: KEPT }, () => new Client(gateway.url, { keepAliveTimeout: 60_000 }));
    onTestFinished(async () => void (await Promise.all(kept.map((client) => client.destroy()))));
    const use = async (client: Client): Promise<number | "closed"> => {
      try {
        const { body, statusCode } = await client.request({ method: "GET", path: "/v1/models", headers });
        await body.dump();
        return statusCode;
      } catch {
        return "closed";
      }
    };
    for (const client of kept) expect(await use(client)).toBe(200);
    // Calls that run keep the gateway from ending meanwhile.
    const answers = await openCalls(gateway, "drip");
    gateway.signal("SIGTERM");
    const portIsClosed = () =>
      request(`${gateway.url}/health`, { headers: { connection: "close" } }).then(
        async ({ body }) => {
          await body.dump();
          return false;
        },
        () => true,
      );
    await until("the port is closed", portIsClosed);
    const seen: (number | "closed")[] = [];
    for (const client of kept) {
      seen.push(await use(client));
      if (seen.at(-1) !== "closed") await wait(PACE_MS);
    }
    expect(seen.filter((one) => one !== 200 && one !== "closed")).toEqual([]);
    expect(seen).toContain("closed");
    provider.release();
    for (const text of await Promise.all(answers)) expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await gateway.ended, gateway.log()).toEqual({ code: 0, signal: null });
  });
});

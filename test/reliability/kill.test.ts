/**
 * Nothing lost: a gateway that is killed with calls in flight, twenty times, has in its ledger what its clients saw.
 * If this fails, somebody is billed for what was not answered, or answered for what is not billed.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { Agent, request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "#lib/node/embedded-postgres.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { rememberingLog, temporaryFolder } from "#test/helpers/house.ts";
import { type GatewayProcess, startGatewayProcess } from "#test/helpers/process.ts";
import { ask, startProvider } from "./provider.ts";
import { expectTrueLedger, pricedConfig, type Seen } from "./statement.ts";

const ROUNDS = 20;
const CLIENTS = 12;
const HELD = 3;

test("after kill -9, twenty times, every answered call is recorded once and every cut one is settled", async () => {
  const provider = await startProvider();
  onTestFinished(() => provider.close());
  const dataDir = await temporaryFolder();
  const configFile = join(await temporaryFolder(), "config.yaml");
  const start = async (acknowledge: string): Promise<GatewayProcess> => {
    await writeFile(
      configFile,
      pricedConfig(provider.url, `ledger_acknowledge: ${acknowledge}, log_level: ERROR`),
    );
    const gateway = await startGatewayProcess({
      dataDir,
      configFile,
      env: { LITELLM_MASTER_KEY: MASTER_KEY },
    });
    onTestFinished(() => gateway.signal("SIGKILL"));
    return gateway;
  };

  const calls: Seen[] = [];
  let keys: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // 14 rounds wait for the database, 6 for the journal.
    const gateway = await start(round % 10 < 7 ? "commit" : "journal");
    if (round === 0) keys = await makeKeys(gateway.url);
    await loadUntilKilled(gateway, keys, calls, `r${round}`, 40 + ((round * 37) % 120));
  }

  // One more start settles what the last kill left, and a clean stop ends the embedded database.
  const last = await start("commit");
  last.signal("SIGTERM");
  expect(await last.ended, last.log()).toMatchObject({ code: 0 });
  const database = await startEmbeddedPostgres({ dataDir, log: rememberingLog() });
  onTestFinished(() => database.stop());
  const sql = postgres({ ...database.options, max: 1 });
  onTestFinished(() => sql.end());

  const interrupted = await expectTrueLedger(sql, calls);
  // The test has done its work only if there was something to lose, in every way.
  const complete = calls.filter((call) => call.complete).length;
  expect(complete).toBeGreaterThan(ROUNDS * 40);
  expect(calls.length - complete).toBeGreaterThan(ROUNDS * HELD);
  expect(interrupted).toBeGreaterThan(ROUNDS);
}, 300_000);

/** One key of a user, one of a team, one of nobody; all with limits and a budget, so that nothing is skipped. */
async function makeKeys(url: string): Promise<string[]> {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status, path).toBe(200);
    return answer.json();
  };
  await post("/user/new", { user_id: "u1", auto_create_key: false });
  await post("/team/new", { team_id: "t1" });
  const limits = { rpm_limit: 1_000_000, tpm_limit: 1_000_000_000, max_budget: 1000 };
  const owners = [{ user_id: "u1" }, { team_id: "t1" }, {}];
  return Promise.all(
    owners.map(async (owner) => {
      const { key } = await post("/key/generate", { ...limits, ...owner });
      return String(key);
    }),
  );
}

/** Clients call until so many answers were complete; the gateway is killed under them. */
async function loadUntilKilled(
  gateway: GatewayProcess,
  keys: readonly string[],
  calls: Seen[],
  round: string,
  enough: number,
): Promise<void> {
  const agent = new Agent({ connections: null, bodyTimeout: 0, headersTimeout: 0 });
  let sent = 0;
  let complete = 0;
  let killed = false;
  const call = async (mode: "now" | "hold"): Promise<void> => {
    const n = sent++;
    const seen: Seen = {
      id: `${round}-${n}`,
      promptTokens: 5 + (n % 90),
      completionTokens: 1 + ((n * 7) % 400),
      complete: false,
      cost: null,
    };
    calls.push(seen);
    const stream = n % 2 === 1 ? { stream: true, stream_options: { include_usage: true } } : {};
    try {
      const answer = await request(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        dispatcher: agent,
        headers: { authorization: `Bearer ${keys[n % keys.length]}`, "x-request-id": seen.id },
        body: JSON.stringify(ask(seen.promptTokens, seen.completionTokens, mode, stream)),
      });
      const text = await answer.body.text();
      // A stream is whole when its end mark came; JSON when it parses, which its length has seen to.
      seen.complete = answer.statusCode === 200 && (n % 2 === 0 || text.endsWith("data: [DONE]\n\n"));
      const cost = answer.headers["x-litellm-response-cost"];
      seen.cost = typeof cost === "string" && n % 2 === 0 ? cost : null;
      if (!killed && !seen.complete) throw new Error(`${seen.id}: ${answer.statusCode} ${text}`);
    } catch (error) {
      if (!killed) throw error;
    }
  };
  const client = async () => {
    while (!killed) {
      await call("now");
      if (++complete >= enough && !killed) {
        killed = true;
        gateway.signal("SIGKILL");
      }
    }
  };
  const held = Array.from({ length: HELD }, () => call("hold"));
  await Promise.all([...held, ...Array.from({ length: CLIENTS }, client)]);
  await gateway.ended;
  await agent.destroy();
}

/** However a call ends, its slot and its reservation are free again. A leak here locks a key out for ever. */
import { expect, test } from "vitest";
import { departureOf, type GatewayRequest } from "#lib/gateway/http.ts";
import { until } from "#test/helpers/house.ts";
import { ask } from "../reliability/provider.ts";
import { expectExactSums } from "../reliability/statement.ts";
import { admissionSetting, heldFor, keyId } from "./setting.ts";

const setting = await admissionSetting();
const { gateway, provider } = setting;

type Mode = Parameters<typeof ask>[2];
interface Ending {
  readonly name: string;
  readonly mode: Mode;
  readonly stream?: boolean;
  readonly model?: string;
  /** `read` to the end; `stop` after the first piece; `leave` unread and hang up; `hang up` before any answer. */
  readonly client: "read" | "stop" | "leave" | "hang up" | "hang up mid-stream";
  readonly outcome: string;
}

const ENDINGS: readonly Ending[] = [
  { name: "answered", mode: "now", client: "read", outcome: "ok" },
  { name: "streamed", mode: "now", stream: true, client: "read", outcome: "ok" },
  { name: "provider error", mode: "fail", client: "read", outcome: "failed" },
  { name: "stream broken by the provider", mode: "break", stream: true, client: "read", outcome: "failed" },
  { name: "time-out", mode: "hold", model: "impatient", client: "read", outcome: "timeout" },
  { name: "client gone before the headers", mode: "hold", client: "hang up", outcome: "client_closed" },
  {
    name: "client gone mid-stream",
    mode: "drip",
    stream: true,
    client: "hang up mid-stream",
    outcome: "client_closed",
  },
  { name: "reader stopped", mode: "drip", stream: true, client: "stop", outcome: "client_closed" },
  { name: "stream never read", mode: "drip", stream: true, client: "leave", outcome: "client_closed" },
];

test("two thousand calls, ended in every way, leave no slot taken and no money reserved", async () => {
  await gateway.call("POST", "/user/new", {
    body: { user_id: "u1", auto_create_key: false, max_parallel_requests: 5000 },
  });
  await gateway.call("POST", "/team/new", {
    body: { team_id: "t1", max_budget: 1000, max_parallel_requests: 5000 },
  });
  const limits = {
    rpm_limit: 100_000,
    tpm_limit: 100_000_000,
    max_parallel_requests: 5_000,
    max_budget: 1_000,
  };
  const keys = {
    user: await gateway.newKey({ ...limits, user_id: "u1" }),
    team: await gateway.newKey({ ...limits, team_id: "t1" }),
  };
  const ended = new Map<string, number>();
  let next = 0;
  const worker = async () => {
    while (next < 2_000) {
      const n = next++;
      const ending = ENDINGS[n % ENDINGS.length];
      if (!ending) throw new Error("no such ending");
      await runCall(n % 2 === 0 ? keys.user : keys.team, ending);
      ended.set(ending.outcome, (ended.get(ending.outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 60 }, worker));

  const { sql } = gateway.database;
  const settled = async () => {
    const [row] = await sql`select count(*) as n from spend_records where state = 'settled'`;
    return row?.n === "2000";
  };
  await until("every call is settled", settled);
  const outcomes = await sql<
    { outcome: string; n: string }[]
  >`select outcome, count(*) as n from spend_records group by 1`;
  expect(new Map(outcomes.map((row) => [row.outcome, Number(row.n)]))).toEqual(ended);
  for (const key of Object.values(keys)) {
    const id = await keyId(gateway, key);
    expect(heldFor(setting, "key", id)).toEqual({ running: 0, reserved: false });
    const [row] = await sql`select spend_nano_usd from virtual_keys where id = ${id}`;
    expect(await gateway.runtime.deps.admission.spent(`key:${id}:budget`)).toBe(BigInt(row?.spend_nano_usd));
  }
  expect(heldFor(setting, "team", "t1")).toEqual({ running: 0, reserved: false });
  await until("the provider's connections are closed", () => provider.open.size === 0);
  await expectExactSums(sql);
}, 60_000);

async function runCall(key: string, ending: Ending): Promise<void> {
  const gone = new AbortController();
  const body = ask(10, 20, ending.mode, {
    ...(ending.model ? { model: ending.model } : {}),
    ...(ending.stream ? { stream: true } : {}),
  });
  const bytes = Buffer.from(JSON.stringify(body));
  const request: GatewayRequest = {
    method: "POST",
    url: "/v1/chat/completions",
    headers: new Headers({ authorization: `Bearer ${key}` }),
    peer: "127.0.0.1",
    departure: departureOf(gone.signal),
    bytes: async () => bytes,
  };
  const before = provider.calls();
  const answering = gateway.runtime.gateway.handle(request);
  if (ending.client === "hang up") {
    await until("the provider has a call", () => provider.calls() > before);
    gone.abort();
  }
  const { body: answer } = await answering;
  if (typeof answer === "string" || Buffer.isBuffer(answer)) return;
  if (ending.client === "leave") return gone.abort();
  for await (const piece of answer) {
    expect(piece.length).toBeGreaterThan(0);
    if (ending.client === "stop") break;
    if (ending.client === "hang up mid-stream") {
      gone.abort();
      break;
    }
  }
}

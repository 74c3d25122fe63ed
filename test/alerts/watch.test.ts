/** What is looked for every minute, over a real ledger. */
import { beforeEach, describe, expect, it } from "vitest";
import { Watch } from "#lib/alerts/watch.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const clock = manualClock(Date.UTC(2026, 5, 15, 12, 0, 0));
const gateway = await testGateway({ clock });
const { deps } = gateway.runtime;
const { sql } = gateway.database;

beforeEach(async () => {
  await sql`truncate alerts, spend_records`;
  clock.advance(86_400_000);
});

async function raised(): Promise<{ kind: string; severity: string; message: string }[]> {
  const { json } = await gateway.call("GET", "/alerts");
  return json.alerts.map(({ kind, message, severity }: Record<string, string>) => ({
    kind,
    severity,
    message,
  }));
}

async function calls(deployment: string, outcome: string, count: number): Promise<void> {
  await sql`
    insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, key_id, model,
      model_group, deployment_id, provider)
    select 'req_' || ${deployment} || ${outcome} || n, ${new Date(clock.now() - 60_000)}, 'settled', ${outcome}, 'i', 1,
      'completion', 'key_1', 'm', 'm', ${deployment}, 'openai'
    from generate_series(1, ${count}) n`;
}

describe("a budget", () => {
  it("is told of at 50, 80 and 100 %, each once in its period", async () => {
    const key = await gateway.newKey({ key_alias: "search", max_budget: 10, budget_duration: "1d" });
    const { json } = await gateway.call("GET", `/key/info?key=${key}`);
    const watch = new Watch(deps);
    const levels: string[] = [];
    for (const spent of [4.9, 5, 7.9, 8.5976265, 10]) {
      await gateway.call("POST", "/key/update", { body: { key, spend: spent } });
      clock.advance(1);
      await watch.pass();
      await watch.pass();
      levels.push((await raised()).map(({ severity }) => severity).join(","));
    }
    expect(levels).toEqual(["", "info", "info", "warning,info", "critical,warning,info"]);
    const [all, most] = await raised();
    expect(all?.message).toBe('100 % of the budget of key "search" is spent: $10 of $10.');
    expect(most?.message).toBe('85 % of the budget of key "search" is spent: $8.59 of $10.');
    await gateway.call("POST", "/key/delete", { body: { keys: [json.key] } });
  });
});

describe("a provider", () => {
  it("that answers nothing is critical, once an hour", async () => {
    await calls("d1", "failed", 5);
    const watch = new Watch(deps);
    expect(await watch.pass()).toBe(1);
    expect(await watch.pass()).toBe(0);
    expect(await raised()).toMatchObject([{ kind: "provider_down", severity: "critical" }]);
  });

  it("that fails often is told of from 20 calls on", async () => {
    await calls("d2", "failed", 2);
    await calls("d2", "ok", 17);
    const watch = new Watch(deps);
    expect(await watch.pass()).toBe(0);
    await calls("d2", "timeout", 1);
    await watch.pass();
    expect(await raised()).toMatchObject([
      { kind: "error_rate", message: '15 % of the last 20 calls of deployment "d2" (openai) failed.' },
    ]);
  });
});

it("a key in use that expires within a week is told of, one that nobody uses is not", async () => {
  const used = await gateway.newKey({ key_alias: "soon", duration: "3d" });
  await gateway.newKey({ key_alias: "unused", duration: "3d" });
  await sql`update virtual_keys set last_used_at = ${new Date(clock.now())} where alias = 'soon'`;
  await new Watch(deps).pass();
  expect(await raised()).toMatchObject([
    { kind: "key_expiring", message: expect.stringContaining('"soon"') },
  ]);
  await gateway.call("POST", "/key/delete", { body: { keys: [used] } });
});

/** Made-up traffic: figures that agree, in an empty gateway alone, and out again without a trace. */
import { describe, expect, it } from "vitest";
import { demoMark } from "#db/queries/demo-data.ts";
import { addDemoData } from "#lib/demo-data/demo-data.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";

const MODELS = ["one", "two", "three"].map((name) => ({
  name,
  provider: "openai",
  upstream: name,
  deploymentId: `dep_${name}`,
}));

const add = ({ runtime: { deps } }: Awaited<ReturnType<typeof testGateway>>) => {
  const { config } = deps.policy();
  const tools = {
    nowMs: () => deps.clock.now(),
    timezone: () => config.timezone,
    keyRules: () => config.keyRules,
  };
  return addDemoData(deps.sql, deps.db, tools, MODELS);
};

describe("made-up data", async () => {
  const gateway = await testGateway();
  const { sql } = gateway.runtime.deps;
  const count = async (table: string) => {
    const [row] = await sql<{ n: bigint }[]>`select count(*) as n from ${sql(table)}`;
    return Number(row?.n);
  };

  it("has records whose sums are those of the hours and of the keys, and none in the future", async () => {
    const mark = await add(gateway);
    expect(mark?.calls).toBeGreaterThan(5000);
    expect(await count("spend_records")).toBe(mark?.calls);
    const [sums] = await sql`select
      (select sum(cost_nano_usd) from spend_records) as records,
      (select sum(cost_nano_usd) from spend_hourly) as hours,
      (select sum(spend_nano_usd) from virtual_keys) as keys,
      (select max(started_at) <= now() from spend_records) as past`;
    expect(sums).toMatchObject({ past: true, hours: sums?.["records"], keys: sums?.["records"] });
    const [days] = await sql<
      { n: bigint }[]
    >`select count(distinct started_at::date) as n from spend_records`;
    expect(Number(days?.n)).toBeGreaterThanOrEqual(30);
  });

  it("is not put in twice", async () => {
    const before = await count("spend_records");
    expect(await add(gateway)).toBeNull();
    expect(await count("spend_records")).toBe(before);
  });

  it("goes without a trace, and leaves what became real meanwhile", async () => {
    const admin = await signedInAs(gateway, "admin", "ana");
    const [team] = await sql<{ id: string }[]>`select id from teams where alias = 'Search'`;
    const key = await gateway.newKey({ key_alias: "real", team_id: team?.id });
    const answer = await gateway.call("POST", "/v1/chat/completions", {
      key,
      body: { model: "gpt-4", messages: [{ role: "user", content: "Hello" }] },
    });
    expect(answer.status).toBe(200);
    expect((await admin.call("POST", "/console/demo-data/remove", {})).status).toBe(200);
    const names = async (table: string) =>
      (await sql<{ alias: string }[]>`select alias from ${sql(table)}`).map((row) => row.alias);
    expect([await names("teams"), await names("virtual_keys"), await names("users")]).toEqual([
      ["Search"],
      ["real"],
      ["ana"],
    ]);
    expect([await count("spend_records"), await count("spend_hourly")]).toEqual([1, 1]);
    expect(await demoMark(sql)).toBeNull();
    const events = await sql<{ action: string }[]>`
      select action from audit_events where action like 'demo_data.%' order by seq`;
    expect(events.map((event) => event.action)).toEqual(["demo_data.add", "demo_data.remove"]);
    expect((await admin.call("POST", "/console/demo-data/remove", {})).status).toBe(404);
  });

  it("is refused where there is anything real", async () => {
    await expect(add(gateway)).rejects.toMatchObject({ code: "conflict" });
    expect(await count("spend_records")).toBe(1);
  });

  it("is an admin's alone to remove", async () => {
    const developer = await signedInAs(gateway, "developer", "dev");
    expect((await developer.call("POST", "/console/demo-data/remove", {})).status).toBe(403);
  });
});

/** Soft budgets, raises for a while, prices by default, model access of every owner. */
import { expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { admissionSetting, keyId } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";
import { admin } from "./setting.ts";

const { gateway, provider, clock } = await admissionSetting();
const call = (key: string, more: Record<string, unknown> = {}) =>
  gateway.call("POST", "/v1/chat/completions", {
    key,
    body: ask(100, 100, "now", { max_tokens: 100, ...more }),
  });

test("a soft budget alerts once a period and refuses nothing", async () => {
  const key = await gateway.newKey({ soft_budget: 0.0015, budget_duration: "1d", key_alias: "soft-app" });
  const alerts = () => gateway.database.sql`select * from alerts where kind = 'budget_soft' order by at`;
  await call(key);
  expect(await alerts()).toHaveLength(0);
  for (let calls = 0; calls < 5; calls++) expect((await call(key)).status).toBe(200);
  await until("the alert is there", async () => (await alerts()).length > 0);
  const [alert] = await alerts();
  expect(alert).toMatchObject({ subject_kind: "key", subject_name: "soft-app" });
  expect(alert?.message).toContain("$0.0015");
  clock.advance(86_400_000);
  for (let calls = 0; calls < 5; calls++) await call(key);
  await until("the next period's alert is there", async () => (await alerts()).length > 1);
  expect(await alerts()).toHaveLength(2);
});

test("a raise holds until its end, to the second", async () => {
  const key = await gateway.newKey({ max_budget: 0.001 });
  await call(key);
  expect((await call(key)).json.error.type).toBe("budget_exceeded");
  const until = new Date(clock.now() + 3_600_000).toISOString();
  await admin(gateway, "/key/update", { key, temp_budget_increase: 0.005, temp_budget_expiry: until });
  expect((await call(key)).status).toBe(200);
  clock.advance(3_599_000);
  expect((await call(key)).status).toBe(200);
  clock.advance(1_000);
  expect((await call(key)).json.error.type).toBe("budget_exceeded");
});

test("a model without a price is charged the default price, visibly", async () => {
  const entry = { model: "openai/no-such-model", api_key: "k", api_base: provider.url };
  await gateway.reload(
    JSON.stringify({
      model_list: [{ model_name: "priced", litellm_params: entry }],
      general_settings: {
        unpriced_models: "default",
        unpriced_input_cost_per_token: 0.000001,
        unpriced_output_cost_per_token: 0.000002,
      },
    }),
  );
  const key = await gateway.newKey({ max_budget: 1 });
  const { headers } = await call(key);
  expect(headers["x-shin-unpriced"]).toBe("true");
  const [row] = await gateway.database
    .sql`select unpriced, cost_nano_usd as cost from spend_records where id = ${headers["x-shin-request-id"] ?? ""}`;
  expect(row).toMatchObject({ unpriced: true, cost: "300000" });
});

test("a model must be allowed by key, team, user, end user and tag alike", async () => {
  const entry = (name: string) => ({
    model_name: name,
    litellm_params: { model: "openai/x", api_key: "k", api_base: provider.url },
    model_info: { access_groups: [`group-${name}`] },
  });
  await gateway.reload(JSON.stringify({ model_list: [entry("a"), entry("b"), entry("openai/c")] }));
  await admin(gateway, "/team/new", { team_id: "ab", models: ["a", "group-b"] });
  await admin(gateway, "/user/new", { user_id: "bc", models: ["b", "openai/*"], auto_create_key: false });
  await admin(gateway, "/customer/new", { user_id: "only-a", models: ["a"] });
  const visible = async (key: string) => {
    const { json } = await gateway.call("GET", "/v1/models", { key });
    return json.data.map((model: { id: string }) => model.id);
  };
  const team = await gateway.newKey({ team_id: "ab", models: ["all-team-models"] });
  expect(await visible(team)).toEqual(["a", "b"]);
  const both = await gateway.newKey({ team_id: "ab", user_id: "bc" });
  expect(await visible(both)).toEqual(["b"]);
  expect((await call(both, { model: "a" })).json.error.type).toBe("user_model_access_denied");
  expect((await call(team, { model: "openai/c" })).json.error.type).toBe("team_model_access_denied");
  const ended = await call(team, { model: "b", user: "only-a" });
  expect(ended.json.error.type).toBe("end_user_model_access_denied");
  expect((await call(team, { model: "a", user: "only-a" })).status).toBe(200);
  expect(await keyId(gateway, team)).toMatch(/^key_/);
});

test("a budget for life given to an end user counts what it spent before", async () => {
  await gateway.reload("model_list: []");
  const key = await gateway.newKey();
  await gateway.reload(
    JSON.stringify({
      model_list: [
        {
          model_name: "priced",
          litellm_params: {
            model: "openai/x",
            api_key: "k",
            api_base: provider.url,
            input_cost_per_token: 0.000003,
            output_cost_per_token: 0.000007,
          },
        },
      ],
    }),
  );
  for (let calls = 0; calls < 3; calls++) expect((await call(key, { user: "old-hand" })).status).toBe(200);
  await admin(gateway, "/customer/new", { user_id: "old-hand", max_budget: 0.003 });
  const { json } = await call(key, { user: "old-hand" });
  expect(json.error).toMatchObject({ reason: "end_user_budget", used: 0.003 });
});

test("what a person spends for a team is on the team's budget, and leaves the person's own whole", async () => {
  await admin(gateway, "/user/new", { user_id: "two-hats", max_budget: 0.0015, auto_create_key: false });
  await admin(gateway, "/team/new", { team_id: "payer", max_budget: 1 });
  const forTeam = await gateway.newKey({ user_id: "two-hats", team_id: "payer" });
  const own = await gateway.newKey({ user_id: "two-hats" });
  for (let calls = 0; calls < 3; calls++) expect((await call(forTeam)).status).toBe(200);
  expect((await call(own)).status).toBe(200);
  expect((await call(own)).json.error).toMatchObject({ reason: "user_budget", used: 0.001 });
});

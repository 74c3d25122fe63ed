/** The gateway, a model group, a deployment and a provider: ceilings of the configuration hold for all keys together. */
import { describe, expect, test } from "vitest";
import { admissionSetting } from "../admission/setting.ts";
import { PRICES } from "../reliability/statement.ts";
import { CEILINGS, expectExactly, type Field, shortName } from "./setting.ts";

const setting = await admissionSetting();
const { gateway, provider } = setting;
const FIELDS = Object.keys(CEILINGS) as Field[];

/** `rpm_limit` of the key API is `rpm` in config.yaml; the other two are spelled alike. */
const inFile = (field: Field) => (field.startsWith("max_") ? field : field.slice(0, 3));

const entry = (name: string, params: Record<string, unknown> = {}) => ({
  model_name: name,
  litellm_params: {
    model: "openai/upstream",
    api_key: "k",
    api_base: provider.url,
    input_cost_per_token: 0.000003,
    output_cost_per_token: 0.000007,
    ...params,
  },
});
const load = (models: unknown[], sections: Record<string, unknown>) =>
  gateway.reload(JSON.stringify({ model_list: models, ...sections }));

test("the prices above are those that the setting counts with", () => {
  expect(PRICES).toContain("0.000003");
  expect(PRICES).toContain("0.000007");
});

describe("gateway", () => {
  test.each(FIELDS)("%s", async (field) => {
    const section =
      field === "max_parallel_requests"
        ? { general_settings: { global_max_parallel_requests: CEILINGS[field] } }
        : { litellm_settings: { [inFile(field)]: CEILINGS[field] } };
    await load([entry("priced")], section);
    await expectExactly(setting, { key: await gateway.newKey() }, `gateway_${shortName(field)}`);
  });
});

describe.each(["model", "deployment"])("%s", (kind) => {
  test.each(FIELDS)("%s", async (field) => {
    const name = `${kind}-${field}`;
    const limits = { [inFile(field)]: CEILINGS[field] };
    if (kind === "model")
      await load([entry(name)], { router_settings: { model_group_limits: { [name]: limits } } });
    else await load([entry(name, limits)], {});
    const caller = { key: await gateway.newKey(), body: { model: name } };
    await expectExactly(setting, caller, `${kind}_${shortName(field)}`);
  });
});

test("a provider's budget", async () => {
  await load([entry("priced", { model: "groq/upstream" })], {
    router_settings: {
      provider_budget_config: { groq: { budget_limit: CEILINGS.max_budget, time_period: "1d" } },
    },
  });
  await expectExactly(setting, { key: await gateway.newKey() }, "provider_budget");
});

test("a spent provider or deployment is passed over while another serves the model", async () => {
  const spent = entry("shared", { model: "deepseek/upstream", order: 1 });
  await load([spent, entry("shared", { order: 2 })], {
    router_settings: { provider_budget_config: { deepseek: { budget_limit: 0, time_period: "1d" } } },
  });
  const key = await gateway.newKey();
  const body = { model: "shared", max_tokens: 5, messages: [{ role: "user", content: "1 1 now" }] };
  const { headers, status } = await gateway.call("POST", "/v1/chat/completions", { key, body });
  expect(status).toBe(200);
  const [record] = await gateway.database
    .sql`select provider from spend_records where id = ${headers["x-shin-request-id"] ?? ""}`;
  expect(record?.provider).toBe("openai");
});

/** /model/info and /model_group/info show what the caller may call: prices with their source, limits, abilities; never a credential. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { add, model, STORING } from "./setting.ts";

const CANARY = "sk-config-canary-9b1e";
const entry = (
  model_name: string,
  params: Record<string, unknown>,
  model_info: Record<string, unknown> = {},
) => ({
  model_name,
  litellm_params: { api_key: CANARY, ...params },
  model_info,
});
const yaml = JSON.stringify({
  general_settings: { allow_private_api_base: true },
  router_settings: { model_group_alias: { "also-mixed": "mixed" } },
  model_list: [
    entry(
      "priced",
      {
        model: "openai/gpt-4o-mini",
        api_base: `https://h.example/v1?key=${CANARY}`,
        input_cost_per_token: "0.00000125",
        output_cost_per_token: 0.00001,
        cache_read_input_token_cost: 1.25e-7,
        extra_headers: { authorization: CANARY },
        extra_body: { token: CANARY },
        temperature: 0.3,
        rpm: 100,
        timeout: 12.5,
      },
      {
        id: "priced-1",
        mode: "chat",
        supports_vision: true,
        api_key: CANARY,
        access_groups: ["good"],
        max_tokens: 4096,
      },
    ),
    entry("listed", { model: "openai/gpt-4o-mini" }, { id: "listed-1" }),
    entry("unpriced", { model: "openai/nobody-knows-it" }),
    entry("mixed", { model: "openai/gpt-4o", rpm: 10, tpm: 1000 }, { mode: "chat", supports_vision: false }),
    entry(
      "mixed",
      { model: "groq/llama-3.3-70b-versatile", rpm: 20 },
      { mode: "chat", supports_vision: true },
    ),
    entry("waits", { model: "mistral/x", api_key: "os.environ/NOT_SET_HERE" }),
    entry("only-theirs", { model: "openai/x", allowed_keys: ["their-key"] }),
    entry("any-openai/*", { model: "openai/*" }),
  ],
});
const gateway = await testGateway({ ...STORING, yaml });
await add(gateway, model("stored", "http://127.0.0.1:9/v1", { tpm: 7 }, { mode: "embedding" }));

const info = async (path = "/model/info", key?: string) => {
  const { status, json, text } = await gateway.call("GET", path, key === undefined ? {} : { key });
  expect(status, text).toBe(200);
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain("api_key");
  return json;
};
const one = async (name: string) =>
  (await info()).data.find((row: { model_name: string }) => row.model_name === name);
const group = async (name: string, key?: string) =>
  (await info(`/model_group/info?model_group=${encodeURIComponent(name)}`, key)).data[0];

test("a deployment with prices of its own", async () => {
  expect(await one("priced")).toEqual({
    model_name: "priced",
    litellm_params: {
      model: "openai/gpt-4o-mini",
      custom_llm_provider: "openai",
      api_base: "https://h.example/v1",
      rpm: 100,
      timeout: 12.5,
      temperature: 0.3,
      input_cost_per_token: 0.00000125,
      output_cost_per_token: 0.00001,
      cache_read_input_token_cost: 0.000000125,
    },
    model_info: {
      id: "priced-1",
      db_model: false,
      litellm_provider: "openai",
      base_model: null,
      access_groups: ["good"],
      mode: "chat",
      supports_vision: true,
      max_tokens: 4096,
      max_input_tokens: 128_000,
      max_output_tokens: null,
      input_cost_per_token: 0.00000125,
      output_cost_per_token: 0.00001,
      cache_read_input_token_cost: 0.000000125,
      price_source: "config",
      has_credential: true,
      unusable: null,
      source: "config.yaml:1",
    },
  });
});

test("a price of the list, no price, a stored model, a missing key", async () => {
  expect((await one("listed")).model_info).toMatchObject({
    price_source: "price_list",
    input_cost_per_token: 0.00000015,
    output_cost_per_token: 0.0000006,
  });
  expect((await one("unpriced")).model_info).toMatchObject({
    price_source: null,
    input_cost_per_token: null,
  });
  expect(await one("stored")).toMatchObject({
    litellm_params: { tpm: 7 },
    model_info: { db_model: true, mode: "embedding", source: "stored" },
  });
  expect((await one("waits")).model_info.unusable).toContain("NOT_SET_HERE");
});

test("the price of unpriced_models: default is shown as such", async () => {
  const general_settings = {
    unpriced_models: "default",
    unpriced_input_cost_per_token: 0.000003,
    unpriced_output_cost_per_token: 0.000004,
  };
  const model_list = [entry("unpriced", { model: "openai/nobody-knows-it" })];
  const other = await testGateway({ yaml: JSON.stringify({ general_settings, model_list }) });
  for (const path of ["/model/info", "/model_group/info"]) {
    const [row] = (await other.call("GET", path)).json.data;
    expect(row.model_info ?? row).toMatchObject({
      input_cost_per_token: 0.000003,
      output_cost_per_token: 0.000004,
      price_source: "unpriced_default",
    });
  }
});

test("one by its id, with and without /v1; 404 for one that is not there", async () => {
  for (const path of ["/model/info", "/v1/model/info"])
    expect((await info(`${path}?litellm_model_id=listed-1`)).data).toMatchObject([{ model_name: "listed" }]);
  expect((await gateway.call("GET", "/model/info?litellm_model_id=nope")).status).toBe(404);
});

test("a key sees what it may call, and nothing of how it is run", async () => {
  const key = await gateway.newKey({ models: ["good", "only-theirs", "waits"] });
  const { data } = await info("/model/info", key);
  expect(data.map((row: { model_name: string }) => row.model_name)).toEqual(["priced", "waits"]);
  expect(data[1].model_info).not.toHaveProperty("unusable");
  expect(JSON.stringify(data)).not.toContain("NOT_SET_HERE");
  expect((await gateway.call("GET", "/model/info?litellm_model_id=listed-1", { key })).status).toBe(404);
  expect((await info("/v2/model/info", key)).total_count).toBe(2);
  const theirs = await gateway.newKey({ key_alias: "their-key", models: ["only-theirs"] });
  const [row] = (await info("/model/info", theirs)).data;
  expect(row.model_name).toBe("only-theirs");
  expect(row.litellm_params).not.toHaveProperty("allowed_keys");
  expect((await one("only-theirs")).litellm_params.allowed_keys).toEqual(["their-key"]);
});

test("/v2/model/info goes by pages and searches", async () => {
  expect(await info("/v2/model/info?size=3&page=2")).toMatchObject({
    total_count: 9,
    current_page: 2,
    size: 3,
    total_pages: 3,
    data: [{ model_name: "mixed" }, { model_name: "mixed" }, { model_name: "waits" }],
  });
  expect((await info("/v2/model/info?search=PRIC")).total_count).toBe(2);
  expect((await info("/v2/model/info?model=mixed")).total_count).toBe(2);
});

test("a group sums up its deployments: dearest price, rpm together, any ability", async () => {
  expect(await group("mixed")).toMatchObject({
    model_group: "mixed",
    providers: ["openai", "groq"],
    mode: "chat",
    input_cost_per_token: 0.0000025,
    output_cost_per_token: 0.00001,
    price_source: "price_list",
    rpm: 30,
    tpm: null,
    supports_vision: true,
    deployments: 2,
    usable_deployments: 2,
  });
  expect(await group("waits")).toMatchObject({ usable_deployments: 0 });
  expect(await group("unpriced")).toMatchObject({ input_cost_per_token: null, output_cost_per_token: null });
});

test("a wildcard becomes the models that are known behind it, each callable by that name", async () => {
  const { data } = await info("/model_group/info");
  const names = data.map((row: { model_group: string }) => row.model_group);
  expect(names).toContain("any-openai/gpt-4o");
  expect(names).not.toContain("any-openai/*");
  expect(await group("any-openai/gpt-4o")).toMatchObject({
    input_cost_per_token: 0.0000025,
    providers: ["openai"],
  });
  const key = await gateway.newKey({ models: ["any-openai/gpt-4o"] });
  const own = await info("/model_group/info", key);
  expect(own.data.map((row: { model_group: string }) => row.model_group)).toEqual(["any-openai/gpt-4o"]);
});

/** An admin key cannot read the gateway's environment by sending it to a server of its own. */
import { expect, test } from "vitest";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { add, chat, ENCRYPTION_KEY, model } from "./setting.ts";

const upstream = await rawUpstream();
const foreign = await rawUpstream();
const env = {
  SHIN_ENCRYPTION_KEY: ENCRYPTION_KEY,
  MY_PROVIDER_KEY: "sk-from-my-variable",
  OPENAI_API_KEY: "sk-openai-variable",
  AZURE_API_KEY: "azure-variable",
  SOMETHING_ELSE: "sk-of-something-else",
};
const yaml = JSON.stringify({
  general_settings: { allow_private_api_base: true, master_key: "os.environ/LITELLM_MASTER_KEY" },
  model_list: [
    {
      model_name: "of-the-file",
      litellm_params: { model: "openai/x", api_key: "os.environ/MY_PROVIDER_KEY", api_base: upstream.url },
    },
  ],
});
const gateway = await testGateway({ yaml, env });
const refusal = async (body: unknown): Promise<string> => {
  const { status, json } = await gateway.call("POST", "/model/new", { body });
  expect(status).toBe(400);
  return json.error.message;
};

test("a variable of model_list may be named for the address that config.yaml sends it to", async () => {
  await add(gateway, model("same", upstream.url, { api_key: "os.environ/MY_PROVIDER_KEY" }));
  expect((await chat(gateway, "same")).status).toBe(200);
  expect(upstream.last().headers.authorization).toBe("Bearer sk-from-my-variable");
  const [row] = await gateway.database.sql`select sealed from stored_deployments where model_name = 'same'`;
  expect(row?.["sealed"]).not.toBeNull();
});

test("and for no other address", async () => {
  const said = await refusal(model("other", foreign.url, { api_key: "os.environ/MY_PROVIDER_KEY" }));
  expect(said).toContain("does not send MY_PROVIDER_KEY to this address");
  expect(foreign.requests).toHaveLength(0);
});

test.each([
  "LITELLM_MASTER_KEY",
  "SHIN_ENCRYPTION_KEY",
  "SOMETHING_ELSE",
  "NOT_SET_AT_ALL",
  "PATH",
  "__proto__",
])("%s is refused in the same words, set or not", async (name) => {
  const said = await refusal(model("x", upstream.url, { api_key: `os.environ/${name}` }));
  expect(said.replaceAll(name, "NAME")).toBe(
    "api_key: NAME is not a variable that model_list in config.yaml takes a key from — the API cannot read the environment, send the key itself",
  );
});

test.each([
  { api_base: "os.environ/MY_PROVIDER_KEY" },
  { organization: "os.environ/MY_PROVIDER_KEY" },
  { extra_headers: { "x-a": "os.environ/MY_PROVIDER_KEY" } },
  { extra_body: { deep: [{ deeper: "os.environ/OPENAI_API_KEY" }] } },
  { model: "os.environ/MY_PROVIDER_KEY" },
  { user: "os.environ/MY_PROVIDER_KEY" },
])("no other member may name one: %j", async (params) => {
  expect(await refusal(model("x", foreign.url, params))).toContain("is read in config.yaml only");
});

test("a model_name or model_info with a reference stays text or is refused, and never becomes the value", async () => {
  const body = {
    ...model("os.environ/LITELLM_MASTER_KEY", upstream.url),
    model_info: { note: "os.environ/SOMETHING_ELSE" },
  };
  const { text } = await gateway.call("POST", "/model/new", { body });
  const { text: info } = await gateway.call("GET", "/model/info");
  for (const secret of [MASTER_KEY, env.SOMETHING_ELSE]) expect(text + info).not.toContain(secret);
});

test("a provider's usual key goes to the provider's own address only", async () => {
  const { status } = await gateway.call("POST", "/model/new", {
    body: { model_name: "usual", litellm_params: { model: "openai/gpt-4o" } },
  });
  expect(status).toBe(200);
  for (const model of ["azure/x", "openai/x"]) {
    const params = { model, api_base: foreign.url };
    const answered = await gateway.call("POST", "/model/new", {
      body: { model_name: model, litellm_params: params },
    });
    if (answered.status === 200) await chat(gateway, model);
  }
  for (const { headers } of foreign.requests) {
    expect(headers.authorization).toBeUndefined();
    expect(headers["api-key"]).toBeUndefined();
  }
});

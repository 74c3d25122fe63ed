/** A model made through the API is called, changed and deleted, each in force with the very next call. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { add, chat, model, SECRET, STORING } from "./setting.ts";

const upstream = await rawUpstream();
const other = await rawUpstream();
const gateway = await testGateway(STORING);
const change = (body: unknown) => gateway.call("POST", "/model/update", { body });

test("it answers with its sealed credential, and is gone after its deletion", async () => {
  const id = await add(gateway, model("mine", upstream.url, { extra_headers: { "x-team": "blue" } }));
  expect((await chat(gateway, "mine")).status).toBe(200);
  expect(upstream.last().headers).toMatchObject({ authorization: `Bearer ${SECRET}`, "x-team": "blue" });
  expect(upstream.last().json.model).toBe("upstream-model");
  const gone = await gateway.call("POST", "/model/delete", { body: { id } });
  expect(gone.json).toMatchObject({ id, message: `Model: ${id} deleted successfully` });
  expect((await chat(gateway, "mine")).status).toBe(400);
  expect((await gateway.call("POST", "/model/delete", { body: { id } })).status).toBe(404);
});

test("the demo ends with the first model that can be called, and a limit of it holds", async () => {
  const fresh = await testGateway(STORING);
  expect((await chat(fresh, "gpt-4")).headers["x-shin-demo"]).toBe("true");
  await add(fresh, model("one-a-minute", upstream.url, { rpm: 1 }));
  expect((await chat(fresh, "gpt-4")).status).toBe(400);
  expect((await chat(fresh, "one-a-minute")).status).toBe(200);
  expect((await chat(fresh, "one-a-minute")).status).toBe(429);
});

test("an update changes what is sent and nothing else; the credential stays where it is", async () => {
  const id = await add(gateway, model("grows", upstream.url, { rpm: 50, temperature: 0.5 }));
  const changed = await change({
    model_info: { id, mode: "chat" },
    litellm_params: { rpm: 70, temperature: null },
  });
  expect(changed.json).toMatchObject({
    model_id: id,
    model_name: "grows",
    litellm_params: { rpm: 70, model: "openai/upstream-model" },
    model_info: { id, mode: "chat", has_credential: true },
  });
  expect(changed.json.litellm_params).not.toHaveProperty("temperature");
  await chat(gateway, "grows");
  expect(upstream.last().headers.authorization).toBe(`Bearer ${SECRET}`);
  const patched = await gateway.call("PATCH", `/model/${id}/update`, {
    body: { model_name: "grown", litellm_params: { api_key: "sk-the-next-one" } },
  });
  expect(patched.status, patched.text).toBe(200);
  expect((await chat(gateway, "grows")).status).toBe(400);
  expect((await chat(gateway, "grown")).status).toBe(200);
  expect(upstream.last().headers.authorization).toBe("Bearer sk-the-next-one");
});

// Whoever may change an address would otherwise have the credential sent to a server of their own.
test("a stored credential does not follow to another address", async () => {
  const headers = { authorization: "Bearer own-header" };
  const id = await add(gateway, model("stays", upstream.url, { extra_headers: headers }));
  other.forget();
  for (const params of [
    { api_base: other.url },
    { api_base: `${upstream.url}/other` },
    { api_base: null },
    { api_base: other.url, api_key: "sk-mine" },
    { api_base: null, model: "groq/llama", api_key: null },
  ]) {
    const { status, json } = await change({ model_info: { id }, litellm_params: params });
    expect([status, json.error?.message]).toEqual([400, expect.stringContaining("to another address")]);
  }
  await chat(gateway, "stays");
  expect(other.requests).toHaveLength(0);
  const sent = { api_base: other.url, api_key: "sk-mine", extra_headers: null };
  expect((await change({ model_info: { id }, litellm_params: sent })).status).toBe(200);
  await chat(gateway, "stays");
  expect(other.last().headers.authorization).toBe("Bearer sk-mine");
});

test.each([
  [{ litellm_params: { model: "openai/x", api_key: "k", temprature: 1 } }, "temprature"],
  [{ litellm_params: { api_key: "k" } }, "has no litellm_params.model"],
  [{ litellm_params: { model: "opnai/x", api_key: "k" } }, 'unknown provider "opnai"'],
  [{ litellm_params: { model: "openai/x", api_key: "k", rpm: "many" } }, "rpm"],
  [{ litellm_params: { model: "openai/x" } }, "OPENAI_API_KEY is not set"],
  [{ litellm_params: { model: "hosted_vllm/x" } }, "needs api_base"],
  [{ litellm_params: { model: "openai/x", api_key: "k", api_base: "ftp://h/v1" } }, "must begin with http"],
  [
    { litellm_params: { model: "openai/x", api_key: "k", api_base: "https://u:p@h/v1" } },
    "user name or password",
  ],
  [
    { litellm_params: { model: "openai/x", api_key: "k", api_base: "https://h/v1?key=1" } },
    "must not have a query",
  ],
  [{ litellm_params: { model: "openai/x", litellm_credential_name: "c" } }, "belongs to config.yaml"],
  [{ litellm_params: { model: "openai/x", api_key: "k" }, model_info: { api_key: "k" } }, "is shown"],
  [{ litellm_params: { model: "openai/x", api_key: "k" }, model_info: { team_id: "t" } }, "not supported"],
  [{ litellm_params: { model: "openai/x", api_key: "k" }, model_info: { id: 'a"b' } }, "model_info.id"],
  [{ litellm_params: [] }, "litellm_params"],
  [{ litellm_params: { model: "openai/x", api_key: "k" }, modell_info: {} }, "modell_info"],
])("%j is refused with a sentence", async (body, said) => {
  const { status, json } = await gateway.call("POST", "/model/new", { body: { model_name: "bad", ...body } });
  expect([status, json.error.type]).toEqual([400, "invalid_request_error"]);
  expect(json.error.message).toContain(said);
});

test("an id belongs to one model", async () => {
  const id = await add(gateway, model("first", upstream.url, {}, { id: "my-own.id" }));
  expect(id).toBe("my-own.id");
  const again = await gateway.call("POST", "/model/new", { body: model("second", upstream.url, {}, { id }) });
  expect([again.status, again.json.error.param]).toEqual([400, "model_info.id"]);
  expect((await change({ litellm_params: { rpm: 1 } })).json.error.param).toBe("model_info.id");
  expect((await change({ model_info: { id: "no-such" }, litellm_params: { rpm: 1 } })).status).toBe(404);
});

test("names that do nothing here and half a price are told in the answer", async () => {
  const params = { tags: ["a"], input_cost_per_token: 0.000001 };
  const { json } = await gateway.call("POST", "/model/new", { body: model("told", upstream.url, params) });
  expect(json.warnings.join("\n")).toMatch(/output tokens are counted as free[\s\S]*litellm_params\.tags/);
});

test("only admins change models", async () => {
  const id = await add(gateway, model("theirs", upstream.url));
  await gateway.call("POST", "/user/new", { body: { user_id: "looker", user_role: "proxy_admin_viewer" } });
  await gateway.call("POST", "/user/new", { body: { user_id: "boss", user_role: "proxy_admin" } });
  for (const key of [await gateway.newKey(), await gateway.newKey({ user_id: "looker" })]) {
    for (const [method, path, body] of [
      ["POST", "/model/new", model("x", upstream.url)],
      ["POST", "/model/update", { model_info: { id }, litellm_params: { rpm: 1 } }],
      ["PATCH", `/model/${id}/update`, { litellm_params: { rpm: 1 } }],
      ["POST", "/model/delete", { id }],
    ] as const)
      expect((await gateway.call(method, path, { key, body })).status).toBe(403);
  }
  const boss = await gateway.newKey({ user_id: "boss" });
  expect((await gateway.call("POST", "/model/delete", { key: boss, body: { id } })).status).toBe(200);
});

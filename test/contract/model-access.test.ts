/** A key calls the models it was given and sees no others: by name, wildcard, alias, access group and `allowed_keys`. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog, chat, config, deployment, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const { log, lineOf } = capturedLog();
const gateway = await mountedGateway({
  log,
  yaml: config(
    [
      deployment("cheap", upstream.url),
      deployment("dear", upstream.url),
      deployment("grouped", upstream.url, {}, { access_groups: ["beta"] }),
      deployment("internal", upstream.url, { allowed_keys: ["internal-key"] }),
      deployment("lab/*", upstream.url, { model: "openai/*" }),
    ],
    { router_settings: { model_group_alias: { "cheap-alias": "cheap" } } },
  ),
});

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = async (key: string, model: string) => {
    upstream.forget();
    return send("POST", "/v1/chat/completions", { key, body: chat(model) });
  };

  test("a model that is not on the key's list is 403 and reaches no provider", async () => {
    const key = await gateway.newKey({ models: ["cheap"] });
    const { status, json } = await call(key, "dear");
    expect(status).toBe(403);
    expect(json.error).toMatchObject({ type: "key_model_access_denied", param: "model", code: "403" });
    expect(json.error.message).toContain("key not allowed to access model. Tried to access dear");
    expect(upstream.requests).toHaveLength(0);
    expect((await call(key, "cheap")).status).toBe(200);
  });

  test.each([
    [[], ["cheap", "dear", "grouped", "lab/x"], ["internal"]],
    [["*"], ["cheap", "lab/x"], ["internal"]],
    [["beta"], ["grouped"], ["cheap"]],
    [["lab/*"], ["lab/x", "lab/y/z"], ["cheap", "lab"]],
    [["lab/one"], ["lab/one"], ["lab/two"]],
  ])("a key with models %j", async (models, open, closed) => {
    const key = await gateway.newKey({ models });
    for (const model of open) expect([model, (await call(key, model)).status]).toEqual([model, 200]);
    for (const model of closed) expect([400, 403]).toContain((await call(key, model)).status);
    const listed = (await send("GET", "/v1/models", { key })).json.data.map(
      (entry: { id: string }) => entry.id,
    );
    for (const model of closed) expect(listed).not.toContain(model);
  });

  test("a wildcard's name goes on to the provider and comes back", async () => {
    const { json } = await call(await gateway.newKey(), "lab/some/model");
    expect(upstream.last().json.model).toBe("some/model");
    expect(json.model).toBe("lab/some/model");
  });

  test.each(["lab/\ud800", "lab/漢字", "lab/a\r\nb: c", "lab/a\u0000b"])(
    "a wildcard takes a name that no header and no column can hold: %j",
    async (model) => {
      const { status, headers } = await call(await gateway.newKey({ rpm: 5 }), model);
      expect(status).toBe(200);
      expect(headers["x-litellm-model-group"]).toMatch(/^lab[\x20-\x7e]+$/);
      expect(await recordOf(gateway, headers)).toMatchObject({ outcome: "ok", prompt_tokens: "11" });
    },
  );

  test("an alias of the configuration and one of the key lead to their group", async () => {
    const key = await gateway.newKey({ aliases: { mine: "dear" } });
    for (const model of ["cheap-alias", "mine"]) {
      const { status, json, headers } = await call(key, model);
      expect([status, json.model]).toEqual([200, model]);
      expect(headers["x-litellm-model-group"]).toBe(model === "mine" ? "dear" : "cheap");
    }
  });

  test("an alias does not lead past the key's list", async () => {
    const key = await gateway.newKey({ aliases: { mine: "dear" }, models: ["cheap", "mine"] });
    expect((await call(key, "mine")).status).toBe(403);
  });

  test("`allowed_keys` lets its key in and hides the model from all others", async () => {
    const inside = await gateway.newKey({ key_alias: "internal-key" });
    const outside = await gateway.newKey();
    expect((await call(inside, "internal")).status).toBe(200);
    expect((await call(outside, "internal")).status).toBe(403);
    expect((await send("GET", "/v1/models/internal", { key: outside })).status).toBe(404);
    expect((await send("GET", "/v1/models/internal", { key: inside })).json.id).toBe("internal");
    await send("POST", "/key/delete", { body: { key: inside } });
  });

  test.each(["nope", "Cheap", "__proto__", "constructor", "lab", ""])(
    "an unknown model %j is 400",
    async (model) => {
      const { status, json, headers } = await call(await gateway.newKey(), model);
      expect(status).toBe(400);
      expect(json.error).toMatchObject({ type: "invalid_request_error", param: "model", code: "400" });
      if (model === "") return;
      expect(json.error.message).toContain(`Invalid model name passed in model=${model}`);
      expect(await lineOf(headers)).toContain("model not found");
    },
  );
});

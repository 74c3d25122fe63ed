/** POST /model/test: what an operator learns before a model is in force, without a secret in the answer or a way to steal one. */
import { describe, expect, test } from "vitest";
import { environmentReference, perToken } from "#lib/deployments/form-schema.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { add, model, SECRET, STORING } from "./setting.ts";

const upstream = await rawUpstream();
const gateway = await testGateway(STORING);
const { call } = gateway;
const post = (body: unknown, key?: string) =>
  call("POST", "/model/test", { body, ...(key === undefined ? {} : { key }) });
const params = (fields: Record<string, unknown> = {}) => ({
  ...model("x", upstream.url).litellm_params,
  ...fields,
});

describe("a test call", () => {
  test("to a model that is not there yet tells status and time, and makes no model", async () => {
    const { json, status } = await post({ litellm_params: params() });
    expect([status, json.ok, json.status]).toEqual([200, true, 200]);
    expect(json.ms).toBeGreaterThanOrEqual(0);
    const { json: listed } = await call("GET", "/model/info");
    expect(listed.data.some((one: { model_name: string }) => one.model_name === "draft")).toBe(false);
  });

  test("to a model that is there uses its sealed credential, also with other settings beside it", async () => {
    const id = await add(gateway, model("stored", upstream.url));
    expect((await post({ id })).json.ok).toBe(true);
    expect((await post({ id, litellm_params: { rpm: 5 } })).json.ok).toBe(true);
    const moved = await post({ id, litellm_params: { api_base: "http://127.0.0.1:9/v1" } });
    expect([moved.status, moved.text.includes(SECRET)]).toEqual([400, false]);
  });

  test("says that nobody is there, in the provider's or the connection's words", async () => {
    const { json } = await post({ litellm_params: params({ api_base: "http://127.0.0.1:9/v1" }) });
    expect(json).toMatchObject({ ok: false, status: 0 });
    expect(json.message).toContain("ECONNREFUSED");
  });

  test("is refused for a draft with faults, and for whoever is no admin", async () => {
    const { json, status } = await post({
      litellm_params: { model: "openai/x", api_key: "os.environ/HOME" },
    });
    expect([status, json.error.param]).toEqual([400, "litellm_params"]);
    expect((await post({ id: "nothing" })).status).toBe(404);
    expect((await post({ litellm_params: params() }, await gateway.newKey())).status).toBe(403);
  });

  test("is written down without the secret", async () => {
    await post({ litellm_params: params() });
    const { json, text } = await call("GET", "/audit?action=deployment.test&outcome=ok");
    expect(json.events[0]).toMatchObject({ action: "deployment.test", after: { ok: true } });
    expect(text).not.toContain(SECRET);
  });
});

describe("the form's words", () => {
  test("a pasted secret is no reference, and the message says the fix", () => {
    expect(environmentReference.safeParse("os.environ/OPENAI_API_KEY").success).toBe(true);
    for (const pasted of ["sk-proj-0123456789abcdef", "OPENAI_API_KEY", "os.environ/", "os.environ/A B"]) {
      const { error } = environmentReference.safeParse(pasted);
      expect(error?.issues[0]?.message).toContain("os.environ/OPENAI_API_KEY");
    }
  });

  test.each([
    ["2.50", 0.0000025],
    ["15", 0.000015],
    ["0.075", 0.000000075],
  ])("$%s for a million tokens is that for one", (text, usd) => {
    expect(perToken(text)).toBe(usd);
  });
});

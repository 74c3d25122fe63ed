/** A credential that came in through the API comes out nowhere: no answer, no log line, no row, no audit event. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog } from "../contract/setting.ts";
import { chat, dump, ENCRYPTION_KEY, model, STORING } from "./setting.ts";

const upstream = await rawUpstream();
const { log, text } = capturedLog();
const gateway = await testGateway({ ...STORING, log });
const canary = () => `canary-${randomBytes(8).toString("hex")}`;

test("wherever a secret stood in the request", async () => {
  const secrets: string[] = [];
  const secret = () => {
    const made = canary();
    secrets.push(made);
    return made;
  };
  const said: string[] = [];
  const send = async (method: string, path: string, body?: unknown) => {
    const { status, headers, text: words, json } = await gateway.call(method, path, { body });
    said.push(JSON.stringify(headers), words);
    return { status, json };
  };
  const params = () => ({
    api_key: secret(),
    aws_secret_access_key: secret(),
    aws_session_token: secret(),
    vertex_credentials: JSON.stringify({ private_key: secret() }),
    azure_password: secret(),
    client_secret: secret(),
    extra_headers: { authorization: secret(), "x-anything": secret() },
    extra_body: { note: secret() },
    tools: [{ type: "mcp", headers: { Authorization: secret() } }],
  });
  const { status, json } = await send("POST", "/model/new", model("sealed", upstream.url, params()));
  expect(status).toBe(200);
  const id = json.model_id;
  upstream.behave(answer({ error: { message: `key ${secrets[0]} refused` } }, 400));
  const answered = await chat(gateway, "sealed");
  said.push(answered.text, JSON.stringify(answered.headers));
  expect(upstream.last().headers.authorization).toContain("canary-");
  expect((await send("POST", "/model/update", { model_info: { id }, litellm_params: params() })).status).toBe(
    200,
  );
  // Secrets in places where they are faults.
  for (const wrong of [
    { api_key: `${secret()} with blanks` },
    { api_key: { nested: secret() } },
    { extra_headers: secret() },
    { extra_headers: { [`bad name ${canary()}`]: secret() } },
    { api_base: `https://user:${secret()}@provider.example/v1` },
    { api_base: `https://provider.example/v1?key=${secret()}` },
  ])
    expect((await send("POST", "/model/new", model("wrong", upstream.url, wrong))).status).toBe(400);
  expect(
    (
      await send("POST", "/model/update", {
        model_info: { id },
        litellm_params: { api_base: "http://127.0.0.1:1" },
      })
    ).status,
  ).toBe(400);
  for (const path of [
    "/model/info",
    `/model/info?litellm_model_id=${id}`,
    "/v2/model/info",
    "/model_group/info",
    "/health",
    "/v1/models",
  ])
    await send("GET", path);
  expect((await send("POST", "/model/delete", { id })).status).toBe(200);

  await gateway.runtime.deps.ledger.flush();
  await until("the log has the last line", () => text().includes("/model/delete"));
  const places = { answers: said.join("\n"), log: text(), database: await dump(gateway) };
  expect(places.database).toContain("deployment.delete");
  for (const [place, words] of Object.entries(places))
    for (const one of secrets) expect.soft(words.includes(one), `${one} in ${place}`).toBe(false);
});

test("the row holds a sealed text with its key's id, and the audit trail which credentials there are", async () => {
  const body = model("audited", upstream.url, { rpm: 5 });
  const { json } = await gateway.call("POST", "/model/new", { body });
  await gateway.call("POST", "/model/update", {
    body: { model_info: { id: json.model_id }, litellm_params: { api_key: canary(), rpm: 6 } },
  });
  const [row] = await gateway.database.sql`select * from stored_deployments where id = ${json.model_id}`;
  expect(row?.["sealed"]).toMatch(/^v1\.gcm\.[0-9a-f]{8}\./);
  expect(row?.["sealed"]).not.toContain(ENCRYPTION_KEY.slice(0, 8));
  expect(Object.keys(row?.["params"])).toEqual(expect.not.arrayContaining(["api_key"]));
  const events = await gateway.database
    .sql`select action, before, after from audit_events where target_id = ${json.model_id} order by seq`;
  expect(events).toMatchObject([
    { action: "deployment.create", before: null, after: { params: { rpm: 5 }, credentials: ["api_key"] } },
    {
      action: "deployment.update",
      before: { params: { rpm: 5 }, credentials: ["api_key"] },
      after: { params: { rpm: 6 }, credentials: ["api_key"], credentials_sent: ["api_key"] },
    },
  ]);
});

test("without an encryption key no credential is stored, and a model without one is", async () => {
  const bare = await testGateway({ yaml: STORING.yaml });
  const refused = await bare.call("POST", "/model/new", { body: model("x", upstream.url) });
  expect([refused.status, refused.json.error.message]).toEqual([
    400,
    expect.stringContaining("SHIN_ENCRYPTION_KEY"),
  ]);
  const open = { model_name: "open", litellm_params: { model: "hosted_vllm/x", api_base: upstream.url } };
  expect((await bare.call("POST", "/model/new", { body: open })).status).toBe(200);
  upstream.behave(answer());
  expect((await chat(bare, "open")).status).toBe(200);
});

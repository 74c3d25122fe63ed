/** Faults that LiteLLM's users reported (BerriAI/litellm, by issue number), each as a test that such a gateway would fail. */
import { expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { admissionSetting, heldFor, keyId } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";
import { admin, BODY, CEILINGS, expectExactly } from "./setting.ts";

const setting = await admissionSetting();
const { gateway, provider, clock } = setting;
const call = (key: string, body = ask(100, 100, "now", { max_tokens: 100 })) =>
  gateway.call("POST", "/v1/chat/completions", { key, body });
const COST_USD = 0.001;

test("#26672: a key's budget is not passed by calls at once", async () => {
  const key = await gateway.newKey({ max_budget: CEILINGS.max_budget });
  await expectExactly(setting, { key }, "key_budget");
});

test("#40095: nor is the budget of an end user whose first calls come all together", async () => {
  await admin(gateway, "/budget/new", { budget_id: "trial", max_budget: CEILINGS.max_budget });
  await admin(gateway, "/customer/new", { user_id: "newcomer", budget_id: "trial" });
  const caller = { key: await gateway.newKey(), body: { user: "newcomer" } };
  await expectExactly(setting, caller, "end_user_budget");
});

test("#34732: nor is a budget of one model, whatever session the calls belong to", async () => {
  const key = await gateway.newKey({
    model_max_budget: { priced: { budget_limit: CEILINGS.max_budget, time_period: "1d" } },
  });
  await expectExactly(setting, { key, body: { litellm_trace_id: "one session" } }, "key_model_budget");
});

test("#36926: calls that failed leave no phantom cost behind", async () => {
  const key = await gateway.newKey({ max_budget: 0.02 });
  const failed = await Promise.all(Array.from({ length: 40 }, () => call(key, ask(1, 1, "fail"))));
  expect(failed.every(({ status }) => status !== 200)).toBe(true);
  expect(heldFor(setting, "key", await keyId(gateway, key))).toEqual({ running: 0, reserved: false });
  expect((await call(key, ask(1, 1, "now", { max_tokens: 2_800 }))).status).toBe(200);
});

test("#40020: the gateway's own budget starts anew with its period", async () => {
  const database = await admissionSetting(
    `litellm_settings: { max_budget: ${COST_USD}, budget_duration: 1d }`,
  );
  const key = await database.gateway.newKey();
  const once = () =>
    database.gateway.call("POST", "/v1/chat/completions", {
      key,
      body: ask(100, 100, "now", { max_tokens: 90 }),
    });
  expect((await once()).status).toBe(200);
  expect((await once()).json.error.reason).toBe("gateway_budget");
  database.clock.advance(86_400_000);
  expect((await once()).status).toBe(200);
});

test("#34492: a budget period given to a key that has spent starts with nothing spent", async () => {
  const key = await gateway.newKey();
  for (let calls = 0; calls < 5; calls++) await call(key);
  await admin(gateway, "/key/update", { key, max_budget: 2 * COST_USD, budget_duration: "30d" });
  expect([(await call(key)).status, (await call(key)).status]).toEqual([200, 200]);
  expect((await call(key)).json.error.reason).toBe("key_budget");
});

test("#31079: rotating a key's secret does not refill its model budget", async () => {
  const key = await gateway.newKey({
    model_max_budget: { priced: { budget_limit: COST_USD, time_period: "30d" } },
  });
  expect((await call(key)).status).toBe(200);
  const { key: next } = await admin(gateway, "/key/regenerate", { key });
  expect((await call(next)).json.error.reason).toBe("key_model_budget");
});

test("#25553: a changed limit applies to the next call, also under load", async () => {
  const key = await gateway.newKey({ rpm_limit: 10_000 });
  const load = Array.from({ length: 50 }, () => call(key));
  await admin(gateway, "/key/update", { key, rpm_limit: 0 });
  expect((await call(key)).json.error).toMatchObject({ reason: "key_rpm", limit: 0 });
  await Promise.all(load);
  expect((await call(key)).json.error).toMatchObject({ reason: "key_rpm", limit: 0 });
});

test("#18730: tokens a minute hold for calls at once", async () => {
  const key = await gateway.newKey({ tpm_limit: CEILINGS.tpm_limit });
  await expectExactly(setting, { key }, "key_tpm");
});

test("#24677: both windows are free again when their minute is over, whichever was reached", async () => {
  const key = await gateway.newKey({ rpm_limit: 3, tpm_limit: 1_000 });
  const big = ask(900, 50, "now", { max_tokens: 900 });
  expect((await call(key, big)).status).toBe(200);
  const refused = await call(key, big);
  expect(refused.json.error.reason).toBe("key_tpm");
  clock.advance(Number(refused.headers["retry-after-ms"]));
  expect((await call(key, big)).status).toBe(200);
  clock.advance(61_000);
  for (let calls = 0; calls < 3; calls++)
    expect((await call(key, ask(1, 1, "now", { max_tokens: 1 }))).status).toBe(200);
});

test("#20256: a slot is free after a client that left, a time-out and a failure", async () => {
  const key = await gateway.newKey({ max_parallel_requests: 1 });
  const gone = new AbortController();
  const held = gateway.call("POST", "/v1/chat/completions", { key, body: BODY, signal: gone.signal });
  await until("the call is held", () => provider.open.size === 1);
  expect((await call(key)).json.error.reason).toBe("key_parallel");
  gone.abort();
  await held;
  await call(key, ask(1, 1, "hold", { model: "impatient" }));
  await call(key, ask(1, 1, "fail"));
  expect((await call(key)).status).toBe(200);
});

test("#39309: refused calls use up neither requests nor tokens", async () => {
  const key = await gateway.newKey({ rpm_limit: 2, max_parallel_requests: 1 });
  const gone = new AbortController();
  const held = gateway.call("POST", "/v1/chat/completions", { key, body: BODY, signal: gone.signal });
  await until("the call is held", () => provider.open.size === 1);
  for (let calls = 0; calls < 20; calls++) expect((await call(key)).json.error.reason).toBe("key_parallel");
  gone.abort();
  await held;
  expect((await call(key)).status).toBe(200);
});

/** `litellm_settings.max_budget` holds for everybody together, across a restart and a reload. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { testDatabase } from "#test/helpers/postgres.ts";

const yaml = (budget: string) => `
model_list:
  - model_name: gpt-4
    litellm_params: { model: openai/gpt-4, api_base: "http://127.0.0.1:9", api_key: sk-none }
litellm_settings:
  ${budget}
`;
const database = await testDatabase();
const body = { model: "gpt-4", messages: [{ role: "user", content: "hi" }], max_tokens: 1 };

test("a budget of 0 refuses the first call of anyone, the master key included", async () => {
  const gateway = await testGateway({ database, yaml: yaml("max_budget: 0") });
  const key = await gateway.newKey();
  for (const caller of [key, undefined]) {
    const { json, status } = await gateway.call(
      "POST",
      "/chat/completions",
      caller ? { key: caller, body } : { body },
    );
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ type: "budget_exceeded", reason: "gateway_budget" });
  }
});

test("what was spent before the start counts", async () => {
  await database.sql`insert into spend_hourly values
    (date_trunc('hour', now()), 'key_x', '', '', 'gpt-4', 'openai', 1, 0, 0, 1, 1, 0, 0, 0, 2000000000)`;
  const gateway = await testGateway({ database, yaml: yaml("max_budget: 2") });
  const { json } = await gateway.call("POST", "/chat/completions", { body });
  expect(json.error.message).toContain("Current cost: 2, Max budget: 2");
  await gateway.reload(yaml("max_budget: 3"));
  expect((await gateway.call("POST", "/chat/completions", { body })).json.error.type).not.toBe(
    "budget_exceeded",
  );
});

/** The product's main job: a call with a virtual key is answered and recorded. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();

test("a call with a virtual key is answered and stands in the ledger with its usage", async () => {
  const key = await gateway.newKey({
    user_id: "user-123",
    key_name: "mobile-app",
    models: ["gpt-3.5-turbo"],
  });
  const answer = await gateway.call("POST", "/v1/chat/completions", {
    key,
    body: { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] },
  });
  expect(answer.status).toBe(200);
  expect(answer.json.choices[0].message.content).toContain("Hello");
  const rows = await gateway.database
    .sql`select * from spend_records where id = ${answer.headers["x-shin-request-id"] ?? ""}`;
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    state: "settled",
    outcome: "ok",
    user_id: "user-123",
    model: "gpt-3.5-turbo",
    prompt_tokens: String(answer.json.usage.prompt_tokens),
    completion_tokens: String(answer.json.usage.completion_tokens),
  });
});

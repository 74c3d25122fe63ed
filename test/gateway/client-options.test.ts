/** LiteLLM's request headers steer a call within what the operator gives. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const body = { model: "gpt-4", messages: [{ role: "user", content: "hi" }] };

async function recordOf(id: string) {
  await gateway.runtime.deps.ledger.flush();
  const [row] = await gateway.database.sql`select * from spend_records where id = ${id}`;
  return row;
}

test("customer, tags and metadata from the headers stand in the spend record", async () => {
  const answer = await gateway.call("POST", "/chat/completions", {
    body,
    headers: {
      "x-litellm-customer-id": "customer-7",
      "x-litellm-tags": "blue, green",
      "x-litellm-spend-logs-metadata": '{"ticket":"T-1","note":"ab"}',
    },
  });
  expect(answer.status).toBe(200);
  expect(await recordOf(answer.headers["x-shin-request-id"] ?? "")).toMatchObject({
    end_user: "customer-7",
    tags: ["blue", "green"],
    metadata: { ticket: "T-1", note: "ab" },
  });
});

test("the body's user wins over the header's", async () => {
  const answer = await gateway.call("POST", "/chat/completions", {
    body: { ...body, user: "in-body" },
    headers: { "x-litellm-end-user-id": "in-header" },
  });
  expect(await recordOf(answer.headers["x-shin-request-id"] ?? "")).toMatchObject({ end_user: "in-body" });
});

test("the time asked for is told back, and never longer than the operator's", async () => {
  const asked = async (seconds: string) =>
    (await gateway.call("POST", "/chat/completions", { body, headers: { "x-litellm-timeout": seconds } }))
      .headers["x-litellm-timeout"];
  expect(await asked("7.5")).toBe("7.5");
  expect(await asked("99999")).toBe("600");
});

test.each([
  ["x-litellm-timeout", "soon"],
  ["x-litellm-timeout", "-1"],
  ["x-litellm-num-retries", "1.5"],
  ["x-litellm-num-retries", "1000"],
  ["x-litellm-spend-logs-metadata", "[1]"],
  ["x-litellm-spend-logs-metadata", "{"],
])("%s: %s is refused by its name", async (name, value) => {
  const answer = await gateway.call("POST", "/chat/completions", { body, headers: { [name]: value } });
  expect(answer.status).toBe(400);
  expect(answer.json.error.param).toBe(name);
});

/** With `anonymize_logs` records and counters hold a pseudonym; who asks by the real id is answered all the same. */
import { expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, spend } = await spending({
  at: "2025-06-15T10:20:00Z",
  settings: "general_settings:\n  anonymize_logs: true\nlitellm_settings:\n  max_end_user_budget: 0.06\n",
});
const key = await gateway.newKey();
const callAs = (id: string) => spend(key, "dear", { "x-litellm-customer-id": id });
const info = async (id: string) => (await gateway.call("GET", `/customer/info?end_user_id=${id}`)).json;

test("an end user's spend is found under its own name, and its name stands in no counter", async () => {
  expect([await callAs("jane"), await callAs("jane")]).toEqual([200, 200]);
  expect(await info("jane")).toMatchObject({ user_id: "jane", spend: 2 * DEAR_CALL_USD });
  await gateway.call("POST", "/customer/new", { body: { user_id: "jane", alias: "J" } });
  expect(await info("jane")).toMatchObject({ alias: "J", spend: 2 * DEAR_CALL_USD });
  const rows = await gateway.database
    .sql`select distinct subject_id from budget_spend where kind = 'end_user'`;
  expect(rows.map((row) => row["subject_id"])).toEqual([expect.stringMatching(/^anon_[0-9a-f]{20}$/)]);
});

test("the budget for all who have none holds, until one has its own", async () => {
  expect([await callAs("joe"), await callAs("joe"), await callAs("joe")]).toEqual([200, 200, 400]);
  await gateway.call("POST", "/customer/new", { body: { user_id: "joe", max_budget: 1 } });
  expect(await callAs("joe")).toBe(200);
});

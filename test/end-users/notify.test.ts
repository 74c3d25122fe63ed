/** What is said of an end user, a tag or their tier here is heard by the other gateway within a second. */
import { expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { change, HEARD_WITHIN_MS, twoGateways } from "#test/keys/setting.ts";

const { here, there } = await twoGateways();
const key = await here.newKey();
const answers = async (headers: Record<string, string>) => {
  const body = { model: "gpt-4", messages: [{ role: "user", content: "hi" }] };
  return (await there.call("POST", "/v1/chat/completions", { key, body, headers })).status;
};
const heard = (status: number, headers: Record<string, string>) =>
  until(
    `the other gateway answers ${status}`,
    async () => (await answers(headers)) === status,
    HEARD_WITHIN_MS,
  );

test("an end user that is blocked, and unblocked", async () => {
  const as = { "x-litellm-customer-id": "person" };
  expect(await answers(as)).toBe(200);
  await change(here, "/customer/block", { user_ids: ["person"] });
  await heard(403, as);
  await change(here, "/customer/unblock", { user_ids: ["person"] });
  await heard(200, as);
});

test("a tag that gets models, and is deleted", async () => {
  const as = { "x-litellm-tags": "project" };
  expect(await answers(as)).toBe(200);
  await change(here, "/tag/new", { name: "project", models: ["shin-llama-8b"] });
  await heard(403, as);
  await change(here, "/tag/delete", { name: "project" });
  await heard(200, as);
});

test("a tier that an end user has", async () => {
  const as = { "x-litellm-customer-id": "tiered" };
  await change(here, "/budget/new", { budget_id: "tier" });
  await change(here, "/customer/new", { user_id: "tiered", budget_id: "tier" });
  expect(await answers(as)).toBe(200);
  await change(here, "/budget/update", { budget_id: "tier", max_budget: 0 });
  await heard(400, as);
});

test("a member whose budget in the team is taken down", async () => {
  await change(here, "/team/new", { team_id: "crew", members_with_roles: [{ user_id: "m" }] });
  const ofMember = await here.newKey({ team_id: "crew", user_id: "m" });
  const body = { model: "gpt-4", messages: [{ role: "user", content: "hi" }] };
  const status = async () =>
    (await there.call("POST", "/v1/chat/completions", { key: ofMember, body })).status;
  expect(await status()).toBe(200);
  await change(here, "/team/member_update", { team_id: "crew", user_id: "m", max_budget_in_team: 0 });
  await until("the other gateway refuses", async () => (await status()) === 400, HEARD_WITHIN_MS);
});

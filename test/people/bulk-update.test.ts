/** `/user/bulk_update`: each user changes on its own, and what failed says why. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
for (const id of ["a", "b", "c"])
  await post("/user/new", { user_id: id, user_email: `${id}@example.com`, auto_create_key: false, rpm: 1 });
const rpmOf = async (id: string) =>
  (await gateway.call("GET", `/user/info?user_id=${id}`)).json.user_info.rpm_limit;

test("one that fails stops no other", async () => {
  const { status, json } = await post("/user/bulk_update", {
    users: [
      { user_id: "a", rpm: 5, rph: 50 },
      { user_id: "nobody", rpm: 5 },
      { user_email: "B@example.com", max_bugdet: 1 },
      { user_email: "B@example.com", rpm_limit: 6 },
    ],
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    total_requested: 4,
    successful_updates: 2,
    failed_updates: 2,
    results: [
      { user_id: "a", success: true, error: null, updated_user: { rpm_limit: 5, rph_limit: 50 } },
      { user_id: "nobody", success: false, error: "User not found in database", updated_user: null },
      { user_email: "B@example.com", success: false, error: expect.stringContaining("max_budget") },
      { user_id: "b", success: true, updated_user: { rpm_limit: 6 } },
    ],
  });
  expect([await rpmOf("a"), await rpmOf("b"), await rpmOf("c")]).toEqual([5, 6, 1]);
});

test("all_users gives the same changes to all", async () => {
  const { json } = await post("/user/bulk_update", { all_users: true, user_updates: { rpm_limit: 9 } });
  expect([json.total_requested, json.successful_updates]).toEqual([3, 3]);
  expect([await rpmOf("a"), await rpmOf("b"), await rpmOf("c")]).toEqual([9, 9, 9]);
});

test("is an admin's", async () => {
  const key = await gateway.newKey({ user_id: "a" });
  const body = { users: [{ user_id: "a", user_role: "proxy_admin" }] };
  expect((await gateway.call("POST", "/user/bulk_update", { key, body })).status).toBe(403);
});

/** End users: known by a row or by their calls, held to what their row says, changed at once and under both names. */
import { describe, expect, test } from "vitest";
import { eventsOf } from "#test/helpers/audit.ts";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const { sql } = gateway.database;
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const key = await gateway.newKey();
const callAs = (id: string, model = "dear") => spend(key, model, { "x-litellm-customer-id": id });
const info = async (id: string) => (await get(`/customer/info?end_user_id=${id}`)).json;

describe("a row", () => {
  test("is made, told and listed under /customer and /end_user alike", async () => {
    const made = await post("/customer/new", {
      user_id: "cust",
      alias: "The Customer",
      max_budget: 10,
      soft_budget: 5,
      budget_duration: "30d",
      rpm: 7,
      tpm_limit: 700,
      metadata: { plan: "gold" },
    });
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({
      user_id: "cust",
      alias: "The Customer",
      spend: 0,
      max_budget: 10,
      soft_budget: 5,
      budget_duration: "30d",
      budget_reset_at: "2025-07-01T00:00:00.000Z",
      rpm_limit: 7,
      tpm_limit: 700,
      blocked: false,
      metadata: { plan: "gold" },
      litellm_budget_table: null,
    });
    for (const name of ["customer", "end_user"]) {
      expect((await get(`/${name}/info?end_user_id=cust`)).json).toEqual(made.json);
      const listed = await get(`/${name}/list`);
      expect(listed.json).toEqual([made.json]);
      expect(listed.headers["x-total-count"]).toBe("1");
    }
    expect((await post("/end_user/new", { user_id: "cust" })).json.error).toMatchObject({ param: "user_id" });
  });

  // BerriAI/litellm#33941: budget_duration was taken and ignored.
  test.each([
    ["budget_duration", { budget_duration: "1d" }, { budget_reset_at: "2025-06-16T00:00:00.000Z" }],
    ["max_budget", { max_budget: 3 }, {}],
    ["alias", { alias: "other" }, {}],
    ["rpm_limit", { rpm_limit: 1 }, {}],
    ["models", { models: ["cheap"] }, {}],
    ["blocked", { blocked: true }, {}],
    ["max_parallel_requests", { max_parallel_requests: 2 }, {}],
    ["max_budget taken away", { max_budget: null }, {}],
  ])("an update of %s changes that and nothing else", async (name, fields, also) => {
    const id = `change-${name.replaceAll(" ", "-")}`;
    const { json: before } = await post("/customer/new", {
      user_id: id,
      max_budget: 10,
      budget_duration: "30d",
      rpm: 7,
    });
    const { json } = await post("/customer/update", { user_id: id, ...fields });
    expect(json).toEqual({ ...before, ...fields, ...also, updated_at: expect.any(String) });
    expect(await info(id)).toEqual(json);
  });

  test("is an admin's to make and a viewer's to read", async () => {
    await post("/user/new", { user_id: "v", user_role: "proxy_admin_viewer", auto_create_key: false });
    const viewer = await gateway.newKey({ user_id: "v" });
    expect((await get("/customer/info?end_user_id=cust", viewer)).status).toBe(200);
    expect((await get("/customer/info?end_user_id=cust", key)).status).toBe(403);
    const body = { user_id: "cust", max_budget: 1e6 };
    for (const who of [viewer, key])
      expect((await gateway.call("POST", "/customer/update", { key: who, body })).status).toBe(403);
  });
});

describe("what holds for an end user", () => {
  test("is its budget, over all keys, and a change is felt by the next call", async () => {
    await post("/customer/new", { user_id: "spender", max_budget: 0.06 });
    const second = await gateway.newKey();
    expect([
      await callAs("spender"),
      await spend(second, "dear", { "x-litellm-customer-id": "spender" }),
      await callAs("spender"),
    ]).toEqual([200, 200, 400]);
    expect(await callAs("somebody-else")).toBe(200);
    expect(await info("spender")).toMatchObject({ spend: 2 * DEAR_CALL_USD, max_budget: 0.06 });
    await post("/customer/update", { user_id: "spender", max_budget: 0.09 });
    expect([await callAs("spender"), await callAs("spender")]).toEqual([200, 400]);
  });

  test("is its budget of the running period: tomorrow it spends again, and all it ever spent is told", async () => {
    await post("/customer/new", { user_id: "daily", max_budget: 0.04, budget_duration: "1d" });
    expect([await callAs("daily"), await callAs("daily")]).toEqual([200, 400]);
    clock.set("2025-06-16T00:00:00Z");
    expect(await info("daily")).toMatchObject({ spend: 0, total_spend: DEAR_CALL_USD });
    expect(await callAs("daily")).toBe(200);
    expect(await info("daily")).toMatchObject({ spend: DEAR_CALL_USD, total_spend: 2 * DEAR_CALL_USD });
    clock.set("2025-06-15T10:20:00Z");
  });

  test("is its tier where it has no budget of its own", async () => {
    await post("/budget/new", { budget_id: "free", max_budget: 0.04, budget_duration: "1d" });
    const { json } = await post("/customer/new", { user_id: "tiered", budget_id: "free" });
    expect(json).toMatchObject({
      budget_id: "free",
      max_budget: null,
      litellm_budget_table: { budget_id: "free", max_budget: 0.04 },
      budget_reset_at: "2025-06-16T00:00:00.000Z",
    });
    expect([await callAs("tiered"), await callAs("tiered")]).toEqual([200, 400]);
    expect((await info("tiered")).spend).toBe(DEAR_CALL_USD);
    await post("/budget/update", { budget_id: "free", max_budget: 1 });
    expect(await callAs("tiered")).toBe(200);
    expect((await post("/budget/delete", { id: "free" })).status).toBe(400);
    await post("/customer/update", { user_id: "tiered", budget_id: null });
    expect((await post("/budget/delete", { id: "free" })).status).toBe(200);
  });

  test("are its models", async () => {
    await post("/customer/new", { user_id: "modest", models: ["cheap"] });
    expect([await callAs("modest", "dear"), await callAs("modest", "cheap")]).toEqual([403, 200]);
  });
});

describe("blocking", () => {
  test("stops an end user on the next call, whether it has a row or not, and unblocking lets it on", async () => {
    await post("/customer/new", { user_id: "with-row" });
    expect([await callAs("with-row"), await callAs("without-row")]).toEqual([200, 200]);
    const user_ids = ["without-row", "with-row", "with-row"];
    const { json } = await post("/customer/block", { user_ids });
    expect(json.blocked_users.map((user: { user_id: string }) => user.user_id).toSorted()).toEqual([
      "with-row",
      "without-row",
    ]);
    expect([await callAs("with-row"), await callAs("without-row")]).toEqual([403, 403]);
    expect((await info("without-row")).blocked).toBe(true);
    await post("/end_user/unblock", { user_ids: [...user_ids, "never-seen"] });
    expect([await callAs("with-row"), await callAs("without-row")]).toEqual([200, 200]);
    expect((await get("/customer/info?end_user_id=never-seen")).status).toBe(404);
  });

  test("by many at once is done once for each, and nobody waits for another for ever", async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `many-${i}`);
    const answers = await Promise.all(
      [ids, ids.toReversed(), ids, ids.toReversed()].map((user_ids) => post("/customer/block", { user_ids })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    const [{ n } = { n: 0 }] =
      await sql`select count(*)::int as n from end_users where id like 'many-%' and blocked`;
    expect(n).toBe(20);
  });
});

test("whoever only ever called is known by what it spent; who never did is not", async () => {
  expect(await callAs("caller-only")).toBe(200);
  expect(await info("caller-only")).toMatchObject({
    user_id: "caller-only",
    spend: DEAR_CALL_USD,
    max_budget: null,
    blocked: false,
  });
  const unknown = await get("/customer/info?end_user_id=never-called");
  expect([unknown.status, unknown.json.error.param]).toEqual([404, "user_id"]);
  expect((await get("/customer/info")).json.error.param).toBe("end_user_id");
});

test("deleting takes the row and its limits; what was spent stays told, and every change left its event", async () => {
  await post("/customer/new", { user_id: "leaver", max_budget: 0.04 });
  expect([await callAs("leaver"), await callAs("leaver")]).toEqual([200, 400]);
  await post("/customer/update", { user_id: "leaver", alias: "L" });
  await post("/customer/block", { user_ids: ["leaver"] });
  const { json } = await post("/customer/delete", { user_ids: ["leaver", "never-was"] });
  expect(json).toMatchObject({ deleted_customers: 1, deleted_user_ids: ["leaver"] });
  expect(await callAs("leaver")).toBe(200);
  expect((await info("leaver")).spend).toBe(2 * DEAR_CALL_USD);
  expect((await post("/customer/delete", { user_ids: ["leaver"] })).status).toBe(404);
  expect((await post("/customer/update", { user_id: "leaver", alias: "x" })).status).toBe(404);
  const events = await eventsOf(gateway, { targetKind: "end_user", targetId: "leaver" });
  expect(events.map((event) => event.action)).toEqual([
    "end_user.create",
    "end_user.update",
    "end_user.block",
    "end_user.delete",
  ]);
});

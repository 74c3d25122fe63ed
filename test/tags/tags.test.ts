/** Tags: what their row says holds for every call that carries them, whoever sends it. */
import { describe, expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const { sql } = gateway.database;
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const key = await gateway.newKey();
const callWith = (tags: string, model = "dear") => spend(key, model, { "x-litellm-tags": tags });
const info = async (name: string) => (await post("/tag/info", { names: [name] })).json[name];

describe("a row", () => {
  test("is made, told, listed, changed and deleted, each with its event", async () => {
    const made = await post("/tag/new", {
      name: "project-x",
      description: "The X project",
      models: ["dear"],
      max_budget: 5,
      budget_duration: "1mo",
      rpm: 60,
    });
    expect(made.json.message).toBe("Tag project-x created successfully");
    expect(made.json.tag).toMatchObject({
      name: "project-x",
      description: "The X project",
      models: ["dear"],
      spend: 0,
      max_budget: 5,
      budget_duration: "1mo",
      budget_reset_at: "2025-07-01T00:00:00.000Z",
      rpm_limit: 60,
    });
    expect(await info("project-x")).toEqual(made.json.tag);
    expect((await get("/tag/info?names=project-x,nothing")).json).toEqual({ "project-x": made.json.tag });
    expect((await get("/tag/list")).json).toEqual([made.json.tag]);
    const changed = await post("/tag/update", {
      name: "project-x",
      budget_duration: "1d",
      description: null,
    });
    expect(changed.json.tag).toEqual({
      ...made.json.tag,
      budget_duration: "1d",
      description: null,
      budget_reset_at: "2025-06-16T00:00:00.000Z",
      updated_at: expect.any(String),
    });
    expect((await post("/tag/new", { name: "project-x" })).json.error).toMatchObject({ param: "name" });
    expect((await post("/tag/delete", { name: "project-x" })).status).toBe(200);
    for (const [path, body] of [
      ["/tag/delete", { name: "project-x" }],
      ["/tag/update", { name: "project-x" }],
      ["/tag/info", { names: ["project-x"] }],
    ] as const)
      expect((await post(path, body)).status).toBe(404);
    const events = await sql`select action from audit_events where target_kind = 'tag' order by seq`;
    expect(events.map((event) => event["action"])).toEqual(["tag.create", "tag.update", "tag.delete"]);
  });

  test("is an admin's to make and a viewer's to read", async () => {
    await post("/tag/new", { name: "seen" });
    await post("/user/new", { user_id: "v", user_role: "proxy_admin_viewer", auto_create_key: false });
    const viewer = await gateway.newKey({ user_id: "v" });
    expect((await get("/tag/info?names=seen", viewer)).status).toBe(200);
    expect((await get("/tag/list", viewer)).status).toBe(200);
    expect((await get("/tag/list", key)).status).toBe(403);
    const body = { name: "seen", max_budget: 1 };
    for (const who of [viewer, key])
      expect((await gateway.call("POST", "/tag/update", { key: who, body })).status).toBe(403);
  });
});

describe("what holds for a tag", () => {
  test("holds for calls and keys that carry it, and for no others", async () => {
    await post("/tag/new", { name: "capped", max_budget: 0.06 });
    const tagged = await gateway.newKey({ tags: ["capped"] });
    expect([await callWith("capped,free"), await spend(tagged), await callWith("capped")]).toEqual([
      200, 200, 400,
    ]);
    expect([await spend(tagged), await callWith("free"), await spend(key)]).toEqual([400, 200, 200]);
    expect((await info("capped")).spend).toBe(2 * DEAR_CALL_USD);
    await post("/tag/update", { name: "capped", max_budget: 1 });
    expect(await callWith("capped")).toBe(200);
  });

  test("begins anew with the period of its budget, and the whole stays told", async () => {
    await post("/tag/new", { name: "daily", max_budget: 0.04, budget_duration: "1d" });
    expect([await callWith("daily"), await callWith("daily")]).toEqual([200, 400]);
    clock.set("2025-06-16T00:00:00Z");
    expect(await callWith("daily")).toBe(200);
    expect(await info("daily")).toMatchObject({ spend: DEAR_CALL_USD, total_spend: 2 * DEAR_CALL_USD });
  });

  test("are its models, its tier, and whether it is blocked", async () => {
    await post("/budget/new", { budget_id: "tier", rpm_limit: 1 });
    await post("/tag/new", { name: "narrow", models: ["cheap"] });
    await post("/tag/new", { name: "tiered", budget_id: "tier" });
    await post("/tag/new", { name: "shut", blocked: true });
    expect([await callWith("narrow"), await callWith("narrow", "cheap")]).toEqual([403, 200]);
    expect([await callWith("tiered"), await callWith("tiered")]).toEqual([200, 429]);
    expect(await callWith("shut")).toBe(403);
    await post("/tag/update", { name: "shut", blocked: false });
    expect(await callWith("shut")).toBe(200);
  });
});

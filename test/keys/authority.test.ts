/** Who may make and change which keys: nobody gets by a key what their own does not have. */
import { describe, expect, test } from "vitest";
import { gatewayWithPeople, NO_SUCH_KEY, NOT_ALLOWED } from "./people.ts";

const { gateway, ok, as, person, team } = await gatewayWithPeople();

describe("an internal user", () => {
  test("makes keys for itself, and for nobody else", async () => {
    const { id, key } = await person();
    expect(await as(key, "/key/generate", {})).toMatchObject({ user_id: id, team_id: null });
    expect(await as(key, "/key/generate", { user_id: id })).toMatchObject({ user_id: id });
    const other = await person();
    expect(await as(key, "/key/generate", { user_id: other.id })).toEqual(NOT_ALLOWED("user_id"));
    expect(await as(key, "/key/generate", { team_id: "strangers" })).toEqual(NOT_ALLOWED("team_id"));
  });

  test("makes them with no more than it has", async () => {
    const { key } = await person("internal_user", { max_budget: 10, rpm_limit: 5, rpd: 50 });
    expect(await as(key, "/key/generate", { max_budget: 10.01 })).toEqual([400, "max_budget"]);
    expect(await as(key, "/key/generate", { rpm_limit: 6 })).toEqual([400, "rpm_limit"]);
    expect(await as(key, "/key/generate", { max_budget: 10, rpm_limit: 5 })).toMatchObject({
      max_budget: 10,
    });
  });

  test.each([
    ["spend", 0],
    ["organization_id", "o"],
    ["permissions", { get_spend_routes: true }],
    ["reservation", "estimate"],
    ["temp_budget_increase", 5],
  ])("does not set %s", async (field, value) => {
    const { key } = await person();
    const body = {
      [field]: value,
      ...(field === "temp_budget_increase" ? { temp_budget_expiry: "1d" } : {}),
    };
    expect(await as(key, "/key/generate", body)).toEqual(NOT_ALLOWED(field));
  });

  test("rotates and deletes its own keys; their limits, and what an admin blocked, are not its to change", async () => {
    const { key } = await person();
    const { key: second } = await as(key, "/key/generate", {});
    expect(await as(key, "/key/update", { key: second, rpm_limit: 9 })).toEqual(NOT_ALLOWED("key"));
    expect(await as(key, "/key/unblock", { key: second })).toEqual(NOT_ALLOWED("key"));
    expect(await as(key, `/key/${second}/reset_spend`, { reset_to: 0 })).toEqual(NOT_ALLOWED("key"));
    expect(await as(key, "/key/regenerate", { key: second, max_budget: null })).toEqual(NOT_ALLOWED("key"));
    const { key: third } = await as(key, "/key/regenerate", { key: second });
    expect(await as(key, "/key/delete", { keys: [third] })).toEqual({ deleted_keys: [third] });
  });

  test("learns nothing of others' keys, nor of those of nobody", async () => {
    const { key } = await person();
    const other = await person();
    const nobodys = await gateway.newKey();
    for (const foreign of [other.key, nobodys]) {
      expect(await as(key, "/key/delete", { key: foreign })).toEqual([404, "keys"]);
      for (const path of ["/key/update", "/key/regenerate", "/key/block", "/key/unblock"])
        expect(await as(key, path, { key: foreign })).toEqual(NO_SUCH_KEY);
      expect((await gateway.call("GET", "/key/info", { key: foreign })).status).toBe(200);
    }
  });
});

describe("makes and changes no key:", () => {
  test("a key of nobody, not even one of nobody", async () => {
    const key = await gateway.newKey();
    const same = await gateway.newKey();
    expect(await as(key, "/key/generate", {})).toEqual(NOT_ALLOWED("None"));
    for (const [path, body] of [
      ["/key/delete", { key: same }],
      ["/key/regenerate", { key: same }],
      ["/key/regenerate", { key }],
      ["/key/update", { key: same, rpm_limit: null }],
    ] as const)
      expect(await as(key, path, body)).toEqual(NOT_ALLOWED("None"));
    expect((await gateway.call("GET", `/key/info?key=${same}`, { key })).status).toBe(404);
  });

  test("a user that is not registered", async () => {
    const key = await gateway.newKey({ user_id: "never-seen" });
    expect(await as(key, "/key/generate", {})).toEqual(NOT_ALLOWED("user_id"));
  });

  test.each(["proxy_admin_viewer", "internal_user_viewer"])("a %s", async (role) => {
    const { key, id } = await person(role);
    const own = await gateway.newKey({ user_id: id });
    for (const path of ["/key/generate", "/key/delete", "/key/regenerate", "/key/block"])
      expect((await as(key, path, path === "/key/generate" ? {} : { key: own }))[0]).toBe(403);
  });

  test("a key that is confined to reading or to calls", async () => {
    const { id } = await person();
    for (const key_type of ["read_only", "llm_api"]) {
      const key = await gateway.newKey({ user_id: id, key_type });
      expect(await as(key, "/key/generate", {})).toEqual(NOT_ALLOWED("None"));
    }
  });
});

describe("a key hands on what confines it:", () => {
  test("limits, budget, models, tags, routes and end", async () => {
    const { id } = await person();
    const confines = {
      rpm_limit: 5,
      rph_limit: 50,
      max_parallel_requests: 2,
      max_budget: 1,
      budget_duration: "30d",
      models: ["gpt-4"],
      tags: ["blue"],
      allowed_routes: ["management_routes", "llm_api_routes"],
      model_rpm_limit: { "gpt-4": 3 },
      budget_limits: [{ budget_duration: "1d", max_budget: 0.5 }],
      reservation: "strict",
    };
    const key = await gateway.newKey({ user_id: id, duration: "1d", ...confines });
    const child = await as(key, "/key/generate", {});
    expect(child).toMatchObject(confines);
    expect(Date.parse(child.expires)).toBeLessThanOrEqual(Date.now() + 86_400_000);
    const lower = {
      rpm_limit: 1,
      max_budget: 0.5,
      duration: "1h",
      allowed_routes: ["llm_api_routes"],
      tags: ["red"],
    };
    expect(await as(key, "/key/generate", lower)).toMatchObject({ ...lower, tags: ["blue", "red"] });
  });

  test.each([
    ["rpm_limit", { rpm_limit: 6 }],
    ["max_budget", { max_budget: 1.01 }],
    ["budget_duration", { budget_duration: "1d" }],
    ["models", { models: ["gpt-3.5-turbo"] }],
    ["models", { models: ["*"] }],
    ["allowed_routes", { allowed_routes: ["info_routes"] }],
    ["allowed_routes", { key_type: "read_only" }],
    ["duration", { duration: "2d" }],
    ["model_rpm_limit", { model_rpm_limit: { "gpt-4": 100 } }],
  ])("more %s is refused", async (param, body) => {
    const { id } = await person();
    const key = await gateway.newKey({
      user_id: id,
      duration: "1d",
      rpm_limit: 5,
      max_budget: 1,
      budget_duration: "30d",
      models: ["gpt-4"],
      allowed_routes: ["management_routes"],
      model_rpm_limit: { "gpt-4": 3 },
    });
    expect(await as(key, "/key/generate", body)).toEqual([400, param]);
  });

  test("its tier's values, and a lower tier is enough", async () => {
    const { id } = await person();
    await ok("/budget/new", { budget_id: "mid", max_budget: 5, rpm_limit: 5 });
    await ok("/budget/new", { budget_id: "low", max_budget: 1, rpm_limit: 1 });
    const key = await gateway.newKey({ user_id: id, budget_id: "mid" });
    expect(await as(key, "/key/generate", {})).toMatchObject({ max_budget: 5, rpm_limit: 5 });
    const low = await as(key, "/key/generate", { budget_id: "low" });
    expect(low).toMatchObject({ max_budget: null, rpm_limit: null, budget_id: "low" });
  });

  test("its team", async () => {
    const { id, member, admin } = await team(["/key/generate"]);
    const { key } = await as(admin.key, "/key/generate", { team_id: id, user_id: member.id });
    expect(await as(key, "/key/generate", {})).toMatchObject({ team_id: id, user_id: member.id });
    const other = await team(["/key/generate"]);
    await ok("/team/member_add", { team_id: other.id, member: { role: "admin", user_id: member.id } });
    expect(await as(key, "/key/generate", { team_id: other.id })).toEqual(NOT_ALLOWED("team_id"));
    // Nor does it touch what its user has outside of the team.
    expect(await as(key, "/key/delete", { key: member.key })).toEqual([403, "key"]);
  });
});

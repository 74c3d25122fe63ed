/** A user comes with a key that works, is found, changed and deleted, and every change leaves its audit event. */
import { describe, expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { eventsOf } from "#test/helpers/audit.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const { sql } = gateway.database;
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  gateway.call("POST", path, { body, ...(headers ? { headers } : {}) });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const chat = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
const actions = async (id: string) =>
  (await eventsOf(gateway, { targetId: id })).map((event) => event.action);

describe("/user/new", () => {
  test("makes a user and its key, which calls models as that user", async () => {
    const { status, json } = await post("/user/new", {
      user_email: " Ann@Example.com",
      user_alias: "Ann",
      max_budget: 5,
      budget_duration: "30d",
      rpm: 10,
      key_alias: "anns-first",
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      user_id: expect.stringMatching(/^usr_[0-9A-Z]{26}$/),
      user_email: "ann@example.com",
      user_alias: "Ann",
      user_role: "internal_user",
      key_alias: "anns-first",
      max_budget: 5,
      rpm_limit: 10,
      spend: 0,
      teams: [],
    });
    expect(json.token).toBe(hashSecret(json.key));
    expect((await gateway.call("POST", "/v1/chat/completions", { key: json.key, body: chat })).status).toBe(
      200,
    );
    expect((await get(`/spend/logs?user_id=${json.user_id}`)).json).toHaveLength(1);
    expect(await actions(json.user_id)).toEqual(["user.create"]);
    const [event] = await eventsOf(gateway, { targetId: json.user_id });
    expect(event?.after).toMatchObject({ email: "ann@example.com", maxBudgetNanoUsd: "5000000000" });
  });

  test("makes no key when told so", async () => {
    const { json } = await post("/user/new", { user_id: "keyless", auto_create_key: false });
    expect(json).toMatchObject({ user_id: "keyless", key: null, token: null });
    expect((await get("/user/info?user_id=keyless")).json.keys).toEqual([]);
  });

  test("is all or nothing: no user stays when its key or its team cannot be made", async () => {
    await gateway.newKey({ key_alias: "taken-alias" });
    const failing = [
      { user_id: "half-1", key_alias: "taken-alias" },
      { user_id: "half-2", teams: ["no-such-team"] },
    ];
    for (const body of failing) {
      expect((await post("/user/new", body)).status).toBe(400);
      expect((await get(`/user/info?user_id=${body.user_id}`)).status).toBe(404);
      expect(await actions(body.user_id)).toEqual([]);
    }
  });

  test("of an id that is a member already keeps its place, on the terms that are said now", async () => {
    await post("/team/new", {
      team_id: "early",
      members_with_roles: [{ role: "admin", user_id: "early-bird" }],
    });
    expect((await post("/user/new", { user_id: "early-bird", teams: ["early"] })).json.teams).toEqual([
      "early",
    ]);
    const { json } = await get("/team/info?team_id=early");
    expect(json.team_memberships).toMatchObject([{ user_id: "early-bird", role: "admin" }]);
    await post("/team/new", { team_id: "late", members_with_roles: [{ user_id: "late-bird" }] });
    const teams = [{ team_id: "late", user_role: "admin", max_budget_in_team: 3 }];
    expect((await post("/user/new", { user_id: "late-bird", teams })).status).toBe(200);
    expect((await get("/team/info?team_id=late")).json.team_memberships).toMatchObject([
      { role: "admin", max_budget_in_team: 3 },
    ]);
  });

  test("refuses an id, and an address in any case, that another has", async () => {
    await post("/user/new", { user_id: "first", user_email: "first@example.com" });
    const id = await post("/user/new", { user_id: "first" });
    expect([id.status, id.json.error.param]).toEqual([400, "user_id"]);
    const address = await post("/user/new", { user_email: "First@Example.COM" });
    expect([address.status, address.json.error.message]).toEqual([
      400,
      "user_email is taken by another user",
    ]);
  });

  test("of many at once with one address lets one through", async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => post("/user/new", { user_email: "race@example.com" })),
    );
    expect(all.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(all.filter((answer) => answer.status === 400)).toHaveLength(7);
    const [left] =
      await sql`select count(*)::int as keys from virtual_keys k join users u on u.id = k.user_id where u.email = 'race@example.com'`;
    expect(left?.["keys"]).toBe(1);
  });
});

describe("/user/info", () => {
  test("tells the user, its keys and its teams, and no secret", async () => {
    await post("/team/new", { team_id: "info-team", team_alias: "blue" });
    const { json: made } = await post("/user/new", {
      user_id: "info-user",
      teams: [{ team_id: "info-team", user_role: "admin" }],
    });
    const { json, text } = await get("/user/info?user_id=info-user");
    expect(json).toMatchObject({
      user_id: "info-user",
      user_info: { user_id: "info-user", teams: ["info-team"] },
    });
    expect(json.keys.map((key: { token: string }) => key.token)).toEqual([hashSecret(made.key)]);
    expect(json.teams).toMatchObject([
      { team_id: "info-team", members_with_roles: [{ user_id: "info-user", role: "admin" }] },
    ]);
    expect(text).not.toContain(made.key);
    expect((await get("/v2/user/info?user_id=info-user")).json).toEqual(json.user_info);
    // Its own key asks for itself without a parameter.
    expect((await get("/user/info", made.key)).json.user_id).toBe("info-user");
  });

  test("of another is 403 whether or not there is one; of nobody is 404", async () => {
    const { json: made } = await post("/user/new", { user_id: "curious" });
    for (const path of ["/user/info", "/v2/user/info"]) {
      for (const other of ["info-user", "nobody-at-all", "litellm-proxy-budget"]) {
        expect((await get(`${path}?user_id=${other}`, made.key)).status).toBe(403);
      }
      expect((await get(path, await gateway.newKey({}))).status).toBe(404);
      expect((await get(`${path}?user_id=nobody-at-all`)).status).toBe(404);
    }
  });

  test("knows users that only keys name", async () => {
    const key = await gateway.newKey({ user_id: "only-named" });
    await gateway.call("POST", "/v1/chat/completions", { key, body: chat });
    const { json } = await get("/user/info?user_id=only-named");
    expect(json).toMatchObject({
      user_id: "only-named",
      user_info: { spend: 0, max_budget: null },
      keys: [{ user_id: "only-named" }],
    });
  });
});

describe("/user/update", () => {
  test("changes what is named and nothing else, by id or by address", async () => {
    await post("/user/new", {
      user_id: "change",
      user_email: "change@example.com",
      tpm: 100,
      metadata: { a: 1 },
    });
    expect((await post("/user/update", { user_id: "change", rpm: 3 })).json).toMatchObject({
      rpm_limit: 3,
      tpm_limit: 100,
      metadata: { a: 1 },
    });
    const { json } = await post("/user/update", {
      user_email: "CHANGE@example.com",
      tpm_limit: null,
      user_role: "proxy_admin_viewer",
    });
    expect(json).toMatchObject({
      user_id: "change",
      rpm_limit: 3,
      tpm_limit: null,
      user_role: "proxy_admin_viewer",
    });
    expect(
      (await post("/user/update", { user_id: "change", user_email: "new@example.com" })).json.user_email,
    ).toBe("new@example.com");
    expect(await actions("change")).toEqual(["user.create", "user.update", "user.update", "user.update"]);
  });

  test("takes effect on the next call: blocked, unblocked, promoted", async () => {
    const { json } = await post("/user/new", { user_id: "instant" });
    const call = async () =>
      (await gateway.call("POST", "/v1/chat/completions", { key: json.key, body: chat })).status;
    expect(await call()).toBe(200);
    await post("/user/update", { user_id: "instant", blocked: true });
    expect(await call()).toBe(401);
    await post("/user/update", { user_id: "instant", blocked: false, models: ["shin-llama-8b"] });
    expect(await call()).toBe(403);
    expect((await get("/user/list", json.key)).status).toBe(403);
    await post("/user/update", { user_id: "instant", user_role: "proxy_admin" });
    expect((await get("/user/list", json.key)).status).toBe(200);
  });

  test("of nobody is 404, of no one in particular 400", async () => {
    expect((await post("/user/update", { user_id: "nobody-at-all", rpm: 1 })).status).toBe(404);
    expect((await post("/user/update", { user_email: "nobody@example.com" })).status).toBe(404);
    expect((await post("/user/update", { rpm: 1 })).json.error.param).toBe("user_id");
  });
});

test("/user/delete ends the user, its keys and memberships; what it spent stays", async () => {
  await post("/team/new", { team_id: "left-behind" });
  const { json: made } = await post("/user/new", { user_id: "leaver", teams: ["left-behind"] });
  const second = await gateway.newKey({ user_id: "leaver" });
  const other = await gateway.newKey({ user_id: "stays" });
  await gateway.call("POST", "/v1/chat/completions", { key: second, body: chat });
  const answer = await post(
    "/user/delete",
    { user_ids: ["leaver", "nobody-at-all", "stays"] },
    { "litellm-changed-by": "boss" },
  );
  // "stays" has a key and no row: it is no user that could be deleted.
  expect(answer.json).toEqual({ deleted_users: ["leaver"], deleted_keys: 2 });
  for (const key of [made.key, second]) {
    expect((await gateway.call("POST", "/v1/chat/completions", { key, body: chat })).status).toBe(401);
  }
  expect((await gateway.call("POST", "/v1/chat/completions", { key: other, body: chat })).status).toBe(200);
  expect((await get("/team/info?team_id=left-behind")).json.team_info.members_with_roles).toEqual([]);
  expect((await get("/spend/logs?user_id=leaver")).json).toHaveLength(1);
  const events = await eventsOf(gateway, { text: "boss" });
  expect(events.map((event) => event.action).sort()).toEqual(["key.delete", "key.delete", "user.delete"]);
  expect((await post("/user/delete", { user_ids: ["leaver"] })).status).toBe(404);
});

/** A team's life: members come and go, blocking stops its keys at once, deleting ends them; outsiders do not see it. */
import { describe, expect, test } from "vitest";
import { eventsOf } from "#test/helpers/audit.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const { sql } = gateway.database;
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const chat = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
const call = async (key: string) =>
  (await gateway.call("POST", "/v1/chat/completions", { key, body: chat })).status;
const members = async (id: string) =>
  (await get(`/team/info?team_id=${id}`)).json.team_info.members_with_roles.map(
    (member: { user_id: string; role: string }) => [member.user_id, member.role],
  );

test("/team/new, /team/info and /team/update tell the same row", async () => {
  await post("/user/new", { user_id: "m1", user_email: "m1@example.com" });
  const { status, json } = await post("/team/new", {
    team_alias: "red",
    tpm: 500,
    max_budget: 10,
    members_with_roles: [
      { role: "admin", user_email: "M1@example.com" },
      { role: "user", user_id: "not-yet-a-user" },
    ],
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    team_id: expect.stringMatching(/^team_[0-9A-Z]{26}$/),
    team_alias: "red",
    tpm_limit: 500,
    max_budget: 10,
    spend: 0,
    blocked: false,
    members_with_roles: expect.arrayContaining([
      { user_id: "m1", user_email: "m1@example.com", role: "admin" },
      { user_id: "not-yet-a-user", user_email: null, role: "user" },
    ]),
  });
  const key = await gateway.newKey({ team_id: json.team_id });
  const info = (await get(`/team/info?team_id=${json.team_id}`)).json;
  expect(info.team_info).toEqual(json);
  expect(info.keys).toHaveLength(1);
  expect(info.team_memberships).toHaveLength(2);
  expect(JSON.stringify(info)).not.toContain(key);
  const updated = (await post("/team/update", { team_id: json.team_id, rpm: 7, team_alias: "rouge" })).json;
  expect(updated).toMatchObject({
    team_alias: "rouge",
    rpm_limit: 7,
    tpm_limit: 500,
    data: { team_alias: "rouge" },
  });
});

describe("members", () => {
  test("join one or several at a time, each once, all or none", async () => {
    await post("/team/new", { team_id: "club" });
    const joined = await post("/team/member_add", {
      team_id: "club",
      member: { role: "admin", user_id: "x" },
    });
    expect(joined.json.updated_team_memberships).toMatchObject([
      { user_id: "x", team_id: "club", role: "admin" },
    ]);
    await post("/team/member_add", {
      team_id: "club",
      member: [{ user_id: "y" }, { role: "user", user_email: "m1@example.com" }],
    });
    expect(await members("club")).toEqual([
      ["x", "admin"],
      ["m1", "user"],
      ["y", "user"],
    ]);
    for (const member of [
      { user_id: "x" },
      [{ user_id: "z" }, { user_id: "y" }],
      { user_email: "no@example.com" },
      { role: "user" },
      [{ user_id: "q" }, { user_id: "q" }],
    ]) {
      const { status, json } = await post("/team/member_add", { team_id: "club", member });
      expect([status, json.error.param]).toEqual([400, "member"]);
    }
    expect(await members("club")).toHaveLength(3);
    expect(
      (await post("/team/member_add", { team_id: "no-such-team", member: { user_id: "x" } })).status,
    ).toBe(404);
  });

  test("who join at the same moment join once", async () => {
    await post("/team/new", { team_id: "rush" });
    const body = { team_id: "rush", member: { user_id: "same" } };
    const all = await Promise.all(Array.from({ length: 6 }, () => post("/team/member_add", body)));
    expect(all.map((answer) => answer.status).toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
    expect(await members("rush")).toEqual([["same", "user"]]);
  });

  test("leave with their keys in the team; their other keys stay", async () => {
    const { json: user } = await post("/user/new", {
      user_id: "goer",
      user_email: "goer@example.com",
      teams: ["club"],
    });
    const ofTeam = await gateway.newKey({ user_id: "goer", team_id: "club" });
    const ofAnother = await gateway.newKey({ user_id: "x", team_id: "club" });
    const { json } = await post("/team/member_delete", { team_id: "club", user_email: "goer@example.com" });
    expect(json.deleted_keys).toBe(1);
    expect((await members("club")).map(([id]: string[]) => id)).not.toContain("goer");
    expect([await call(ofTeam), await call(user.key), await call(ofAnother)]).toEqual([401, 200, 200]);
    expect((await post("/team/member_delete", { team_id: "club", user_id: "goer" })).status).toBe(404);
    expect((await post("/team/member_delete", { team_id: "club" })).status).toBe(400);
    const events = await eventsOf(gateway, { targetId: "club" });
    expect(events.map((event) => event.action)).toEqual([
      "team.create",
      "team.member_add",
      "team.member_add",
      "team.member_delete",
    ]);
    expect(events.at(-1)?.before).toEqual({ members: [{ userId: "goer", role: "user" }] });
  });
});

test("blocking stops the team's keys on the next call, unblocking starts them", async () => {
  await post("/team/new", { team_id: "stop" });
  const key = await gateway.newKey({ team_id: "stop" });
  expect(await call(key)).toBe(200);
  expect((await post("/team/block", { team_id: "stop" })).json.blocked).toBe(true);
  expect(await call(key)).toBe(401);
  expect((await post("/team/unblock", { team_id: "stop" })).json.blocked).toBe(false);
  expect(await call(key)).toBe(200);
  expect((await post("/team/block", { team_id: "no-such-team" })).status).toBe(404);
  const events = await sql`select action from audit_events where target_id = 'stop' order by seq`;
  expect(events.map((event) => event["action"])).toEqual(["team.create", "team.block", "team.unblock"]);
});

test("deleting ends the team, its memberships and its keys; what it spent stays", async () => {
  await post("/team/new", { team_id: "gone", members_with_roles: [{ user_id: "m1" }] });
  const key = await gateway.newKey({ team_id: "gone", key_alias: "gone-key" });
  expect(await call(key)).toBe(200);
  expect((await post("/team/delete", { team_ids: ["gone", "never-was"] })).json).toEqual({
    deleted_teams: ["gone"],
    deleted_keys: 1,
  });
  expect(await call(key)).toBe(401);
  expect((await get("/team/info?team_id=gone")).status).toBe(404);
  expect((await get("/user/info?user_id=m1")).json.user_info.teams).not.toContain("gone");
  expect((await get("/spend/logs?team_id=gone")).json).toHaveLength(1);
  expect((await post("/team/delete", { team_ids: ["gone"] })).status).toBe(404);
});

describe("who sees a team", () => {
  test("its members and its keys; to all others it is not there", async () => {
    await post("/team/new", {
      team_id: "secret",
      team_alias: "50%_off",
      members_with_roles: [{ user_id: "insider" }],
    });
    const member = await gateway.newKey({ user_id: "insider" });
    const ofTeam = await gateway.newKey({ team_id: "secret" });
    const outsider = await gateway.newKey({ user_id: "outsider" });
    const loose = await gateway.newKey({});
    for (const key of [member, ofTeam]) {
      expect((await get("/team/info?team_id=secret", key)).status).toBe(200);
      expect((await get("/team/list", key)).json.map((team: { team_id: string }) => team.team_id)).toEqual([
        "secret",
      ]);
    }
    expect((await get("/team/info", ofTeam)).json.team_id).toBe("secret");
    const unknown = await get("/team/info?team_id=never-was", outsider);
    for (const key of [outsider, loose]) {
      const answer = await get("/team/info?team_id=secret", key);
      expect([answer.status, answer.json.error.message]).toEqual([404, unknown.json.error.message]);
      expect((await get("/team/list", key)).json).toEqual([]);
      expect((await get("/v2/team/list", key)).json).toMatchObject({ teams: [], total: 0 });
    }
    expect((await get("/team/list?user_id=insider", outsider)).status).toBe(403);
    expect((await get("/team/list?team_id=secret", outsider)).json).toEqual([]);
  });

  test("admins see all, by alias, by member, page by page", async () => {
    const found = async (query: string) =>
      (await get(`/v2/team/list?${query}`)).json.teams.map((team: { team_id: string }) => team.team_id);
    expect(await found("team_alias=%25_")).toEqual(["secret"]);
    expect(await found("user_id=insider")).toEqual(["secret"]);
    const { total } = (await get("/v2/team/list")).json;
    const { json, headers } = await get("/team/list?page_size=2&page=2");
    expect(json).toHaveLength(2);
    expect(headers["x-total-count"]).toBe(String(total));
  });
});

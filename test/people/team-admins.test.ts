/** Who may change a team: its admins its members, its members nothing, outsiders do not even see it. */
import { describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const as = (key: string | undefined, path: string, body: unknown) =>
  gateway.call("POST", path, { body, ...(key === undefined ? {} : { key }) });
const get = (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const members = async (id: string) =>
  (await get(`/team/info?team_id=${id}`)).json.team_info.members_with_roles.map(
    (member: { user_id: string }) => member.user_id,
  );
const boss = await gateway.newKey({ user_id: "boss" });
const worker = await gateway.newKey({ user_id: "worker" });
const outsider = await gateway.newKey({ user_id: "outsider" });
const loose = await gateway.newKey({});
const ofTeam = await gateway.newKey({ team_id: "crew" });
await as(undefined, "/user/new", {
  user_id: "viewer",
  user_role: "proxy_admin_viewer",
  auto_create_key: false,
});
const viewer = await gateway.newKey({ user_id: "viewer" });
const roles = [
  { role: "admin", user_id: "boss" },
  { role: "user", user_id: "worker" },
];
await as(undefined, "/team/new", { team_id: "crew", members_with_roles: roles });
await as(undefined, "/team/new", { team_id: "other-crew", members_with_roles: [{ user_id: "boss" }] });

const CHANGES: readonly (readonly [string, Record<string, unknown>])[] = [
  ["/team/member_add", { member: { user_id: "x" } }],
  ["/team/member_update", { user_id: "worker", role: "admin", max_budget_in_team: 1e6 }],
  ["/team/member_delete", { user_id: "worker" }],
  ["/team/permissions_update", { team_member_permissions: ["/key/generate"] }],
];

describe("a team's admin", () => {
  test("adds, changes and removes its members", async () => {
    const joined = await as(boss, "/team/member_add", {
      team_id: "crew",
      member: { user_id: "guest" },
      max_budget_in_team: 3,
    });
    expect([joined.status, joined.json.updated_team_memberships[0].max_budget_in_team]).toEqual([200, 3]);
    const changed = await as(boss, "/team/member_update", {
      team_id: "crew",
      user_id: "guest",
      rpm_limit: 4,
    });
    expect(changed.json).toMatchObject({ user_id: "guest", rpm_limit: 4, max_budget_in_team: 3 });
    expect((await as(boss, "/team/member_delete", { team_id: "crew", user_id: "guest" })).status).toBe(200);
    expect(await members("crew")).toEqual(["boss", "worker"]);
    const [event] = await gateway.database
      .sql`select actor_kind, actor_id from audit_events where action = 'team.member_update' and target_id = 'crew'`;
    expect(event).toMatchObject({ actor_kind: "key", actor_id: expect.stringMatching(/^key_/) });
  });

  test("has no say over the team's own limits, nor over other teams", async () => {
    for (const path of ["/team/update", "/team/delete", "/team/block", "/team/new"]) {
      const body = { team_id: "crew", team_ids: ["crew"], max_budget: 1e6 };
      expect([path, (await as(boss, path, body)).status]).toEqual([path, 403]);
    }
    for (const [path, body] of CHANGES)
      expect([path, (await as(boss, path, { team_id: "other-crew", ...body })).status]).toEqual([path, 403]);
  });

  test("stops being one the moment it is no longer", async () => {
    await as(undefined, "/team/member_update", { team_id: "crew", user_id: "boss", role: "user" });
    expect((await as(boss, "/team/member_add", { team_id: "crew", member: { user_id: "x" } })).status).toBe(
      403,
    );
    await as(undefined, "/team/member_update", { team_id: "crew", user_id: "boss", role: "admin" });
  });

  test("whose user may only view, or whose key may only read or call, changes nothing", async () => {
    await as(undefined, "/user/new", {
      user_id: "onlooker",
      user_role: "internal_user_viewer",
      auto_create_key: false,
      teams: [{ team_id: "crew", user_role: "admin" }],
    });
    const keys = [
      await gateway.newKey({ user_id: "onlooker" }),
      await gateway.newKey({ user_id: "boss", key_type: "read_only" }),
      await gateway.newKey({ user_id: "boss", key_type: "llm_api" }),
    ];
    for (const key of keys)
      for (const [path, body] of CHANGES)
        expect([path, (await as(key, path, { team_id: "crew", ...body })).status]).toEqual([path, 403]);
    await as(undefined, "/team/member_delete", { team_id: "crew", user_id: "onlooker" });
  });
});

describe("everybody else", () => {
  test("who may see the team is told no; to all others it is not there", async () => {
    for (const [path, body] of CHANGES) {
      for (const key of [worker, ofTeam, viewer]) {
        const { status, json } = await as(key, path, { team_id: "crew", ...body });
        expect([path, status, json.error.type]).toEqual([path, 403, "auth_error"]);
      }
      for (const key of [outsider, loose]) {
        const known = await as(key, path, { team_id: "crew", ...body });
        const unknown = await as(key, path, { team_id: "no-such-team", ...body });
        expect([path, known.status, known.json.error.message]).toEqual([
          path,
          404,
          unknown.json.error.message,
        ]);
      }
    }
    expect(await members("crew")).toEqual(["boss", "worker"]);
  });

  test("a key without a user is in no team of another key without a user", async () => {
    // A membership of the empty text would be everybody's who has no user.
    await gateway.database.sql`insert into memberships (team_id, user_id, role) values ('crew', '', 'admin')`;
    expect((await as(loose, "/team/member_add", { team_id: "crew", member: { user_id: "x" } })).status).toBe(
      404,
    );
    await gateway.database.sql`delete from memberships where user_id = ''`;
  });
});

describe("permissions", () => {
  test("are listed to members, set by admins of the team, and stand in the team's row", async () => {
    const listed = async (key?: string) => get("/team/permissions_list?team_id=crew", key);
    expect((await listed(worker)).json).toEqual({
      team_id: "crew",
      team_member_permissions: [],
      all_available_permissions: expect.arrayContaining(["/key/generate", "/key/unblock"]),
    });
    const body = { team_id: "crew", team_member_permissions: ["/key/generate", "/key/info", "/key/info"] };
    const set = await as(boss, "/team/permissions_update", body);
    expect(set.json.team_member_permissions).toEqual(["/key/generate", "/key/info"]);
    expect((await listed(worker)).json.team_member_permissions).toEqual(["/key/generate", "/key/info"]);
    expect((await listed(outsider)).status).toBe(404);
    expect((await get("/team/permissions_list", ofTeam)).json.team_id).toBe("crew");
    expect((await get("/team/permissions_list", loose)).json.error.param).toBe("team_id");
    const { json } = await as(undefined, "/team/update", { team_id: "crew", team_alias: "c" });
    expect(json.team_member_permissions).toEqual(["/key/generate", "/key/info"]);
  });
});

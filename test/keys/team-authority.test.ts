/** What members and admins of a team may do with its keys, and what config.yaml makes of that. */
import { describe, expect, test } from "vitest";
import { gatewayWithPeople, NO_SUCH_KEY, NOT_ALLOWED } from "./people.ts";

const { gateway, ok, as, person, team } = await gatewayWithPeople();

describe("in a team", () => {
  test("members make keys when the team says so, its admins always", async () => {
    const closed = await team();
    expect(await as(closed.member.key, "/key/generate", { team_id: closed.id })).toEqual(
      NOT_ALLOWED("team_id"),
    );
    const owned = { team_id: closed.id, user_id: closed.admin.id };
    expect(await as(closed.admin.key, "/key/generate", { team_id: closed.id })).toMatchObject(owned);
    const open = await team(["/key/generate"]);
    const own = { team_id: open.id, user_id: open.member.id };
    expect(await as(open.member.key, "/key/generate", { team_id: open.id })).toMatchObject(own);
    const foreign = { team_id: open.id, user_id: open.admin.id };
    expect(await as(open.member.key, "/key/generate", foreign)).toEqual(NOT_ALLOWED("user_id"));
    expect(await as(closed.member.key, "/key/generate", { team_id: open.id })).toEqual(
      NOT_ALLOWED("team_id"),
    );
  });

  test("an admin makes keys for members, not for strangers, and never for an admin of the gateway", async () => {
    const { id, admin, member } = await team();
    const key = (user_id: string) => as(admin.key, "/key/generate", { team_id: id, user_id });
    expect(await key(member.id)).toMatchObject({ user_id: member.id });
    expect(await key((await person()).id)).toEqual(NOT_ALLOWED("user_id"));
    const boss = await person("proxy_admin");
    await ok("/team/member_add", { team_id: id, member: { role: "user", user_id: boss.id } });
    expect(await key(boss.id)).toEqual(NOT_ALLOWED("user_id"));
    const bossKey = await gateway.newKey({ team_id: id, user_id: boss.id });
    expect(await as(admin.key, "/key/regenerate", { key: bossKey })).toEqual(NOT_ALLOWED("user_id"));
  });

  test("an admin changes its keys, but neither whose they are nor what they spent", async () => {
    const { id, admin } = await team();
    const key = await gateway.newKey({ team_id: id });
    expect(await as(admin.key, "/key/update", { key, rpm_limit: 4 })).toMatchObject({ rpm_limit: 4 });
    for (const field of ["user_id", "team_id", "spend", "temp_budget_increase", "reservation"])
      expect(await as(admin.key, "/key/update", { key, [field]: null })).toEqual(NOT_ALLOWED(field));
    expect(await as(admin.key, `/key/${key}/reset_spend`, { reset_to: 0 })).toMatchObject({ spend: 0 });
    expect(await as(admin.key, "/key/block", { key })).toMatchObject({ blocked: true });
    expect(await as(admin.key, "/key/unblock", { key })).toMatchObject({ blocked: false });
    expect(await as(admin.key, "/key/delete", { key })).toEqual({ deleted_keys: [key] });
  });

  test.each(["/key/update", "/key/delete", "/key/regenerate", "/key/block", "/key/unblock"])(
    "a member uses %s once the team allows it",
    async (path) => {
      const { id, member } = await team();
      const key = await gateway.newKey({ team_id: id });
      const hidden = path === "/key/delete" ? [404, "keys"] : NO_SUCH_KEY;
      expect(await as(member.key, path, { key })).toEqual(hidden);
      await ok("/team/permissions_update", { team_id: id, team_member_permissions: [path] });
      expect(await as(member.key, path, { key })).not.toBeInstanceOf(Array);
    },
  );

  test("admins and members that may read keys see them, others do not", async () => {
    const { id, admin, member } = await team();
    const key = await gateway.newKey({ team_id: id });
    const seen = async (who: string) => [
      (await gateway.call("GET", `/key/info?key=${key}`, { key: who })).status,
      (await gateway.call("GET", `/key/list?team_id=${id}`, { key: who })).json.total_count,
    ];
    expect(await seen(admin.key)).toEqual([200, 1]);
    expect(await seen(member.key)).toEqual([404, undefined]);
    await ok("/team/permissions_update", {
      team_id: id,
      team_member_permissions: ["/key/info", "/key/list"],
    });
    expect(await seen(member.key)).toEqual([200, 1]);
    expect(await seen((await person()).key)).toEqual([404, undefined]);
  });

  test("keys of members end as the team says", async () => {
    const { id, admin, member } = await team(["/key/generate"]);
    await ok("/team/update", { team_id: id, team_member_key_duration: "7d" });
    const generate = (key: string, fields = {}) => as(key, "/key/generate", { team_id: id, ...fields });
    expect((await generate(member.key)).duration).toBe("7d");
    expect((await generate(member.key, { duration: "1d" })).duration).toBe("1d");
    expect(await generate(member.key, { duration: "8d" })).toEqual([400, "duration"]);
    expect((await generate(admin.key)).duration).toBeNull();
  });
});

describe("key_generation_settings", () => {
  test("may leave personal keys to admins, or open them to other roles", async () => {
    const [user, viewer] = [await person(), await person("internal_user_viewer")];
    const roles = (names: string) =>
      gateway.reload(
        `litellm_settings:\n  key_generation_settings: { personal_key_generation: { allowed_user_roles: ${names} } }\n`,
      );
    await roles("[proxy_admin]");
    expect(await as(user.key, "/key/generate", {})).toEqual(NOT_ALLOWED("user_id"));
    expect((await person("proxy_admin")).key).toMatch(/^sk-/);
    await gateway.newKey();
    await roles("[internal_user_viewer]");
    expect(await as(user.key, "/key/generate", {})).toEqual(NOT_ALLOWED("user_id"));
    expect(await as(viewer.key, "/key/generate", {})).toMatchObject({ user_id: viewer.id });
  });

  test("may leave team keys to the team's admins", async () => {
    const { id, admin, member } = await team(["/key/generate"]);
    await gateway.reload(
      "litellm_settings:\n  key_generation_settings: { team_key_generation: { allowed_team_member_roles: [admin] } }\n",
    );
    expect(await as(member.key, "/key/generate", { team_id: id })).toEqual(NOT_ALLOWED("team_id"));
    expect(await as(admin.key, "/key/generate", { team_id: id })).toMatchObject({ team_id: id });
  });
});

describe("a service account", () => {
  test("is a team's key that belongs to no user", async () => {
    const { id, admin } = await team();
    const generate = (body: unknown) => as(admin.key, "/key/service-account/generate", body);
    expect(await ok("/key/service-account/generate", { team_id: id, user_id: admin.id })).toMatchObject({
      team_id: id,
      user_id: null,
    });
    expect((await generate({ team_id: id }))[0]).toBe(403);
    for (const body of [{}, { team_id: "none" }]) {
      const answer = await gateway.call("POST", "/key/service-account/generate", { body });
      expect([answer.status, answer.json.error.param]).toEqual([400, "team_id"]);
    }
  });
});

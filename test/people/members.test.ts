/** A member's own budget and limits hold within the team, and nobody else's; the team's defaults hold where there are none. */
import { describe, expect, test } from "vitest";
import { eventsOf } from "#test/helpers/audit.ts";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const ok = async (path: string, body: unknown) => {
  const { json, status, text } = await post(path, body);
  if (status !== 200) throw new Error(text);
  return json;
};
const keyOf = (team_id: string, user_id: string) => gateway.newKey({ team_id, user_id });
const membership = async (team: string, user: string) =>
  (await gateway.call("GET", `/team/info?team_id=${team}`)).json.team_memberships.find(
    (one: { user_id: string }) => one.user_id === user,
  );

describe("max_budget_in_team", () => {
  test("stops that member in that team; the others and the member's other keys go on", async () => {
    await ok("/team/new", { team_id: "own", members_with_roles: [{ user_id: "other" }] });
    await ok("/team/member_add", { team_id: "own", member: { user_id: "ann" }, max_budget_in_team: 0.06 });
    const [ann, second, other] = [
      await keyOf("own", "ann"),
      await keyOf("own", "ann"),
      await keyOf("own", "other"),
    ];
    const alone = await gateway.newKey({ user_id: "ann" });
    expect([await spend(ann), await spend(second), await spend(ann)]).toEqual([200, 200, 400]);
    expect([await spend(other), await spend(alone)]).toEqual([200, 200]);
    expect(await membership("own", "ann")).toMatchObject({
      spend: 2 * DEAR_CALL_USD,
      max_budget_in_team: 0.06,
      litellm_budget_table: { max_budget: 0.06 },
    });
    expect(await membership("own", "other")).toMatchObject({ max_budget_in_team: null });
  });

  test("is raised and taken away by /team/member_update, and felt by the next call", async () => {
    const key = await keyOf("own", "ann");
    const update = (fields: object) =>
      ok("/team/member_update", { team_id: "own", user_id: "ann", ...fields });
    expect(await spend(key)).toBe(400);
    expect(await update({ max_budget_in_team: 0.09 })).toMatchObject({
      user_id: "ann",
      team_id: "own",
      max_budget_in_team: 0.09,
      role: "user",
    });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect((await update({ max_budget_in_team: null })).max_budget_in_team).toBe(null);
    expect(await spend(key)).toBe(200);
  });

  test("begins anew with its period", async () => {
    clock.set("2025-06-15T10:20:00Z");
    await ok("/team/member_add", {
      team_id: "own",
      member: { user_id: "daily" },
      max_budget_in_team: 0.04,
      budget_duration: "1d",
    });
    const key = await keyOf("own", "daily");
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect(await membership("own", "daily")).toMatchObject({
      spend: DEAR_CALL_USD,
      budget_reset_at: "2025-06-16T00:00:00.000Z",
    });
    clock.set("2025-06-16T00:00:00Z");
    expect((await membership("own", "daily")).spend).toBe(0);
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  });

  test("of /user/new holds in the team that it names", async () => {
    const { key } = await ok("/user/new", {
      user_id: "newcomer",
      teams: [{ team_id: "own", user_role: "user", max_budget_in_team: 0.01 }],
    });
    expect([await spend(await keyOf("own", "newcomer")), await spend(key)]).toEqual([400, 200]);
  });
});

describe("the team's defaults for members", () => {
  test("hold for each member alone, until the member has its own", async () => {
    await ok("/team/new", {
      team_id: "defaults",
      team_member_budget: 0.04,
      team_member_budget_duration: "30d",
      team_member_rpm_limit: 2,
      team_member_tpm_limit: 100_000,
      team_member_key_duration: "7d",
      members_with_roles: [{ user_id: "a" }, { user_id: "b" }],
    });
    const [a, b] = [await keyOf("defaults", "a"), await keyOf("defaults", "b")];
    expect([await spend(a), await spend(b), await spend(a)]).toEqual([200, 200, 400]);
    expect(await membership("defaults", "a")).toMatchObject({
      spend: DEAR_CALL_USD,
      max_budget_in_team: 0.04,
      budget_duration: "30d",
      rpm_limit: 2,
      tpm_limit: 100_000,
    });
    await ok("/team/member_update", { team_id: "defaults", user_id: "a", max_budget_in_team: 5 });
    expect([await spend(a), await spend(a), await spend(b)]).toEqual([200, 429, 400]);
  });

  test("change one by one, and null takes one away", async () => {
    const team = await ok("/team/update", { team_id: "defaults", team_member_budget: null });
    expect(team).toMatchObject({
      team_member_budget: null,
      team_member_budget_duration: "30d",
      team_member_rpm_limit: 2,
      team_member_key_duration: "7d",
    });
    clock.set("2025-06-16T01:00:00Z");
    expect(await spend(await keyOf("defaults", "b"))).toBe(200);
  });
});

test("a tier gives a member what it has not got itself", async () => {
  await ok("/budget/new", { budget_id: "small", max_budget: 0.04, budget_duration: "1mo", rpm_limit: 9 });
  await ok("/team/new", { team_id: "tiered", team_member_rpm_limit: 100 });
  await ok("/team/member_add", { team_id: "tiered", member: { user_id: "t" }, budget_id: "small" });
  const key = await keyOf("tiered", "t");
  expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  expect(await membership("tiered", "t")).toMatchObject({
    budget_id: "small",
    max_budget_in_team: 0.04,
    budget_duration: "1mo",
    rpm_limit: 9,
  });
  expect((await post("/budget/delete", { id: "small" })).status).toBe(400);
});

test("a new role is an admin's to give; who is no member has none, and each change is told", async () => {
  await ok("/team/new", { team_id: "roles", members_with_roles: [{ user_id: "r" }] });
  expect(
    (await ok("/team/member_update", { team_id: "roles", user_id: "r", role: "admin", rpm_limit: 3 })).role,
  ).toBe("admin");
  expect((await post("/team/member_update", { team_id: "roles", user_id: "nobody" })).status).toBe(404);
  expect((await post("/team/member_update", { team_id: "no-team", user_id: "r" })).status).toBe(404);
  // Nothing named, nothing changed.
  expect(await ok("/team/member_update", { team_id: "roles", user_id: "r" })).toMatchObject({
    role: "admin",
    rpm_limit: 3,
  });
  const [event] = await eventsOf(gateway, { targetId: "roles", action: "team.member_update" });
  expect(event).toMatchObject({
    before: { members: [{ userId: "r", role: "user" }] },
    after: { members: [{ userId: "r", role: "admin", rpmLimit: 3 }] },
  });
});

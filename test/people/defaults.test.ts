/** `default_internal_user_params`: what new users get, and the teams that they may join by themselves. */
import { describe, expect, test } from "vitest";
import { configOf, testGateway } from "#test/helpers/gateway.ts";

const yaml = `
litellm_settings:
  default_internal_user_params:
    user_role: internal_user_viewer
    max_budget: 12.5
    budget_duration: 30d
    models: [gpt-4]
    rpd_limit: 1000
    available_teams: [open, open-too, not-made]
`;
const gateway = await testGateway({ yaml });
const post = (path: string, body: unknown, key?: string) =>
  gateway.call("POST", path, { body, ...(key === undefined ? {} : { key }) });
const available = async (key: string) =>
  (await gateway.call("GET", "/team/available", { key })).json.map(
    (team: { team_id: string }) => team.team_id,
  );
for (const team_id of ["open", "open-too", "closed"])
  await post("/team/new", { team_id, members_with_roles: [{ user_id: "founder" }] });

test("a body that leaves a field out takes the default; one that names it does not", async () => {
  expect((await post("/user/new", { max_budget: 1, models: [] })).json).toMatchObject({
    user_role: "internal_user_viewer",
    max_budget: 1,
    budget_duration: "30d",
    models: ["gpt-4"],
    rpd_limit: 1000,
  });
  expect((await post("/user/new", { user_role: "internal_user", max_budget: null })).json).toMatchObject({
    user_role: "internal_user",
    max_budget: 12.5,
  });
});

describe("a team that anybody may join", () => {
  test("is shown to those who have not joined, by name alone", async () => {
    const { json } = await post("/user/new", { user_id: "joiner", user_role: "internal_user" });
    expect(await available(json.key)).toEqual(["open", "open-too"]);
    const { text } = await gateway.call("GET", "/team/available", { key: json.key });
    expect(text).not.toContain("founder");
    expect(
      (await post("/team/member_add", { team_id: "open", member: { user_id: "joiner" } }, json.key)).status,
    ).toBe(200);
    expect(await available(json.key)).toEqual(["open-too"]);
  });

  test("is joined by oneself, as a plain member, on the team's terms, and no other way", async () => {
    const { key } = (await post("/user/new", { user_id: "sly", user_role: "internal_user" })).json;
    const attempts = [
      { team_id: "closed", member: { user_id: "sly" } },
      { team_id: "open-too", member: { user_id: "sly", role: "admin" } },
      { team_id: "open-too", member: { user_id: "sly" }, max_budget_in_team: 1000 },
      { team_id: "open-too", member: { user_id: "another" } },
      { team_id: "open-too", member: [{ user_id: "sly" }, { user_id: "another" }] },
    ];
    for (const body of attempts) expect((await post("/team/member_add", body, key)).status).toBe(404);
    const viewer = (await post("/user/new", { user_id: "watcher" })).json.key;
    const rowless = await gateway.newKey({ user_id: "rowless" });
    const nobody = await gateway.newKey();
    for (const [id, who] of [
      ["watcher", viewer],
      ["rowless", rowless],
      ["", nobody],
    ] as const) {
      const body = { team_id: "open-too", member: { user_id: id || "x" } };
      expect([id, (await post("/team/member_add", body, who)).status]).toEqual([id, 404]);
    }
  });
});

test("a default that cannot be meant is refused at start, with its place", () => {
  const faulty = (line: string) => () =>
    configOf(`litellm_settings:\n  default_internal_user_params:\n    ${line}\n`);
  expect(faulty("max_bugdet: 5")).toThrow(/max_bugdet.*max_budget/);
  expect(faulty("user_role: king")).toThrow(/user_role must be one of/);
  expect(faulty("available_teams: open")).toThrow(/available_teams must be a list/);
});

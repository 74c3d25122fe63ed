/** What cannot be meant is refused with a sentence that names the field; nothing that is sent makes a 500. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
await gateway.call("POST", "/team/new", { body: { team_id: "t" } });
const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`);

test.each([
  ["user/new", "max_bugdet", { max_bugdet: 5 }, /did you mean "max_budget"/],
  ["user/new", "max_budget", { max_budget: -1 }, /max_budget must be a number of dollars/],
  ["user/new", "user_role", { user_role: "org_admin" }, /must be one of proxy_admin, /],
  ["user/new", "user_email", { user_email: "no address" }, /e-mail address/],
  ["user/new", "user_id", { user_id: "" }, /must not be empty/],
  ["user/new", "user_id", { user_id: "litellm-proxy-budget" }, /reserved/],
  ["user/new", "user_id", { user_id: "a\u0000b" }, /cannot be stored/],
  ["user/new", "metadata.a", { metadata: { a: "\ud800" } }, /cannot be stored/],
  ["user/new", "metadata", { metadata: { "\u0000": 1 } }, /cannot be stored/],
  ["user/new", expect.stringMatching(/^metadata\.a\.a/), { metadata: deep }, /levels deep/],
  ["user/new", "password", { password: "secret-password" }, /password is not supported/],
  ["user/new", "rpm", { rpm: 1, rpm_limit: 2 }, /mean the same and differ/],
  ["user/new", "rpm_limit", { rpm: 1.5 }, /whole number/],
  ["user/new", "teams.0", { teams: [{ team_id: "t", max_bugdet_in_team: 5 }] }, /must be a team id/],
  ["user/new", "budget_duration", { budget_duration: "P0D" }, /30d/],
  ["user/new", "key_alias", { key_alias: "-x" }, /letters, digits/],
  ["user/update", "teams", { user_id: "u", teams: ["t"] }, /not supported/],
  ["user/delete", "user_ids", {}, /list of ids/],
  ["user/delete", "user_ids", { user_ids: [] }, /at least one/],
  ["team/new", "team_id", { team_id: "t" }, /taken/],
  ["team/new", "team_member_budget", { team_member_budget: -5 }, /number of dollars/],
  [
    "team/new",
    "team_member_permissions.0",
    { team_member_permissions: ["/team/delete"] },
    /must be one of \/key\/generate/,
  ],
  ["team/new", "model_aliases", { model_aliases: { a: "b" } }, /not supported/],
  ["team/update", "rph_limit", { team_id: "t", rph: -1 }, /0 or more/],
  ["team/permissions_update", "team_member_permissions", { team_id: "t" }, /list of key routes/],
  ["team/member_update", "member", { team_id: "t" }, /user_id or user_email/],
  [
    "team/new",
    "members_with_roles.0.role",
    { members_with_roles: [{ role: "owner", user_id: "u" }] },
    /must be one of admin, user/,
  ],
  ["team/new", "members_with_roles", { members_with_roles: [{ role: "user" }] }, /user_id or user_email/],
  ["team/update", "team_id", { rpm: 1 }, /team_id/],
  [
    "team/member_add",
    "budget_id",
    { team_id: "t", member: { user_id: "u" }, budget_id: "no-such-tier" },
    /no budget: make it with/,
  ],
  ["team/member_add", "member", { team_id: "t", member: [] }, /member/],
  [
    "team/member_add",
    "max_budget_in_team",
    { team_id: "t", member: { user_id: "u" }, max_budget_in_team: "much" },
    /number of dollars/,
  ],
  ["user/bulk_update", "users", {}, /send either/],
  ["user/bulk_update", "users", { users: [] }, /at least one/],
  ["user/bulk_update", "users", { all_users: true, user_updates: { user_email: "a@b.c" } }, /one user's/],
  ["customer/new", "user_id", {}, /text/],
  ["customer/new", "user_id", { user_id: "" }, /must not be empty/],
  ["customer/new", "budget_id", { user_id: "c", budget_id: "no-such-tier" }, /no budget: make it with/],
  ["customer/new", "budget_duration", { user_id: "c", budget_duration: "P1D" }, /30d/],
  ["customer/new", "max_bugdet", { user_id: "c", max_bugdet: 1 }, /did you mean "max_budget"/],
  ["customer/update", "spend", { user_id: "c", spend: 3 }, /not supported/],
  ["customer/block", "user_ids", { user_ids: [] }, /at least one/],
  ["tag/new", "name", { description: "x" }, /text/],
  ["tag/new", "rpm_limit", { name: "t", rpm: 0.5 }, /whole number/],
  ["tag/info", "names", {}, /list of tag names/],
  ["team/block", "team_id", {}, /team_id/],
  ["team/delete", "team_ids", { team_ids: "t" }, /list of ids/],
])("/%s: %s", async (path, param, body, sentence) => {
  const { status, json } = await gateway.call("POST", `/${path}`, { body });
  expect(json.error.message).toMatch(sentence);
  expect([status, json.error.param]).toEqual([400, param]);
});

test.each(["[]", "null", "1", '"text"', "{", "\u0000", "{} {}", '{"__proto__": {"a": 1}}'])(
  "a body of %j is 400 everywhere",
  async (body) => {
    for (const path of [
      "user/new",
      "user/update",
      "user/delete",
      "team/new",
      "team/update",
      "team/delete",
      "team/block",
      "team/member_add",
      "team/member_delete",
      "team/member_update",
      "team/permissions_update",
      "user/bulk_update",
      "customer/new",
      "customer/update",
      "customer/delete",
      "customer/block",
      "end_user/unblock",
      "tag/new",
      "tag/update",
      "tag/delete",
      "tag/info",
      "spend/calculate",
    ]) {
      const { status, json } = await gateway.call("POST", `/${path}`, { body });
      expect([path, status, json.error.type]).toEqual([path, 400, "invalid_request_error"]);
    }
  },
);

test("empty fields that nothing acts on are let pass, as LiteLLM's console sends them", async () => {
  const body = {
    user_id: "empty",
    model_max_budget: {},
    guardrails: [],
    organization_id: null,
    send_invite_email: false,
  };
  expect((await gateway.call("POST", "/user/new", { body })).status).toBe(200);
});

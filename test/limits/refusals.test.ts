/** A refusal explains itself to whoever may know, and says no figure to whoever may not. */
import { describe, expect, test } from "vitest";
import { admissionSetting } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";
import { admin } from "./setting.ts";

const { gateway, clock } = await admissionSetting();
const call = (key: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  gateway.call("POST", "/v1/chat/completions", { key, headers, body: ask(10, 10, "now", more) });

describe("a team's limit", () => {
  test("is named without figures to a member, and with them to its admin and to the gateway's", async () => {
    await admin(gateway, "/team/new", {
      team_id: "search",
      team_alias: "search",
      rpm_limit: 1,
      members_with_roles: [
        { role: "user", user_id: "mia" },
        { role: "admin", user_id: "ada" },
      ],
    });
    const member = await gateway.newKey({ team_id: "search", user_id: "mia" });
    const boss = await gateway.newKey({ team_id: "search", user_id: "ada" });
    await call(member);
    const told = await call(member);
    expect(told.status).toBe(429);
    expect(told.json.error.message).toMatch(
      /^Rate limit exceeded: a team limit is reached\. Retry in \d+ s\.$/,
    );
    expect(told.json.error).toMatchObject({
      reason: "team_rpm",
      scope: { kind: "team" },
      limit: null,
      used: null,
    });
    expect(told.text).not.toContain("search");
    expect(Object.keys(told.headers).filter((name) => name.includes("team"))).toEqual([]);
    const { headers, json } = await call(boss);
    expect(json.error.message).toContain('team "search" has used 1 of 1 requests per minute');
    expect(json.error).toMatchObject({ limit: 1, used: 1, scope: { kind: "team", id: "search" } });
    expect(headers["x-ratelimit-team-limit-requests"]).toBe("1");
  });

  test("a team's money is nobody's business but its admins'", async () => {
    await admin(gateway, "/team/new", { team_id: "poor", max_budget: 0, budget_duration: "1d" });
    const { json, status, headers } = await call(await gateway.newKey({ team_id: "poor" }));
    expect(status).toBe(400);
    expect(headers["x-should-retry"]).toBe("false");
    expect(json.error.type).toBe("budget_exceeded");
    expect(json.error.message).toMatch(
      /^Budget has been exceeded! This is a team budget; it resets at \S+T00:00:00/,
    );
    expect(json.error).toMatchObject({ limit: null, used: null });
  });
});

test("an hour's window says so, and frees when it says", async () => {
  const key = await gateway.newKey({ rph_limit: 1, rpm_limit: 100 });
  await call(key);
  const { headers, json } = await call(key);
  expect(json.error.message).toContain("1 of 1 requests per hour");
  expect(json.error.reason).toBe("key_rph");
  expect(headers["x-ratelimit-limit-requests"]).toBe("1");
  const waitMs = Number(headers["retry-after-ms"]);
  expect(waitMs).toBeGreaterThan(3_500_000);
  clock.advance(waitMs - 1);
  expect((await call(key)).status).toBe(429);
  clock.advance(1);
  expect((await call(key)).status).toBe(200);
});

test("of several broken rules the one that frees last comes first and the others are listed", async () => {
  const key = await gateway.newKey({ rpm_limit: 1, rpd_limit: 1, max_budget: 0.001 });
  await call(key, { max_tokens: 1 });
  const { json } = await call(key, { max_tokens: 1 });
  expect(json.error.reason).toBe("key_rpd");
  expect(json.error.also).toEqual(["key_rpm"]);
});

test("a limit of one model names the model", async () => {
  const key = await gateway.newKey({ key_alias: "app-1", model_rpm_limit: { priced: 1 } });
  const good = await call(key);
  expect(good.headers["x-ratelimit-model_per_key-remaining-requests"]).toBe("0");
  const { json } = await call(key);
  expect(json.error.message).toContain('key "app-1" with model "priced" has used 1 of 1 requests per minute');
  expect(json.error.scope).toMatchObject({ kind: "key", model: "priced" });
});

test("a blocked end user and a blocked tag are refused, and told apart from the key", async () => {
  await admin(gateway, "/customer/new", { user_id: "mallory", blocked: true });
  await admin(gateway, "/tag/new", { name: "old-project", blocked: true });
  const key = await gateway.newKey();
  const user = await call(key, { user: "mallory" });
  expect([user.status, user.json.error.message]).toEqual([403, 'The end user "mallory" is blocked.']);
  const tag = await call(key, {}, { "x-litellm-tags": "old-project" });
  expect([tag.status, tag.json.error.message]).toEqual([403, 'The tag "old-project" is blocked.']);
  await admin(gateway, "/customer/unblock", { user_ids: ["mallory"] });
  expect((await call(key, { user: "mallory" })).status).toBe(200);
});

test("an end user that nobody made stands under max_end_user_budget; with the header too", async () => {
  await gateway.reload(
    JSON.stringify({
      model_list: [
        {
          model_name: "priced",
          litellm_params: {
            model: "openai/x",
            api_base: "http://127.0.0.1:9",
            api_key: "k",
            input_cost_per_token: 1,
          },
        },
      ],
      litellm_settings: { max_end_user_budget: 0.5 },
    }),
  );
  const key = await gateway.newKey();
  for (const [body, headers] of [
    [{ user: "u-77" }, {}],
    [{}, { "x-litellm-customer-id": "u-78" }],
  ] as const) {
    const { json } = await call(key, body, headers);
    expect(json.error).toMatchObject({ type: "budget_exceeded", reason: "end_user_budget", limit: 0.5 });
  }
});

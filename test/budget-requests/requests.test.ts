/** Requests for more budget: who may ask and answer, and that a granted one lets calls through until its end and not after. */
import { describe, expect, test } from "vitest";
import { spending } from "#test/spend/spending.ts";

const { gateway, spend, clock } = await spending({ at: "2025-06-15T10:00:00Z" });
const { call } = gateway;
const post = (path: string, body: unknown, key?: string) =>
  call("POST", path, { body, ...(key === undefined ? {} : { key }) });

for (const user_id of ["ana", "ben"]) await post("/user/new", { user_id, auto_create_key: false });
const { json: team } = await post("/team/new", {
  max_budget: 0.01,
  members_with_roles: [
    { role: "admin", user_id: "ana" },
    { role: "user", user_id: "ben" },
  ],
});

async function poorKey(user_id = "ana"): Promise<{ id: string; secret: string }> {
  const { json } = await post("/key/generate", { user_id, max_budget: 0.03 });
  return { id: json.key_id, secret: json.key };
}
const { secret: anas } = await poorKey();
const { json: bens } = await post("/key/generate", { user_id: "ben" });

const ask = (id: string, fields: Record<string, unknown> = {}, key = anas) =>
  post(
    "/budget/requests",
    { kind: "key", id, amount: 1, until: "2d", reason: "The demo is on Friday", ...fields },
    key,
  );

describe("a request for more budget", () => {
  test("that is granted lets calls through until its end", async () => {
    const { id, secret } = await poorKey();
    expect(await spend(secret)).toBe(200);
    expect(await spend(secret)).toBe(400);
    const { json: request } = await ask(id);
    const given = { amount: 0.5, until: "1d", reason: "half of it" };
    expect((await post(`/budget/requests/${request.id}/approve`, given)).status).toBe(200);
    expect(await spend(secret)).toBe(200);
    const { json } = await call("GET", "/budget/requests", { key: anas });
    const mine = json.requests.find((one: { id: string }) => one.id === request.id);
    expect(mine).toMatchObject({ state: "approved", amount: 1, granted: 0.5, decision_reason: "half of it" });
    clock.set("2025-06-16T10:00:01Z");
    expect(await spend(secret)).toBe(400);
    clock.set("2025-06-15T10:00:00Z");
    const again = await post(`/budget/requests/${request.id}/decline`, { reason: "no longer" });
    expect(again.status).toBe(409);
  });

  test("that is declined changes nothing and says why to whoever asked", async () => {
    const { id, secret } = await poorKey();
    await spend(secret);
    const { json: request } = await ask(id);
    expect((await ask(id)).status).toBe(409);
    expect((await post(`/budget/requests/${request.id}/decline`, { reason: "not this month" })).status).toBe(
      200,
    );
    expect(await spend(secret)).toBe(400);
    const { json } = await call("GET", "/budget/requests?state=declined", { key: anas });
    expect(json.requests[0]).toMatchObject({ id: request.id, decision_reason: "not this month" });
    expect((await ask(id)).status).toBe(200);
  });

  test("is for one's own keys and teams that one owns, and seen by nobody else", async () => {
    const { id } = await poorKey();
    expect((await ask(id, {}, bens.key)).status).toBe(404);
    expect((await ask(team.team_id, { kind: "team" }, bens.key)).status).toBe(404);
    expect((await ask(team.team_id, { kind: "team" })).status).toBe(200);
    expect((await ask("ben", { kind: "user" })).status).toBe(404);
    const { json } = await call("GET", "/budget/requests", { key: bens.key });
    expect(json.requests).toEqual([]);
  });

  test("is answered by admins and finance, and withdrawn by whoever asked", async () => {
    const { id } = await poorKey();
    const { json: request } = await ask(id);
    const given = { amount: 1, until: "1d" };
    expect((await post(`/budget/requests/${request.id}/approve`, given, anas)).status).toBe(403);
    expect((await post(`/budget/requests/${request.id}/withdraw`, {}, bens.key)).status).toBe(404);
    expect((await post(`/budget/requests/${request.id}/withdraw`, {}, anas)).status).toBe(200);
    expect((await post(`/budget/requests/${request.id}/approve`, given)).status).toBe(409);
  });

  test.each([
    ["amount", { amount: 0 }],
    ["amount", { amount: null }],
    ["until", { until: "40d" }],
    ["until", { until: "2025-06-01" }],
    ["until", { until: "friday" }],
    ["reason", { reason: "more" }],
    ["kind", { kind: "tag" }],
  ])("with a wrong %s is refused by name: %j", async (param, fields) => {
    const { id } = await poorKey();
    const { json, status } = await ask(id, fields);
    expect([status, json.error.param]).toEqual([400, param]);
  });

  test("about what has no budget is refused: nothing holds it back", async () => {
    const { json } = await post("/key/generate", { user_id: "ana" });
    expect((await ask(json.key_id)).status).toBe(400);
  });

  test("and its answer are in the audit log, the raise among them", async () => {
    const { id } = await poorKey();
    const { json: request } = await ask(id);
    await post(`/budget/requests/${request.id}/approve`, { amount: 1, until: "1d" });
    const { json } = await call("GET", `/audit?target_id=${request.id}`);
    const actions = json.events.map((event: { action: string }) => event.action);
    expect(actions).toEqual(["budget_request.approve", "budget_request.ask"]);
    const { json: ofKey } = await call("GET", `/audit?target_id=${id}&action=key.update`);
    expect(ofKey.events[0].after.limits.raise.nanoUsd).toBe("1000000000");
  });
});

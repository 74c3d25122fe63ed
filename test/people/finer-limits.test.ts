/** Users, teams, end users and tags take the finer limits, show them, and are held to them. */
import { describe, expect, test } from "vitest";
import { spending } from "#test/spend/spending.ts";

const { gateway, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const post = async (path: string, body: unknown) => {
  const { json, status, text } = await gateway.call("POST", path, { body });
  if (status !== 200) throw new Error(text);
  return json;
};

const FINER = {
  rph_limit: 30,
  rpd_limit: 40,
  tph_limit: 50_000,
  tpd_limit: 60_000,
  model_rpm_limit: { dear: 1 },
  model_tpm_limit: { dear: 10_000 },
  model_max_budget: { cheap: { budget_limit: 0, time_period: "1d" } },
  budget_limits: [{ budget_duration: "1d", max_budget: 5 }],
  reservation: "strict",
};

/** How each is made and changed, what of the answer is its row, and how a call is its own. */
const OWNERS = {
  user: {
    path: "/user",
    named: { user_id: "u" },
    row: (json: Record<string, unknown>) => json,
    call: () => gateway.newKey({ user_id: "u" }).then((key) => (model: string) => spend(key, model)),
  },
  team: {
    path: "/team",
    named: { team_id: "t" },
    row: (json: Record<string, unknown>) => json,
    call: () => gateway.newKey({ team_id: "t" }).then((key) => (model: string) => spend(key, model)),
  },
  "end user": {
    path: "/customer",
    named: { user_id: "c" },
    row: (json: Record<string, unknown>) => json,
    call: () =>
      gateway.newKey().then((key) => (model: string) => spend(key, model, { "x-litellm-customer-id": "c" })),
  },
  tag: {
    path: "/tag",
    named: { name: "g" },
    row: (json: Record<string, unknown>) => json["tag"],
    call: () =>
      gateway.newKey().then((key) => (model: string) => spend(key, model, { "x-litellm-tags": "g" })),
  },
};

describe.each(Object.entries(OWNERS))("a %s", (_, { path, named, row, call }) => {
  test("is told what it was given, and an update changes only what it names", async () => {
    expect(row(await post(`${path}/new`, { ...named, ...FINER, rpm: 100 }))).toMatchObject(FINER);
    const { reservation: _gone, ...rest } = FINER;
    const changed = { rph_limit: 31, reservation: null };
    const after = row(await post(`${path}/update`, { ...named, rph: 31, reservation: null }));
    expect(after).toMatchObject({ ...rest, ...changed, rpm_limit: 100 });
  });

  test("is held to a limit and a budget of one model, by the next call", async () => {
    const calls = await call();
    expect([await calls("dear"), await calls("dear"), await calls("cheap")]).toEqual([200, 429, 400]);
    await post(`${path}/update`, { ...named, model_rpm_limit: null, model_max_budget: {} });
    expect([await calls("dear"), await calls("cheap")]).toEqual([200, 200]);
  });
});

/** Budgets of users and teams hold, and an operator's change of them is felt by the very next call. */
import { describe, expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const post = async (path: string, body: unknown) => (await gateway.call("POST", path, { body })).json;

/** A user with its key, and a team with one; the same promises hold for both. */
const owners = {
  user: {
    make: async (id: string, fields: object) => (await post("/user/new", { user_id: id, ...fields })).key,
    update: (id: string, fields: object) => post("/user/update", { user_id: id, ...fields }),
    info: async (id: string) => (await gateway.call("GET", `/user/info?user_id=${id}`)).json.user_info,
  },
  team: {
    make: async (id: string, fields: object) => {
      await post("/team/new", { team_id: id, ...fields });
      return gateway.newKey({ team_id: id });
    },
    update: (id: string, fields: object) => post("/team/update", { team_id: id, ...fields }),
    info: async (id: string) => (await gateway.call("GET", `/team/info?team_id=${id}`)).json.team_info,
  },
};

describe.each(["user", "team"] as const)("of a %s", (kind) => {
  const { make, update, info } = owners[kind];
  const id = (name: string) => `${kind}-${name}`;

  test("what all its keys spend counts against it", async () => {
    const first = await make(id("shared"), { max_budget: 0.06 });
    const second = await gateway.newKey({ [`${kind}_id`]: id("shared") });
    expect([await spend(first), await spend(second), await spend(first)]).toEqual([200, 200, 400]);
    expect((await info(id("shared"))).spend).toBe(2 * DEAR_CALL_USD);
  });

  test("setting spend or the ceiling opens or closes it at once", async () => {
    const key = await make(id("set"), { max_budget: 0.04 });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect((await update(id("set"), { spend: 0 })).spend).toBe(0);
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    await update(id("set"), { max_budget: 1 });
    expect(await spend(key)).toBe(200);
    await update(id("set"), { spend: 5 });
    expect(await spend(key)).toBe(400);
  });

  test("a new duration starts a period with nothing spent; the same one again changes nothing", async () => {
    clock.set("2025-06-15T10:20:00Z");
    const key = await make(id("period"), { max_budget: 0.04 });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect(await update(id("period"), { budget_duration: "1d" })).toMatchObject({
      spend: 0,
      budget_reset_at: "2025-06-16T00:00:00.000Z",
    });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect((await update(id("period"), { budget_duration: "1d", rpm: 100 })).spend).toBe(DEAR_CALL_USD);
    expect(await spend(key)).toBe(400);
    clock.set("2025-06-16T00:00:00Z");
    expect((await info(id("period"))).spend).toBe(0);
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    expect(await update(id("period"), { budget_duration: null })).toMatchObject({
      budget_duration: null,
      budget_reset_at: null,
    });
  });

  test("nothing allows nothing, and null takes the ceiling away", async () => {
    const key = await make(id("zero"), { max_budget: 0 });
    expect(await spend(key)).toBe(400);
    await update(id("zero"), { max_budget: null });
    expect(await spend(key)).toBe(200);
  });
});

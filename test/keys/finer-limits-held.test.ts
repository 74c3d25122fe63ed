/** The limits that few keys have are held by the calls that follow, and `/key/info` says where they stand. */
import { describe, expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2026-06-15T10:20:00Z" });
const info = async (key: string) => (await gateway.call("GET", `/key/info?key=${key}`)).json.info;

describe("a call is held to", () => {
  test.each([
    ["rph_limit", "2026-06-20T00:00:00Z", "2026-06-20T01:02:00Z"],
    ["rpd_limit", "2026-06-21T00:00:00Z", "2026-06-22T00:30:00Z"],
  ])("%s", async (field, start, later) => {
    clock.set(start);
    const key = await gateway.newKey({ [field]: 2 });
    expect([await spend(key), await spend(key), await spend(key)]).toEqual([200, 200, 429]);
    clock.set(later);
    expect(await spend(key)).toBe(200);
  });

  test.each([
    ["model_rpm_limit", { dear: 1 }, 429],
    ["model_tpm_limit", { dear: 30 }, 429],
    ["model_max_budget", { dear: { budget_limit: 0.04, time_period: "1d" } }, 400],
  ])("%s, of that model alone", async (field, value, refused) => {
    const key = await gateway.newKey({ [field]: value });
    expect([await spend(key), await spend(key)]).toEqual([200, refused]);
    expect(await spend(key, "cheap")).toBe(200);
  });

  test("each of its budgets", async () => {
    clock.set("2026-06-23T10:00:00Z");
    const budget_limits = [
      { budget_duration: "1d", max_budget: 0.04 },
      { budget_duration: "30d", max_budget: 0.06 },
    ];
    const key = await gateway.newKey({ budget_limits });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    clock.set("2026-06-24T00:00:00Z");
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    clock.set("2026-06-25T00:00:00Z");
    expect(await spend(key)).toBe(400);
    clock.set("2026-07-01T00:00:00Z");
    expect(await spend(key)).toBe(200);
  });

  test("and its info says what each has left, and when it begins anew", async () => {
    clock.set("2026-07-02T10:00:00Z");
    const key = await gateway.newKey({
      model_max_budget: { dear: 1, cheap: { max_budget: 1, budget_duration: "1d" } },
      budget_limits: [
        { budget_duration: "1 Day", max_budget: 1 },
        { budget_duration: "30d", max_budget: 20 },
      ],
    });
    await spend(key);
    clock.set("2026-07-03T10:00:00Z");
    await spend(key);
    const shown = (spent: number, budget_duration: string, max_budget: number, budget_reset_at: string) => ({
      budget_duration,
      max_budget,
      spend: spent,
      budget_reset_at,
    });
    expect(await info(key)).toMatchObject({
      model_spend: { dear: 2 * DEAR_CALL_USD, cheap: 0 },
      budget_limits: [
        shown(DEAR_CALL_USD, "1d", 1, "2026-07-04T00:00:00.000Z"),
        shown(2 * DEAR_CALL_USD, "30d", 20, "2026-08-01T00:00:00.000Z"),
      ],
    });
  });
});

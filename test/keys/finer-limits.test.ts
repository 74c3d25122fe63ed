/** The limits that few keys have: taken, shown, and changed one by one. */
import { describe, expect, test } from "vitest";
import { spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2026-06-15T10:20:00Z" });
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const info = async (key: string) => (await gateway.call("GET", `/key/info?key=${key}`)).json.info;

const NOTHING = {
  rph_limit: null,
  rpd_limit: null,
  tph_limit: null,
  tpd_limit: null,
  model_rpm_limit: null,
  model_tpm_limit: null,
  model_max_budget: {},
  budget_limits: null,
  temp_budget_increase: null,
  temp_budget_expiry: null,
  reservation: null,
};

const ALL = {
  rph_limit: 100,
  rpd_limit: 1000,
  tph_limit: 10_000,
  tpd_limit: 100_000,
  model_rpm_limit: { dear: 3 },
  model_tpm_limit: { dear: 500, cheap: 0 },
  model_max_budget: { dear: { budget_limit: 0.1, time_period: "1d" } },
  budget_limits: [
    { budget_duration: "1d", max_budget: 1.5 },
    { budget_duration: "30d", max_budget: 20 },
    { budget_duration: null, max_budget: 100 },
  ],
  temp_budget_increase: 0.000000001,
  temp_budget_expiry: "2026-07-01T00:00:00.000Z",
  reservation: "strict",
};

test("a key has none of them until it is given some, and shows what it was given", async () => {
  const plain = await post("/key/generate", {});
  expect(plain.json).toMatchObject(NOTHING);
  const made = await post("/key/generate", { ...ALL, max_budget: 5 });
  expect(made.json).toMatchObject(ALL);
  const shown = await info(made.json.key);
  const { budget_limits, ...rest } = ALL;
  expect(shown).toMatchObject({ ...rest, model_spend: { dear: 0 } });
  const resets = ["2026-06-16T00:00:00.000Z", "2026-07-01T00:00:00.000Z", null];
  const fresh = budget_limits.map((budget, index) => ({
    ...budget,
    spend: 0,
    budget_reset_at: resets[index],
  }));
  expect(shown.budget_limits).toEqual(fresh);
});

test("the short names mean the same, and may not differ from the long ones", async () => {
  const made = await post("/key/generate", { rph: 1, rpd: 2, tph: 3, tpd: 4, tpd_limit: 4 });
  expect(made.json).toMatchObject({ rph_limit: 1, rpd_limit: 2, tph_limit: 3, tpd_limit: 4 });
  const differs = await post("/key/generate", { rph: 1, rph_limit: 2 });
  expect([differs.status, differs.json.error.param]).toEqual([400, "rph"]);
});

test("a model's budget may be written in each of LiteLLM's ways", async () => {
  const made = await post("/key/generate", {
    model_max_budget: {
      a: 1,
      b: "0.5",
      c: { max_budget: 2, budget_duration: "7d" },
      d: { budget_limit: 3, time_period: "1h" },
      e: { max_budget: 4, budget_limit: 4 },
    },
  });
  expect(made.json.model_max_budget).toEqual({
    a: { budget_limit: 1, time_period: null },
    b: { budget_limit: 0.5, time_period: null },
    c: { budget_limit: 2, time_period: "7d" },
    d: { budget_limit: 3, time_period: "1h" },
    e: { budget_limit: 4, time_period: null },
  });
});

describe("an update", () => {
  test("changes what it names and nothing else", async () => {
    const { key } = (await post("/key/generate", ALL)).json;
    const after = await post("/key/update", { key, rph_limit: 7, budget_limits: [{ max_budget: 3 }] });
    const changed = { ...ALL, rph_limit: 7, budget_limits: [{ budget_duration: null, max_budget: 3 }] };
    expect(after.json).toMatchObject(changed);
    expect(await info(key)).toMatchObject({
      ...changed,
      budget_limits: [{ budget_duration: null, max_budget: 3, spend: 0, budget_reset_at: null }],
    });
  });

  test.each(Object.keys(NOTHING))("takes %s away with null", async (name) => {
    const { key } = (await post("/key/generate", ALL)).json;
    const raise = ["temp_budget_increase", "temp_budget_expiry"];
    const fields = raise.includes(name) ? raise : [name];
    const sent = Object.fromEntries(fields.map((field) => [field, null]));
    const expected = Object.fromEntries(Object.entries(NOTHING).filter(([field]) => fields.includes(field)));
    expect((await post("/key/update", { key, ...sent })).json).toMatchObject({ ...ALL, ...expected });
  });
});

const REFUSED: [string, Record<string, unknown>, string, RegExp][] = [
  ["a negative limit", { rph_limit: -1 }, "rph_limit", /0 or more/],
  ["half a request", { tpd_limit: 1.5 }, "tpd_limit", /whole number/],
  ["a model limit that is text", { model_rpm_limit: { a: "1" } }, "model_rpm_limit.a", /whole number/],
  ["a list of model limits", { model_tpm_limit: [1] }, "model_tpm_limit", /must map models/],
  ["a budget without an amount", { model_max_budget: { a: {} } }, "model_max_budget.a", /must be dollars/],
  ["a budget of nothing", { model_max_budget: { a: null } }, "model_max_budget.a", /must be dollars/],
  ["a negative budget", { model_max_budget: { a: -1 } }, "model_max_budget.a.max_budget", /negative/],
  [
    "a budget with two amounts",
    { model_max_budget: { a: { max_budget: 1, budget_limit: 2 } } },
    "model_max_budget.a",
    /two different/,
  ],
  [
    "a budget with two durations",
    { model_max_budget: { a: { max_budget: 1, budget_duration: "1d", time_period: "2d" } } },
    "model_max_budget.a",
    /two different/,
  ],
  [
    "an unknown name in a budget",
    { budget_limits: [{ max_budget: 1, budget_window: "1d" }] },
    "budget_limits.0",
    /must be dollars/,
  ],
  [
    "an unreadable duration",
    { budget_limits: [{ max_budget: 1, budget_duration: "P1D" }] },
    "budget_limits.0.budget_duration",
    /must be a duration/,
  ],
  [
    "two budgets of a day, in two spellings",
    {
      budget_limits: [
        { max_budget: 1, budget_duration: "24h" },
        { max_budget: 2, budget_duration: "1d" },
      ],
    },
    "budget_limits",
    /same duration/,
  ],
  ["an unknown way to reserve", { reservation: "loose" }, "reservation", /"strict" or "estimate"/],
  ["a raise without an end", { temp_budget_increase: 5 }, "temp_budget_expiry", /must come together/],
  ["an end without a raise", { temp_budget_expiry: "1d" }, "temp_budget_increase", /must come together/],
  [
    "a raise with an end of null",
    { temp_budget_increase: 5, temp_budget_expiry: null },
    "temp_budget_expiry",
    /must come together/,
  ],
  [
    "a raise that has ended",
    { temp_budget_increase: 5, temp_budget_expiry: "2026-06-15T10:20:00Z" },
    "temp_budget_expiry",
    /in the future/,
  ],
  [
    "an end on no day",
    { temp_budget_increase: 5, temp_budget_expiry: "2027-02-30" },
    "temp_budget_expiry",
    /must be an instant/,
  ],
];

test.each(REFUSED)("%s is refused, by its field", async (_, body, param, message) => {
  const answer = await post("/key/generate", body);
  expect([answer.status, answer.json.error.param]).toEqual([400, param]);
  expect(answer.json.error.message).toMatch(message);
});

describe("a raise", () => {
  test("ends after a duration as well as at an instant, without an offset in UTC", async () => {
    const ends = async (temp_budget_expiry: string) =>
      (await post("/key/generate", { temp_budget_increase: 1, temp_budget_expiry })).json.temp_budget_expiry;
    expect(await ends("90m")).toBe("2026-06-15T11:50:00.000Z");
    expect(await ends("2026-06-16")).toBe("2026-06-16T00:00:00.000Z");
    expect(await ends("2026-06-16T08:00:00")).toBe("2026-06-16T08:00:00.000Z");
    expect(await ends("2026-06-16 08:00:00+02:00")).toBe("2026-06-16T06:00:00.000Z");
  });

  test("lets through what the budget alone would refuse, until it ends, and is shown no longer then", async () => {
    clock.set("2026-06-15T10:20:00Z");
    const key = await gateway.newKey({ max_budget: 0.03 });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    await post("/key/update", { key, temp_budget_increase: 1, temp_budget_expiry: "1h" });
    expect(await spend(key)).toBe(200);
    clock.set("2026-06-15T11:20:00Z");
    expect(await spend(key)).toBe(400);
    expect(await info(key)).toMatchObject({ temp_budget_increase: null, temp_budget_expiry: null });
  });
});

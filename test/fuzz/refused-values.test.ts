/**
 * Values that would unlock something if they were taken: times that never end, budgets below nothing, fields of ours that a
 * body must not set. Each is refused by name, and nothing is made or changed.
 */
import { describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway({ env: { SHIN_ENCRYPTION_KEY: "5".repeat(64) } });
const { sql } = gateway.database;
const made = async (path: string, body: object) => (await gateway.call("POST", path, { body })).json;
await made("/user/new", { user_id: "ann", auto_create_key: false });
await made("/team/new", { team_id: "crew" });
await made("/customer/new", { user_id: "shopper" });
await made("/budget/new", { budget_id: "tier", max_budget: 1 });
await made("/tag/new", { name: "red" });
const own = await gateway.newKey({ user_id: "ann", max_budget: 5, duration: "7d" });
const NAMED = {
  "/key/update": { key: own },
  "/key/regenerate": { key: own },
  "/user/update": { user_id: "ann" },
  "/team/update": { team_id: "crew" },
  "/customer/update": { user_id: "shopper" },
  "/budget/update": { budget_id: "tier" },
  "/tag/update": { name: "red" },
} as const;

/** All that these requests could have made or changed. */
async function everything(): Promise<string> {
  const tables = ["virtual_keys", "users", "teams", "end_users", "budgets", "tags", "stored_deployments"];
  const rows = tables.map((table) => sql`select row_to_json(t)::text as row from ${sql(table)} t order by 1`);
  return JSON.stringify(await Promise.all(rows));
}

/** Sends one field to each place, and expects each to refuse it by name. @param raw as JSON has it */
async function refused(places: Readonly<Record<string, readonly string[]>>, raw: string): Promise<void> {
  const before = await everything();
  const answers: unknown[] = [];
  const expected: unknown[] = [];
  for (const [path, fields] of Object.entries(places))
    for (const field of fields) {
      const names: Readonly<Record<string, object>> = NAMED;
      const body = JSON.stringify({ ...names[path], [field]: "VALUE" }).replace('"VALUE"', raw);
      const { json, status } = await gateway.call("POST", path, { body });
      answers.push([path, field, status, String(json.error?.param).split(".").at(-1)]);
      expected.push([path, field, 400, field]);
    }
  expect(answers).toEqual(expected);
  expect(await everything()).toBe(before);
}

describe("AC-8: a duration that is none, or no end at all", () => {
  const places = {
    "/key/generate": ["duration", "budget_duration", "rotation_interval"],
    "/key/update": ["duration", "budget_duration", "rotation_interval"],
    "/key/regenerate": ["grace_period"],
    "/user/new": ["budget_duration", "duration"],
    "/user/update": ["budget_duration"],
    "/team/new": ["budget_duration"],
    "/team/update": ["budget_duration"],
    "/budget/new": ["budget_duration"],
    "/budget/update": ["budget_duration"],
    "/customer/new": ["budget_duration"],
  };
  test.each(["-1d", "0s", "99999y", "1e9d", "NaN", "Infinity", "1.5.5d", "d", "1d1d", "0x1d"])("%s", (text) =>
    refused(places, JSON.stringify(text)),
  );
  test.each(["-2", "1e309", "true", "[]", '{"days":1}'])("and the JSON %s", (raw) => refused(places, raw));
});

describe("AC-14: a price or a budget that is no amount of money", () => {
  const places = {
    "/key/generate": ["max_budget", "soft_budget"],
    "/key/update": ["max_budget", "soft_budget"],
    "/user/new": ["max_budget"],
    "/user/update": ["max_budget"],
    "/team/new": ["max_budget"],
    "/team/update": ["max_budget"],
    "/customer/new": ["max_budget"],
    "/customer/update": ["max_budget"],
    "/budget/new": ["max_budget", "soft_budget"],
    "/budget/update": ["max_budget"],
    "/tag/new": ["max_budget"],
    "/tag/update": ["max_budget"],
  };
  test.each([
    "-1",
    "-0.01",
    "1e309",
    "1e300",
    "-1e309",
    '"-1"',
    '"1e309"',
    '"NaN"',
    '"Infinity"',
    "true",
    "[]",
  ])("a budget of %s", (raw) => refused(places, raw));

  test.each(["-0.000001", "1e309", "1e300", '"NaN"', '"-1"', "[]"])("a price of %s", async (raw) => {
    const before = await everything();
    for (const field of ["input_cost_per_token", "output_cost_per_token"]) {
      const body = `{"model_name": "m", "litellm_params": {"model": "openai/m", "api_key": "k", "${field}": ${raw}}}`;
      const { status, text } = await gateway.call("POST", "/model/new", { body });
      expect([raw, status, text.includes(field)]).toEqual([raw, 400, true]);
    }
    expect(await everything()).toBe(before);
  });
});

describe("AC-19: fields that are ours", () => {
  const OURS = [
    ...["token", "token_id", "secret_hash", "id", "key_id", "created_by", "updated_by", "created_at"],
    ...[
      "spend_nano_usd",
      "deleted_at",
      "last_used_at",
      "expires_at",
      "rotation_count",
      "is_admin",
      "__proto__",
    ],
  ];
  test.each(OURS)("%s", (field) =>
    refused(
      {
        ...{ "/key/generate": [field], "/key/update": [field] },
        ...{ "/user/new": [field], "/user/update": [field], "/team/new": [field], "/team/update": [field] },
        ...{ "/customer/new": [field], "/budget/new": [field], "/tag/new": [field] },
      },
      '"x"',
    ),
  );
});

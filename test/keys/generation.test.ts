/** What config.yaml says about keys that are made: filled, bounded, required; in force with the reload that brings it. */
import { beforeEach, describe, expect, test } from "vitest";
import { faults } from "#test/config/load-text.ts";
import { configOf, testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const ok = async (path: string, body: unknown) => {
  const answer = await post(path, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
/** Status, field and sentence of a refusal. */
const refusal = async (path: string, body: unknown) => {
  const { status, json } = await post(path, body);
  return [status, json.error?.param, json.error?.message];
};
const settings = (yaml: string) => gateway.reload(`litellm_settings:\n${yaml}`);

beforeEach(() => gateway.reload(""));

describe("default_key_generate_params", () => {
  const DEFAULTS = `
  default_key_generate_params:
    max_budget: 1.5
    budget_duration: 7d
    duration: 30d
    rpm_limit: 9
    rph_limit: 90
    models: [gpt-4]
    metadata: { setting: default }
    model_max_budget: { gpt-4: { budget_limit: 0.1, time_period: 1d } }
`;
  const FILLED = {
    max_budget: 1.5,
    budget_duration: "7d",
    duration: "30d",
    rpm_limit: 9,
    rph_limit: 90,
    models: ["gpt-4"],
    metadata: { setting: "default" },
    model_max_budget: { "gpt-4": { budget_limit: 0.1, time_period: "1d" } },
  };

  test("fill what the body leaves out, in whichever way", async () => {
    expect(await ok("/key/generate", {})).toMatchObject({ max_budget: null, models: [] });
    await settings(DEFAULTS);
    expect(await ok("/key/generate", {})).toMatchObject(FILLED);
    const empty = { max_budget: null, models: [], metadata: {}, duration: "" };
    expect(await ok("/key/generate", empty)).toMatchObject(FILLED);
  });

  test("leave alone what the body says", async () => {
    await settings(DEFAULTS);
    const said = { max_budget: 0, models: ["gpt-3.5-turbo"], metadata: { a: 1 }, rpm: 1000 };
    expect(await ok("/key/generate", said)).toMatchObject({
      ...FILLED,
      max_budget: 0,
      models: ["gpt-3.5-turbo"],
      metadata: { a: 1 },
      rpm_limit: 1000,
    });
  });

  test("leave alone what the body's tier says", async () => {
    await settings(DEFAULTS);
    await ok("/budget/new", { budget_id: "mine", max_budget: 5, rpm_limit: 2 });
    expect(await ok("/key/generate", { budget_id: "mine" })).toMatchObject({
      max_budget: null,
      budget_duration: null,
      rpm_limit: null,
      rph_limit: 90,
    });
  });

  test("may name a tier and an owner, which an owned key does not take", async () => {
    await ok("/budget/new", { budget_id: "small", max_budget: 3 });
    await settings("  default_key_generate_params: { budget_id: small, team_id: crowd }\n");
    expect(await ok("/key/generate", {})).toMatchObject({ budget_id: "small", team_id: "crowd" });
    expect(await ok("/key/generate", { user_id: "u" })).toMatchObject({ budget_id: "small", team_id: null });
    await settings("  default_key_generate_params: { budget_id: gone }\n");
    expect(await refusal("/key/generate", {})).toMatchObject([400, "budget_id", /"gone"/]);
  });

  test("hold for the key that comes with a user as well", async () => {
    await settings(DEFAULTS);
    const { key } = await ok("/user/new", { user_id: "filled" });
    expect((await gateway.call("GET", `/key/info?key=${key}`)).json.info).toMatchObject(FILLED);
  });
});

describe("upperbound_key_generate_params", () => {
  const BOUNDS = {
    max_budget: 100,
    budget_duration: "10d",
    duration: "30d",
    rpm_limit: 10,
    tpm_limit: 1000,
    rph_limit: 100,
    tpd_limit: 5000,
    max_parallel_requests: 4,
  };
  const YAML = `  upperbound_key_generate_params: ${JSON.stringify(BOUNDS)}\n`;
  const OVER = {
    max_budget: [100.000000001, "at most 100"],
    budget_duration: ["11d", "at most 10d"],
    duration: ["31d", "at most 30d"],
    rpm_limit: [11, "at most 10"],
    tpm_limit: [1001, "at most 1000"],
    rph_limit: [101, "at most 100"],
    tpd_limit: [5001, "at most 5000"],
    max_parallel_requests: [5, "at most 4"],
  } as const;

  test("fill what nobody says, for the master key too", async () => {
    await settings(YAML);
    expect(await ok("/key/generate", {})).toMatchObject(BOUNDS);
    expect(await ok("/key/generate", { max_budget: null, duration: "-1" })).toMatchObject(BOUNDS);
  });

  test.each(Object.entries(OVER))("%s: refused above it, taken at it", async (name, [over, sentence]) => {
    await settings(YAML);
    expect((await ok("/key/generate", { [name]: BOUNDS[name as keyof typeof OVER] })).key).toBeTruthy();
    const before = await ok("/key/generate", {});
    const said = `${name} is over the limit of this gateway: ${sentence}`;
    expect(await refusal("/key/generate", { [name]: over })).toEqual([400, name, said]);
    const { key } = before;
    expect(await refusal("/key/update", { key, [name]: over })).toEqual([400, name, said]);
    expect(await refusal("/key/regenerate", { key, [name]: over })).toEqual([400, name, said]);
  });

  test("a month counts thirty days", async () => {
    await settings(YAML);
    expect((await ok("/key/generate", { duration: "1mo" })).duration).toBe("1mo");
  });

  test("an update that takes a limit away sets the bound, and leaves the others alone", async () => {
    const { key } = await ok("/key/generate", { max_budget: 7, rpm_limit: 3 });
    await settings(YAML);
    expect(await ok("/key/update", { key, metadata: {} })).toMatchObject({ max_budget: 7, tpm_limit: null });
    expect(await ok("/key/update", { key, max_budget: null })).toMatchObject({
      max_budget: 100,
      rpm_limit: 3,
      tpm_limit: null,
    });
  });

  test("leave a tier's lower value in charge, and refuse a tier that is over", async () => {
    await ok("/budget/new", { budget_id: "low", max_budget: 5, budget_duration: "1d", rpm_limit: 2 });
    await ok("/budget/new", { budget_id: "high", max_budget: 500 });
    await settings(YAML);
    const made = await ok("/key/generate", { budget_id: "low" });
    expect(made).toMatchObject({ max_budget: null, budget_duration: null, rpm_limit: null, tpm_limit: 1000 });
    const said = "max_budget of budget high is over the limit of this gateway: at most 100";
    expect(await refusal("/key/generate", { budget_id: "high" })).toEqual([400, "budget_id", said]);
    expect(await refusal("/key/update", { key: made.key, budget_id: "high" })).toEqual([
      400,
      "budget_id",
      said,
    ]);
    expect(await ok("/key/generate", { budget_id: "high", max_budget: 99 })).toMatchObject({
      max_budget: 99,
    });
  });
});

describe("key_generation_settings", () => {
  const YAML = `
  key_generation_settings:
    team_key_generation: { required_params: [tags] }
    personal_key_generation: { required_params: [key_alias, max_budget] }
`;

  test("say which fields a key cannot do without", async () => {
    await settings(YAML);
    const personal = await refusal("/key/generate", { key_alias: "mine" });
    expect(personal).toEqual([
      400,
      "max_budget",
      "max_budget is missing: this gateway makes personal keys only with key_alias, max_budget",
    ]);
    await ok("/key/generate", { key_name: "named-by-the-guide", max_budget: 0 });
    expect(await refusal("/key/generate", { team_id: "t", tags: [] })).toMatchObject([
      400,
      "tags",
      /team keys/,
    ]);
    await ok("/key/generate", { team_id: "t", tags: ["blue"] });
  });

  test("are not in the way of a new user's own key", async () => {
    await settings(YAML);
    expect((await ok("/user/new", {})).key).toMatch(/^sk-/);
  });
});

describe("a configuration that cannot be meant is refused with its place", () => {
  test.each([
    [
      "default_key_generate_params: { max_bugdet: 1 }",
      'unknown field "max_bugdet" — did you mean "max_budget"?',
    ],
    ["default_key_generate_params: { max_budget: -1 }", "max_budget must be a number of dollars from 0 up"],
    ["default_key_generate_params: { key: sk-1 }", 'unknown field "key"'],
    ["default_key_generate_params: 5", "5 is not a map"],
    ["upperbound_key_generate_params: { models: [a] }", 'unknown field "models"'],
    ["upperbound_key_generate_params: { rpm_limit: many }", "rpm_limit must be a whole number"],
    [
      "key_generation_settings: { team: {} }",
      "team: unknown name — there are team_key_generation and personal_key_generation",
    ],
    [
      "key_generation_settings: { team_key_generation: { allowed_team_member_roles: [owner] } }",
      'team_key_generation: allowed_team_member_roles: "owner" is not one of admin, user',
    ],
    [
      "key_generation_settings: { personal_key_generation: { required_params: [tag] } }",
      'personal_key_generation: required_params: "tag" is no field of /key/generate — did you mean "tags"?',
    ],
  ])("%s", (line, message) => {
    expect(() => configOf(`litellm_settings:\n  ${line}\n`)).toThrow(message);
  });

  test("every fault at once, each where it stands", () => {
    const yaml = `litellm_settings:
  upperbound_key_generate_params:
    max_budget: 1
    rpm_limit: -1
    tmp_limit: 5
`;
    expect(faults(yaml, { env: { LITELLM_MASTER_KEY: "sk-Test-master-key-0123456789-abcdef" } })).toEqual([
      "config.yaml:4:16 upperbound_key_generate_params: rpm_limit must be 0 or more",
      'config.yaml:5:16 upperbound_key_generate_params: unknown field "tmp_limit" — did you mean "tpm_limit"?',
    ]);
  });
});

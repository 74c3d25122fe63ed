/** The Budgets page's figures and its one write. If they leave the gate's, people raise what is not spent. */
import { describe, expect, test } from "vitest";
import { readBudgets } from "#lib/console/budget-list.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const YAML = `
model_list:
  - model_name: gpt-4
    litellm_params: { model: openai/gpt-4, api_base: "http://127.0.0.1:9", api_key: x, max_budget: 40, budget_duration: 30d }
litellm_settings: { max_budget: 900, soft_budget: 700, budget_duration: 30d }
router_settings:
  provider_budget_config: { openai: { budget_limit: 300, time_period: 30d } }
`;

const { call, newKey, runtime, database } = await testGateway({ yaml: YAML });
const { deps } = runtime;

async function lines(search?: string) {
  await deps.ledger.flush();
  return readBudgets(deps, { most: 100, ...(search === undefined ? {} : { search }) }, deps.clock.now());
}

const post = (path: string, body: unknown) => call("POST", path, { body });

async function made(path: string, body: unknown) {
  const { json, status, text } = await post(path, body);
  if (status !== 200) throw new Error(text);
  return json;
}

describe("the list", () => {
  test("has one line for each kind of budget, hard and soft together, and where it is set", async () => {
    const { team_id } = await made("/team/new", {
      team_alias: "Search",
      max_budget: 120,
      soft_budget: 100,
      budget_duration: "1mo",
    });
    await made("/user/new", { user_id: "ines", user_alias: "Ines", max_budget: 10, auto_create_key: false });
    await made("/team/member_add", {
      team_id,
      member: { user_id: "ines", role: "user" },
      max_budget_in_team: 7,
    });
    await made("/budget/new", { budget_id: "pro", max_budget: 50, budget_duration: "30d" });
    await made("/customer/new", { user_id: "acme", budget_id: "pro" });
    await made("/tag/new", { name: "batch", max_budget: 5, budget_duration: "7d" });
    await newKey({
      key_alias: "app",
      max_budget: 3,
      model_max_budget: { "gpt-4": 1 },
      budget_limits: [{ max_budget: 2, budget_duration: "1d" }],
    });
    const found = (await lines()).map(({ kind, name, part, limitNanoUsd, softNanoUsd, tierId, source }) =>
      [kind, name, part, limitNanoUsd, softNanoUsd, tierId, source].join(" "),
    );
    expect(found.sort()).toEqual(
      [
        "deployment gpt-4 main 40000000000   config.yaml:3",
        "end_user acme main 50000000000  pro ",
        "gateway gateway main 900000000000 700000000000  config.yaml:5",
        "key app further 2000000000   ",
        "key app main 3000000000   ",
        "key app model 1000000000   ",
        "provider openai main 300000000000   config.yaml:7",
        "tag batch main 5000000000   ",
        "team Search main 120000000000 100000000000  ",
        "team_member Ines in Search main 7000000000   ",
        "user Ines main 10000000000   ",
      ].sort(),
    );
  });

  test("a tier's amount is told as the tier's", async () => {
    await newKey({ key_alias: "trial", budget_id: "pro" });
    const [line] = await lines("trial");
    expect(line).toMatchObject({ part: "tier", tierId: "pro", limitNanoUsd: 50_000_000_000n });
  });

  test("a running raise is in the ceiling and named beside it", async () => {
    await newKey({ key_alias: "raised", max_budget: 10, temp_budget_increase: 5, temp_budget_expiry: "2d" });
    const [line] = await lines("raised");
    expect(line).toMatchObject({ limitNanoUsd: 15_000_000_000n, raise: { nanoUsd: 5_000_000_000n } });
  });

  test("shows what the ledger has before the first call, and the gate's counter from then on", async () => {
    const { json } = await post("/key/generate", { key_alias: "counted", max_budget: 10 });
    await database.sql`update virtual_keys set spend_nano_usd = 4000000000 where id = ${json.key_id}`;
    expect((await lines("counted"))[0]?.spentNanoUsd).toBe(4_000_000_000n);
    // Nobody answers behind it; that it was admitted is what counts.
    await call("POST", "/v1/chat/completions", {
      key: json.key,
      body: { model: "gpt-4", messages: [{ role: "user", content: "Hello" }] },
    });
    await deps.admission.setSpend(`key:${json.key_id}:budget`, 6_000_000_000n);
    expect((await lines("counted"))[0]?.spentNanoUsd).toBe(6_000_000_000n);
  });

  test("somebody who sees only their own is shown no other's, and nothing of the configuration", async () => {
    const own = await readBudgets(deps, { most: 100, userId: "ines" }, deps.clock.now());
    expect(own.map((line) => line.kind).sort()).toEqual(["team_member", "user"]);
  });
});

describe("POST /console/budgets/update", () => {
  const PATH = "/console/budgets/update";
  const body = { kind: "user", id: "ines" };

  test("sets the budget of each kind of owner", async () => {
    const { team_id } = await made("/team/new", { team_alias: "Set" });
    await made("/team/member_add", { team_id, member: { user_id: "ines", role: "user" } });
    const { key_id } = await made("/key/generate", { key_alias: "set" });
    for (const owner of [
      { kind: "key", id: key_id },
      { kind: "user", id: "ines" },
      { kind: "team", id: team_id },
      { kind: "team_member", id: team_id, user_id: "ines" },
      { kind: "end_user", id: "acme" },
      { kind: "tag", id: "batch" },
    ])
      expect((await post(PATH, { ...owner, max_budget: 77, budget_duration: "1mo" })).text).toBe(
        '{"changed":true}',
      );
    const amounts = (await lines()).filter(
      (line) => line.part === "main" && line.limitNanoUsd === 77_000_000_000n,
    );
    expect(amounts.map((line) => line.kind).sort()).toEqual([
      "end_user",
      "key",
      "tag",
      "team",
      "team_member",
      "user",
    ]);
  });

  test.each([
    ["0 as a budget", { max_budget: 0 }, "max_budget"],
    ["a warning above the budget", { max_budget: 5, soft_budget: 6 }, "soft_budget"],
    [
      "a raise of more than a month",
      { temp_budget_increase: 5, temp_budget_expiry: "60d" },
      "temp_budget_expiry",
    ],
    ["a raise without an end", { temp_budget_increase: 5 }, "temp_budget_expiry"],
    ["an owner of no kind", { kind: "gateway" }, "kind"],
  ])("refuses %s and changes nothing", async (_what, fields, param) => {
    const before = await lines("Ines");
    const { json, status } = await post(PATH, { ...body, ...fields });
    expect([status, json.error.param]).toEqual([400, param]);
    expect(await lines("Ines")).toEqual(before);
  });

  test("a key that is no admin's may not use it, whoever's budget it is", async () => {
    const key = await newKey({ user_id: "ines" });
    const { json, status } = await call("POST", PATH, { key, body: { ...body, max_budget: 9999 } });
    expect([status, json.error.message]).toEqual([403, "Only an admin or finance may change budgets."]);
  });

  test("an admin's key that is confined to reading may not either", async () => {
    await made("/user/new", { user_id: "root", user_role: "proxy_admin", auto_create_key: false });
    const key = await newKey({ user_id: "root", key_type: "read_only" });
    expect((await call("POST", PATH, { key, body: { ...body, max_budget: 9999 } })).status).toBe(403);
  });
});

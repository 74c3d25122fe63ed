/** Two hundred calls at once against room for N admit exactly N: for every subject, every metric and every span. */
import { describe, expect, test } from "vitest";
import { admissionSetting } from "../admission/setting.ts";
import { admin, type Caller, CEILINGS, expectExactly, type Field, shortName } from "./setting.ts";

const setting = await admissionSetting();
const { gateway } = setting;
let number = 0;

type Fields = Partial<Record<Field, number>>;

const SUBJECTS: Readonly<Record<string, (fields: Fields, id: string) => Promise<Caller>>> = {
  key: async (fields) => ({ key: await gateway.newKey(fields) }),
  user: async (fields, id) => {
    await admin(gateway, "/user/new", { user_id: id, auto_create_key: false, ...fields });
    return { key: await gateway.newKey({ user_id: id }) };
  },
  team: async (fields, id) => {
    await admin(gateway, "/team/new", { team_id: id, ...fields });
    return { key: await gateway.newKey({ team_id: id }) };
  },
  end_user: async (fields, id) => {
    await admin(gateway, "/customer/new", { user_id: id, ...fields });
    return { key: await gateway.newKey(), body: { user: id } };
  },
  tag: async (fields, id) => {
    await admin(gateway, "/tag/new", { name: id, ...fields });
    return { key: await gateway.newKey(), headers: { "x-litellm-tags": id } };
  },
};

const FIELDS = Object.keys(CEILINGS) as Field[];

describe.each(Object.entries(SUBJECTS))("%s", (kind, make) => {
  test.each(FIELDS)("%s", async (field) => {
    const caller = await make({ [field]: CEILINGS[field] }, `s${number++}`);
    await expectExactly(setting, caller, `${kind}_${shortName(field)}`);
  });
});

describe("key and model", () => {
  const ceilings = {
    model_rpm_limit: CEILINGS.rpm_limit,
    model_tpm_limit: CEILINGS.tpm_limit,
    model_max_budget: { budget_limit: CEILINGS.max_budget, time_period: "1d" },
  };
  const rules = { model_rpm_limit: "rpm", model_tpm_limit: "tpm", model_max_budget: "budget" };
  test.each(Object.keys(ceilings) as (keyof typeof ceilings)[])("%s", async (field) => {
    const key = await gateway.newKey({ [field]: { priced: ceilings[field] } });
    await expectExactly(setting, { key }, `key_model_${rules[field]}`);
    // Another model of the same key is another counter.
    const other = { key, body: { model: "impatient", messages: [{ role: "user", content: "1 1 now" }] } };
    expect((await gateway.call("POST", "/v1/chat/completions", other)).status).toBe(200);
  });
});

describe("team member", () => {
  const own = {
    team_member_rpm_limit: "rpm_limit",
    team_member_tpm_limit: "tpm_limit",
    team_member_budget: "max_budget",
  } as const;
  test.each(Object.keys(own) as (keyof typeof own)[])("%s", async (field) => {
    const id = `team${number++}`;
    const people = ["ann", "bob"].map((name) => `${name}-${id}`);
    await admin(gateway, "/team/new", {
      team_id: id,
      [field]: CEILINGS[own[field]],
      members_with_roles: people.map((user_id) => ({ role: "user", user_id })),
    });
    for (const user_id of people) {
      const key = await gateway.newKey({ team_id: id, user_id });
      await expectExactly(setting, { key }, `team_member_${shortName(own[field])}`);
    }
  });
});

test("several budgets hold at once, and the refusal names the one that is spent", async () => {
  const key = await gateway.newKey({
    max_budget: 1_000,
    budget_limits: [
      { budget_duration: "1d", max_budget: CEILINGS.max_budget },
      { budget_duration: "30d", max_budget: 900 },
    ],
  });
  await expectExactly(setting, { key }, "key_budget_1d");
});

test("a shared tier fills what the key leaves open, and the key's own value wins", async () => {
  await admin(gateway, "/budget/new", {
    budget_id: "small",
    max_budget: CEILINGS.max_budget,
    rpm_limit: 1,
    budget_duration: "1d",
  });
  const own = await gateway.newKey({ budget_id: "small", rpm_limit: 10_000 });
  await expectExactly(setting, { key: own }, "key_tier_budget");
  const other = await gateway.newKey({ budget_id: "small" });
  const body = { model: "priced", max_tokens: 5, messages: [{ role: "user", content: "1 1 now" }] };
  const call = () => gateway.call("POST", "/v1/chat/completions", { key: other, body });
  expect((await call()).status).toBe(200);
  expect((await call()).json.error.reason).toBe("key_rpm");
});

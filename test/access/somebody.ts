/**
 * Somebody with one of everything that a person can have here. Two marks tell where any of it comes to light: `OF_HER`
 * stands in the ids, which whoever asks may know, and `ONLY_HERS` in what nobody else was ever told.
 */
import { expect } from "vitest";
import type { TestGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";

export const OF_HER = "ann-zq7";
export const ONLY_HERS = "zq7secret";

export type Things = Readonly<
  Record<
    | "user"
    | "team"
    | "customer"
    | "budget"
    | "tag"
    | "key"
    | "keyId"
    | "record"
    | "job"
    | "ask"
    | "privacy"
    | "incident"
    | "review"
    | "view",
    string
  >
>;

export async function somebody(gateway: TestGateway): Promise<Things> {
  const ok = async (path: string, body: unknown) => {
    const { json, status, text } = await gateway.call("POST", path, { body });
    expect(status, `${path}: ${text}`).toBe(200);
    return json;
  };
  const [user, team, customer, budget, tag] = ["", "-team", "-customer", "-budget", "-tag"].map(
    (end) => OF_HER + end,
  ) as [string, string, string, string, string];
  const session = await signedInAs(gateway, "developer", user);
  await ok("/user/update", {
    user_id: user,
    user_alias: `${ONLY_HERS} name`,
    user_email: `${ONLY_HERS}@example.com`,
    max_budget: 6,
  });
  await ok("/team/new", {
    team_id: team,
    team_alias: `${ONLY_HERS} team`,
    members_with_roles: [{ role: "admin", user_id: user }],
  });
  await ok("/customer/new", { user_id: customer, alias: `${ONLY_HERS} customer`, max_budget: 1 });
  await ok("/budget/new", { budget_id: budget, max_budget: 7.4207 });
  await ok("/tag/new", { name: tag, description: `${ONLY_HERS} tag` });
  const { key } = await ok("/key/generate", {
    user_id: user,
    team_id: team,
    key_alias: `${ONLY_HERS} key`,
    metadata: { note: ONLY_HERS },
    max_budget: 5,
  });
  const { json: info } = await gateway.call("GET", `/key/info?key=${key}`);
  const body = {
    model: "gpt-4",
    user: customer,
    metadata: { tags: [`${ONLY_HERS} run`] },
    messages: [{ role: "user", content: "hello" }],
  };
  const called = await gateway.call("POST", "/v1/chat/completions", { key, body });
  expect(called.status, called.text).toBe(200);
  await gateway.runtime.deps.ledger.flush();
  const as = async (path: string, sent: unknown) => {
    const { json, status, text } = await session.call("POST", path, sent);
    expect(status, `${path}: ${text}`).toBeLessThan(300);
    return json;
  };
  const keyId = String(info.info?.key_id ?? info.key_id ?? info.info?.id);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const ask = await as("/budget/requests", {
    kind: "user",
    id: user,
    amount: 10,
    until,
    reason: `${ONLY_HERS} reason`,
  });
  const view = await as("/console/views/save", { page: "keys", name: `${ONLY_HERS} view`, query: "q=a" });
  const job = await as("/exports", {
    source: "spend_records",
    format: "csv",
    start_date: "2026-01-01",
    end_date: "2026-01-02",
  });
  // So that there is a file to fetch.
  await gateway.runtime.deps.jobs.runDue(gateway.runtime.deps);
  const privacy = await ok("/privacy/requests", { type: "access", subject: user, note: `${ONLY_HERS} note` });
  const incident = await ok("/incident/open", {
    reason: `${ONLY_HERS} incident`,
    scope: { kind: "user", id: user },
  });
  const review = await ok("/access-reviews", {});
  return {
    user,
    team,
    customer,
    budget,
    tag,
    key,
    keyId,
    record: called.headers["x-shin-request-id"] ?? "",
    ask: String(ask.id),
    view: String(view.id),
    job: String(job.id ?? job.job_id),
    privacy: String(privacy.id),
    incident: String(incident.incident_id),
    review: String(review.id),
  };
}

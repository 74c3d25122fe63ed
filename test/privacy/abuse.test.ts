/** The abuse cases of privacy that no other file has: a stream during its caller's erasure, a purge begun twice, another's export. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { ended, rowsWith } from "./person.ts";

const upstream = await rawUpstream();
const gateway = await testGateway({
  yaml: `
model_list:
  - model_name: talk
    litellm_params: { model: openai/talk, api_base: "${upstream.url}", api_key: k, input_cost_per_token: 0.001, output_cost_per_token: 0.001 }
`,
});
const { deps } = gateway.runtime;
const { sql } = gateway.database;

const userWith = async (user_id: string, user_role: string) =>
  String((await gateway.call("POST", "/user/new", { body: { user_id, user_role } })).json.key);
const officer = await userWith("officer", "proxy_admin");
const second = await userWith("second", "proxy_admin");

/** An approved request for something about a person. */
async function approved(type: string, subject: string): Promise<string> {
  const { id } = (await gateway.call("POST", "/privacy/requests", { key: officer, body: { type, subject } }))
    .json;
  const step = async (name: string, body: unknown = {}, key = officer) => {
    const answer = await gateway.call("POST", `/privacy/requests/${id}/${name}`, { key, body });
    if (answer.status !== 200) throw new Error(answer.text);
  };
  await step("identify", { how: "call back" });
  await step("locate");
  await step("decide", { grant: true });
  await step("approve", {}, second);
  return id;
}

async function run(id: string): Promise<string> {
  return (await gateway.call("POST", `/privacy/requests/${id}/run`, { key: officer, body: {} })).json.job.id;
}

test("AC-82: a stream that runs during its caller's erasure settles under the pseudonym", async () => {
  const key = await userWith("usr-streams-1", "internal_user");
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  upstream.behave(async (_request, response) => {
    const chunk = (delta: object) =>
      `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta }] })}\n\n`;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(chunk({ role: "assistant", content: "one " }));
    await released;
    response.end(`${chunk({ content: "two" })}data: [DONE]\n\n`);
  });
  const stream = gateway.call("POST", "/v1/chat/completions", {
    key,
    peer: "203.0.113.82",
    body: { model: "talk", stream: true, messages: [{ role: "user", content: "hello" }] },
  });
  await until("the provider was called", () => upstream.requests.length > 0);
  const started = async () =>
    (await sql`select 1 from spend_records where user_id = 'usr-streams-1'`).length === 1;
  await until("the call stands in the ledger", started);

  await ended(gateway, await run(await approved("erasure", "usr-streams-1")));
  expect((await gateway.call("GET", "/models", { key })).status).toBe(401);
  release();
  await stream;
  await deps.ledger.flush();
  const rows = await sql`select user_id, state, cost_nano_usd, ip from spend_records where model = 'talk'`;
  expect(rows).toMatchObject([{ user_id: expect.stringMatching(/^psn_/), state: "settled", ip: null }]);
  expect(BigInt(rows[0]?.["cost_nano_usd"] ?? 0)).toBeGreaterThan(0n);
  expect(await rowsWith(gateway, ["usr-streams-1", "203.0.113.82"])).toEqual({});
});

test("AC-83: a purge that is asked for many times at once runs once, and takes nothing of a held person", async () => {
  await sql`
    insert into alerts (id, kind, subject_kind, subject_id, subject_name, cause, message, at)
    select 'alt_old_' || n, 'other', 'user', case when n % 10 = 0 then 'usr-held-1' else 'usr-free-1' end, 'x', 'c' || n, 'm',
      now() - interval '500 days' from generate_series(1, 1500) n`;
  const held = { kind: "hold", subject: "usr-held-1", subject_kind: "user", reason: "court" };
  expect((await gateway.call("POST", "/privacy/holds", { key: officer, body: held })).status).toBe(200);
  const ask = () => gateway.call("POST", "/privacy/retention/run", { key: officer, body: {} });
  const asked = await Promise.all(Array.from({ length: 6 }, ask));
  expect(asked.map(({ status }) => status)).toEqual(Array(6).fill(200));
  const jobs = asked.flatMap(({ json }) => (json.queued ? [String(json.job_id)] : []));
  // Whoever asks while one waits or runs begins none; what was removed is removed once.
  const removed = await Promise.all(jobs.map(async (id) => Object((await ended(gateway, id))["removed"])));
  expect(removed.reduce((sum, one) => sum + (one["alerts"] ?? 0), 0)).toBe(1350);
  const left =
    await sql`select distinct subject_id as id, count(*)::int as count from alerts where kind = 'other' group by 1`;
  expect(left).toEqual([{ id: "usr-held-1", count: 150 }]);
});

test("AC-79: an export is its officers': others find nothing, and its link neither guessed nor of another job", async () => {
  await userWith("usr-asks-1", "internal_user");
  const [id, other] = [await approved("access", "usr-asks-1"), await approved("access", "officer")];
  const [jobId, otherJob] = [await run(id), await run(other)];
  await Promise.all([ended(gateway, jobId), ended(gateway, otherJob)]);
  const stranger = await userWith("usr-stranger-1", "internal_user");
  const statusOf = async (path: string, key: string | null) =>
    (await gateway.call("GET", path, { key })).status;
  expect(await statusOf(`/jobs/${jobId}/file`, stranger)).toBe(404);
  expect(await statusOf(`/jobs/${jobId}/file`, null)).toBe(401);
  expect(await statusOf(`/jobs/${jobId}/file`, officer)).toBe(200);
  const makeLink = (key: string) => gateway.call("POST", `/privacy/requests/${id}/link`, { key, body: {} });
  expect((await makeLink(stranger)).status).toBe(403);
  await until("the request is done", async () => (await makeLink(officer)).status === 200);
  const [, secret = ""] = String((await makeLink(officer)).json.link).split(".");
  const use = async (link: string) =>
    (await gateway.call("POST", "/privacy/download", { key: null, body: { link } })).status;
  expect(await use(`${otherJob}.${secret}`)).toBe(404);
  expect(await use(`${jobId}.${secret.slice(0, -1)}`)).toBe(404);
  // At one time, and of the same link: one gets the file.
  const all = await Promise.all(Array.from({ length: 20 }, () => use(`${jobId}.${secret}`)));
  expect(all.filter((status) => status === 200)).toHaveLength(1);
});

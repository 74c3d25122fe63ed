/** Erasures by request, and drills: the whole way. If they fail, somebody stays who was promised to be gone. */
import { expect, test } from "vitest";
import { locateSubject } from "#lib/privacy/erasure.ts";
import { verifyPrivacy } from "#lib/privacy/requests/verify.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { ended, exported, recordCalls } from "./exporting.ts";

const { call, runtime } = await testGateway();
const { deps } = runtime;

async function userWith(id: string, role: string): Promise<string> {
  const { json, status, text } = await call("POST", "/user/new", {
    body: { user_id: id, user_role: role, user_email: `${id}@example.com` },
  });
  if (status !== 200) throw new Error(text);
  return String(json.key);
}
const officer = await userWith("officer", "proxy_admin");
const second = await userWith("second", "proxy_admin");

const step = async (id: string, name: string, body: unknown = {}, key = officer) => {
  const answer = await call("POST", `/privacy/requests/${id}/${name}`, { body, key });
  return answer.status === 200 ? answer.json : answer.json.error;
};

test("an erasure waits for a hold's end, then leaves a certificate and nobody", async () => {
  await userWith("ana-erased", "internal_user");
  await recordCalls(runtime, { userId: "ana-erased", count: 9, name: "x" });
  const held = { kind: "hold", subject: "ana-erased@example.com", reason: "court order" };
  expect((await call("POST", "/privacy/holds", { body: held, key: officer })).json.holds).toMatchObject([
    { kind: "hold", subject: "ana-erased", created_by: expect.any(String) },
  ]);
  const made = await call("POST", "/privacy/requests", {
    body: { type: "erasure", subject: "ana-erased", note: "wrote a letter" },
    key: officer,
  });
  const { id } = made.json;
  await step(id, "identify", { how: "call back" });
  await step(id, "locate");
  expect((await step(id, "decide", { grant: true })).message).toContain("legal hold");
  const lift = async (key: string) => (await call("POST", "/privacy/holds/end", { body: held, key })).json;
  expect((await lift(officer)).holds).toHaveLength(1);
  expect((await step(id, "decide", { grant: true })).message).toContain("legal hold");
  expect((await lift(second)).holds).toEqual([]);
  await step(id, "decide", { grant: true });
  await step(id, "approve", {}, second);
  const running = await step(id, "run");
  expect((await ended(deps, running.job.id))?.state).toBe("done");

  const { json } = await call("GET", `/privacy/requests/${id}`, { key: officer });
  expect(json).toMatchObject({ step: "done", outcome: "fulfilled", note: null, identified_by: null });
  expect(JSON.stringify(json)).not.toContain("ana-erased");
  expect(verifyPrivacy(json.certificate, deps.auditSigner.key.keyId)).toMatchObject({ ok: true });
  expect(json.certificate.requestId).toBe(id);
  expect(json.certificate.scan.found).toEqual({});
  expect(await locateSubject(deps, { kind: "user", id: "ana-erased" })).toEqual({});
  await expect(exported(runtime, { kind: "user", id: "ana-erased" })).rejects.toThrow(/Nothing is held/);
});

test("a drill goes the whole way, is marked as one, and leaves nothing but its record", async () => {
  const before = await deps.sql`select count(*)::int as count from spend_records`;
  const begun = await call("POST", "/privacy/drill", { body: {}, key: officer });
  expect(begun.status).toBe(200);
  for (;;) {
    deps.jobs.wake();
    const [row] = await deps.sql`
      select result from jobs where kind = 'privacy.drill' and input ->> 'phase' = 'end' and state = 'done'`;
    if (row) {
      expect(row["result"]).toMatchObject({ drill: true, faults: [] });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { json } = await call("GET", "/privacy/requests", { key: officer });
  const drills = json.requests.filter((one: { drill: boolean }) => one.drill);
  expect(drills.map((one: { type: string; outcome: string }) => [one.type, one.outcome]).sort()).toEqual([
    ["access", "fulfilled"],
    ["erasure", "fulfilled"],
  ]);
  expect(await deps.sql`select id from users where kind = 'drill'`).toHaveLength(0);
  expect(await deps.sql`select count(*)::int as count from spend_records`).toEqual(before);
  const events = await call("GET", "/audit?action=privacy.drill&limit=1");
  expect(events.json.events[0]).toMatchObject({ outcome: "ok", after: { drill: true, faults: [] } });
});

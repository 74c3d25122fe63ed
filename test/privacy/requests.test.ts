/** Requests of people about their data. If they fail, one person alone erases another, or nobody is answered in time. */
import { beforeEach, describe, expect, test } from "vitest";
import { findJob } from "#db/queries/jobs.ts";
import { addMonths } from "#lib/privacy/requests/due.ts";
import { verifyPrivacy } from "#lib/privacy/requests/verify.ts";
import { watchRequests } from "#lib/privacy/requests/watch.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { ended, recordCalls } from "./exporting.ts";

const clock = manualClock(Date.now());
const { call, runtime } = await testGateway({ clock });
const { deps } = runtime;
const DAY_MS = 86_400_000;

const userWith = async (id: string, role: string) => {
  const { json, status, text } = await call("POST", "/user/new", {
    body: { user_id: id, user_role: role, user_email: `${id}@example.com` },
  });
  if (status !== 200) throw new Error(text);
  return String(json.key);
};
const officer = await userWith("officer", "proxy_admin");
const second = await userWith("second", "proxy_admin");
const developer = await userWith("developer", "internal_user");
const viewer = await userWith("viewer", "proxy_admin_viewer");
await userWith("ana", "internal_user");
await recordCalls(runtime, { userId: "ana", count: 12 });

// The throttle of privacy endpoints counts by key.
beforeEach(() => clock.advance(61_000));

const post = (path: string, body: unknown = {}, key: string | null = officer) =>
  call("POST", path, { body, key });
const step = (id: string, name: string, body: unknown = {}, key = officer) =>
  post(`/privacy/requests/${id}/${name}`, body, key);

async function asked(type: string, subject = "ana", more: Record<string, unknown> = {}): Promise<string> {
  const { json, status, text } = await post("/privacy/requests", { type, subject, ...more });
  if (status !== 200) throw new Error(text);
  return json.id;
}

/** A request that waits for the second person. */
async function decided(type: string, decision: Record<string, unknown> = { grant: true }): Promise<string> {
  const id = await asked(type);
  for (const [name, body] of [
    ["identify", { how: "call back" }],
    ["locate", {}],
    ["decide", decision],
  ] as const) {
    const { status, text } = await step(id, name, body);
    if (status !== 200) throw new Error(text);
  }
  return id;
}

async function approved(type: string, decision?: Record<string, unknown>): Promise<string> {
  const id = await decided(type, decision);
  const { status, text } = await step(id, "approve", {}, second);
  if (status !== 200) throw new Error(text);
  return id;
}

describe("a request", () => {
  test("is due one calendar month after it arrived, and once two more with a reason", async () => {
    expect(addMonths(new Date("2026-01-31T10:00:00Z"), 1).toISOString()).toBe("2026-02-28T10:00:00.000Z");
    expect(addMonths(new Date("2026-12-15T10:00:00Z"), 2).toISOString()).toBe("2027-02-15T10:00:00.000Z");
    const received = new Date(clock.now() - DAY_MS);
    const id = await asked("access", "ana", { received_at: received.toISOString() });
    const { json } = await call("GET", `/privacy/requests/${id}`, { key: officer });
    expect(json).toMatchObject({
      step: "identify",
      subject_kind: "user",
      due_at: addMonths(received, 1).toISOString(),
    });
    expect((await step(id, "extend", { reason: "" })).json.error.param).toBe("reason");
    const longer = await step(id, "extend", { reason: "many systems" });
    expect(longer.json.due_at).toBe(addMonths(received, 3).toISOString());
    expect((await step(id, "extend", { reason: "again" })).status).toBe(409);
  });

  test("takes its steps in order, and no other", async () => {
    const id = await asked("access");
    for (const [name, body] of [
      ["locate", {}],
      ["decide", { grant: true }],
      ["approve", {}],
      ["run", {}],
    ] as const)
      expect((await step(id, name, body)).status, name).toBe(409);
    expect((await step(id, "identify", { how: "passport" })).json.step).toBe("locate");
    expect((await step(id, "identify", { how: "passport" })).status).toBe(409);
  });

  test("finds a user by the whole address and nobody by a part of it", async () => {
    expect(
      (await post("/privacy/requests", { type: "access", subject: "ana@example.com" })).json.subject,
    ).toBe("ana");
    const id = await asked("access", "ana@ex.org");
    await step(id, "identify", { how: "mail" });
    const { json, status } = await step(id, "locate");
    expect([status, json.error.message]).toEqual([
      404,
      'No record for "ana@ex.org" in 8 stores. Check spelling, or close as "no data held".',
    ]);
    expect((await step(id, "close", { outcome: "no_data_held" })).json).toMatchObject({
      step: "closed",
      outcome: "no_data_held",
    });
  });

  test("is not closed as no data held while there is some", async () => {
    const id = await asked("erasure");
    expect((await step(id, "close", { outcome: "no_data_held" })).status).toBe(409);
    expect((await step(id, "withdraw")).json.outcome).toBe("withdrawn");
    expect((await step(id, "identify", { how: "x" })).status).toBe(409);
  });
});

describe("approving", () => {
  test("is for a second person: not who took it in or decided it, not the master key, not the person themselves", async () => {
    const id = await decided("access");
    const alone = await step(id, "approve");
    expect([alone.status, alone.json.error.param]).toEqual([403, "approver"]);
    expect((await call("POST", `/privacy/requests/${id}/approve`, { body: {} })).status).toBe(403);
    expect((await step(id, "run")).status).toBe(409);
    expect((await step(id, "approve", {}, second)).json).toMatchObject({
      step: "run",
      approved_by: "second",
    });
    const about = await asked("access", "second");
    for (const [name, body] of [
      ["identify", { how: "x" }],
      ["locate", {}],
      ["decide", { grant: true }],
    ] as const)
      await step(about, name, body);
    expect((await step(about, "approve", {}, second)).status).toBe(403);
  });

  test("ends when the decision is changed", async () => {
    const id = await decided("access");
    await step(id, "decide", { grant: true, ground: "again" }, second);
    expect((await step(id, "approve", {}, second)).status).toBe(403);
  });

  test("is refused to developers and viewers, and so is every other change", async () => {
    const id = await decided("access");
    for (const key of [developer, viewer]) {
      expect((await step(id, "approve", {}, key)).status).toBe(403);
      expect((await post("/privacy/requests", { type: "access", subject: "ana" }, key)).status).toBe(403);
    }
    expect((await call("GET", `/privacy/requests/${id}`, { key: developer })).status).toBe(403);
    expect((await call("GET", `/privacy/requests/${id}`, { key: viewer })).status).toBe(200);
    expect((await call("GET", "/privacy/requests", { key: null })).status).toBe(401);
  });
});

describe("running", () => {
  test("an access request writes the export, signs what was done, and its link opens it", async () => {
    const id = await approved("access");
    const { json } = await step(id, "run");
    expect((await step(id, "link")).status === 409 || json.job.state !== "queued").toBe(true);
    expect((await ended(deps, json.job.id))?.state).toBe("done");
    const after = await call("GET", `/privacy/requests/${id}`, { key: officer });
    expect(after.json).toMatchObject({ step: "done", outcome: "fulfilled" });
    const { certificate } = after.json;
    expect(certificate).toMatchObject({
      type: "access",
      requestId: id,
      done: { rows: { spend_records: 12 } },
    });
    expect(JSON.stringify(certificate)).not.toContain("ana");
    expect(verifyPrivacy(certificate, deps.auditSigner.key.keyId)).toMatchObject({ ok: true });
    const changed = { ...certificate, type: "erasure" };
    expect(
      (await call("POST", "/privacy/verify", { key: null, body: { certificate: changed } })).json.ok,
    ).toBe(false);
    expect((await call("POST", "/privacy/verify", { key: null, body: { certificate } })).json.ok).toBe(true);

    const first = await step(id, "link");
    const { link } = (await step(id, "link")).json;
    expect((await post("/privacy/download", { link: first.json.link }, null)).status).toBe(404);
    expect((await post("/privacy/download", { link: `${link}x` }, null)).status).toBe(404);
    expect((await post("/privacy/download", { link: json.job.id }, null)).status).toBe(404);
    const file = await post("/privacy/download", { link }, null);
    expect([file.status, file.headers["content-type"]]).toEqual([200, "application/zip"]);
    const events = await call("GET", "/audit?action=privacy_request.download");
    expect(events.json.events[0].target_id).toBe(id);
    const again = await post("/privacy/download", { link }, null);
    expect([again.status, again.json.error.message]).toEqual([410, expect.stringContaining("used already")]);
    const late = (await step(id, "link")).json;
    expect(Date.parse(late.expires_at)).toBe(clock.now() + 15 * 60_000);
    clock.advance(15 * 60_000);
    const over = await post("/privacy/download", { link: late.link }, null);
    expect([over.status, over.json.error.message]).toEqual([410, expect.stringContaining("15 minutes")]);
    expect((await call("GET", "/audit?action=privacy_request.download")).json.events).toHaveLength(1);
    const links = await call("GET", `/audit?action=privacy_request.link&target_id=${id}`);
    expect(links.json.events).toHaveLength(3);
    clock.advance(8 * DAY_MS);
    expect((await step(id, "link")).status).toBe(409);
  });

  test("one that was refused does nothing and says so", async () => {
    const id = await asked("access");
    await step(id, "identify", { how: "x" });
    await step(id, "locate");
    expect((await step(id, "decide", { grant: false })).json.error.param).toBe("ground");
    await step(id, "decide", { grant: false, ground: "manifestly excessive" });
    await step(id, "approve", {}, second);
    expect((await step(id, "run")).json).toMatchObject({ step: "closed", outcome: "refused", job: null });
  });

  test("a rectification writes what was decided, and keeps no copy of it", async () => {
    expect((await step(await decidedTo("locate"), "decide", { grant: true })).json.error.param).toBe(
      "rectify",
    );
    const id = await approved("rectification", { grant: true, rectify: { alias: "Ana Neu" } });
    const { json } = await step(id, "run");
    expect(json).toMatchObject({ step: "done", certificate: { done: { corrected: ["alias"] } } });
    expect(JSON.stringify(json)).not.toContain("Ana Neu");
    expect((await call("GET", "/user/info?user_id=ana")).json.user_info.user_alias).toBe("Ana Neu");
  });

  async function decidedTo(last: string): Promise<string> {
    const id = await asked("rectification");
    await step(id, "identify", { how: "x" });
    expect((await step(id, last)).status).toBe(200);
    return id;
  }

  test("a restriction is on record at once", async () => {
    const id = await approved("restriction");
    expect((await step(id, "run")).json).toMatchObject({ step: "done", outcome: "fulfilled" });
    const [hold] = await deps.sql`select kind, subject_id from privacy_holds where reason like ${`%${id}`}`;
    expect(hold).toMatchObject({ kind: "restriction", subject_id: "ana" });
  });

  test("twice at a time is refused", async () => {
    const id = await approved("portability");
    const both = await Promise.all([step(id, "run"), step(id, "run")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const job = both.find(({ status }) => status === 200)?.json.job.id;
    expect((await ended(deps, job))?.state).toBe("done");
  });
});

test("a request that falls due is told of a week before, and again each day when it is late", async () => {
  const id = await asked("access");
  const watch = async () => {
    const jobId = await deps.jobs.ask({ kind: watchRequests.kind, startedBy: "schedule" });
    await ended(deps, jobId ?? "");
    expect((await findJob(deps.sql, jobId ?? ""))?.state).toBe("done");
    return deps.sql<{ kind: string; message: string }[]>`
      select kind, message from alerts where subject_id = ${id} order by at`;
  };
  expect(await watch()).toEqual([]);
  clock.advance(25 * DAY_MS);
  expect(await watch()).toMatchObject([{ kind: "privacy_due" }]);
  expect(await watch()).toHaveLength(1);
  clock.advance(8 * DAY_MS);
  const late = await watch();
  expect(late.map(({ kind }) => kind)).toEqual(["privacy_due", "privacy_overdue"]);
  expect(late.map(({ message }) => message).join()).not.toContain("ana");
  clock.advance(DAY_MS);
  expect(await watch()).toHaveLength(3);
});

/** The life of what is kept. If it fails, what people said outlives its days, an erasure, or is held back from who asks. */
import { expect, test } from "vitest";
import { eraseSubject } from "#lib/privacy/erasure.ts";
import { purgeRetention } from "#lib/privacy/retention/purge.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { chunk, sse, stream, usageChunk } from "#test/helpers/upstream.ts";
import { ended, exported } from "./exporting.ts";
import { type KeepingGateway, keepingGateway, message, ON } from "./keeping.ts";
import { rowsWith } from "./person.ts";

const DAY_MS = 86_400_000;

const daysOf = async ({ call }: KeepingGateway) => {
  const { json } = await call("GET", "/privacy/retention");
  const { can_be_set, days, set_by } = json.stores.find((one: { store: string }) => one.store === "content");
  return { can_be_set, days, set_by };
};

test("it goes after its own days and not before, a dry run says how much, and a hold keeps it", async () => {
  const clock = manualClock(Date.now());
  const gateway = await keepingGateway(ON, { clock });
  const { call, keptIds, runtime, say } = gateway;
  const purged = async () => {
    const id = await runtime.deps.jobs.ask({ kind: purgeRetention.kind, startedBy: "test" });
    return (await ended(runtime.deps, id ?? ""))?.result;
  };
  const held = await say(message("old", { user: "held" }));
  await say(message("old"));
  expect(await daysOf(gateway)).toEqual({ can_be_set: true, days: 7, set_by: "default" });
  clock.advance(3 * DAY_MS);
  const young = await say(message("young"));
  clock.advance(4 * DAY_MS - 1);
  await runtime.deps.contents.flush();
  const preview = async (days: Record<string, unknown> = {}) =>
    (await call("POST", "/privacy/retention/preview", { body: { days } })).json.would_remove.content;
  expect([await preview(), await preview({ content: 1 })]).toEqual([0, 3]);
  clock.advance(2);
  await call("POST", "/privacy/holds", {
    body: { kind: "hold", subject: "held", subject_kind: "end_user", reason: "court" },
  });
  expect(await preview()).toBe(1);
  expect(await purged()).toEqual({ removed: { content: 1 } });
  expect(await keptIds()).toEqual([held, young]);

  // Shorter days of the request log are the content's, too; longer ones than it are refused.
  await call("POST", "/privacy/retention", { body: { days: { records: 5 } } });
  expect(await daysOf(gateway)).toMatchObject({ days: 5, set_by: "the request records" });
  const longer = await call("POST", "/privacy/retention", { body: { days: { content: 6 } } });
  expect([longer.status, longer.json.error.message]).toEqual([
    400,
    "Content cannot be kept longer than the request log, which is kept 5 days.",
  ]);
  expect((await call("POST", "/privacy/retention", { body: { days: { content: 2 } } })).status).toBe(200);
  expect(await daysOf(gateway)).toMatchObject({ days: 2, set_by: "console" });
  await gateway.reload(gateway.yaml(`${ON}  content_retention_days: 3\n`));
  expect(await daysOf(gateway)).toMatchObject({ days: 3, can_be_set: false });
});

test("an erasure removes it, of a call that was still running too, and other people's stays", async () => {
  const gateway = await keepingGateway(ON);
  const { call, keptIds, newKey, runtime, say, upstream } = gateway;
  const WORD = "my password is swordfish";
  await call("POST", "/user/new", { body: { user_id: "usr-eve", auto_create_key: false } });
  const key = await newKey({ user_id: "usr-eve" });
  const hers = await say(message(WORD), { key });
  const others = await say(message("somebody else"));
  const unlock = await call("POST", `/privacy/contents/${hers}/unlock`, {
    body: { reason: "because of eve's complaint" },
  });
  expect(unlock.status).toBe(200);

  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = (): void => undefined;
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  upstream.behave(
    stream(async (response) => {
      response.write(sse(chunk("first")));
      begun();
      await released;
      response.end(sse(chunk("last"), usageChunk(), "[DONE]"));
    }),
  );
  const running = call("POST", "/v1/chat/completions", {
    key,
    body: { model: "talk", stream: true, ...message(WORD) },
  });
  await begins;
  const job = { deps: runtime.deps, cursor: null, progress: async () => undefined };
  const certificate = await eraseSubject(
    { ...job, signal: new AbortController().signal },
    { subject: { kind: "user", id: "usr-eve" }, operator: "dpo", approver: "admin", requestId: null },
  );
  expect(certificate.stores.find(({ store }) => store === "call_contents")).toEqual({
    store: "call_contents",
    action: "deleted",
    before: 1,
    after: 0,
  });
  release();
  expect((await running).status).toBe(200);
  expect(await keptIds()).toEqual([others]);
  expect((await call("POST", `/privacy/contents/${hers}/read`, { body: {} })).status).toBe(404);
  // Why it was opened was about her: nobody can read that any more either.
  const { json } = await call("GET", `/privacy/contents/${hers}`);
  expect(json.unlocks[0]).toMatchObject({ reason: "erased" });
  expect(await rowsWith(gateway, [WORD, "usr-eve"])).toEqual({});
});

test("a person is told what they said, cut texts marked, and nothing of what another one did through their key", async () => {
  const gateway = await keepingGateway(`${ON}  content_max_kilobytes: 1\n`);
  const { call, newKey, runtime, say } = gateway;
  await call("POST", "/user/new", { body: { user_id: "usr-dan", auto_create_key: false } });
  const key = await newKey({ user_id: "usr-dan" });
  const own = await say(message("=1+1 dan's own words"), { key });
  await say(message("x".repeat(3_000)), { key });
  const customers = await say(message("the customer's words", { user: "cust-9" }), { key });
  await runtime.deps.contents.flush();
  await runtime.deps.ledger.flush();

  const his = await exported(runtime, { kind: "user", id: "usr-dan" });
  const rows: { record_id: string; request: string | null; answer: string | null }[] =
    his.json("data/call_contents.json");
  const byId = new Map(rows.map((row) => [row.record_id, row]));
  expect(JSON.parse(byId.get(own)?.request ?? "").messages[0].content).toBe("=1+1 dan's own words");
  expect(byId.get(own)?.answer).toContain("hello");
  expect(byId.get(customers)).toMatchObject({ request: null, answer: null });
  expect(rows.filter(({ request }) => request?.includes("[cut: 3"))).toHaveLength(1);
  expect(his.texts["data/call_contents.csv"]?.split("\n")[0]).toContain("request,answer");
  expect(Object.values(his.texts).join()).not.toMatch(/sealed_request|v1\.gcm|the customer's words/);

  const theirs = await exported(runtime, { kind: "end_user", id: "cust-9" });
  const told = theirs.json("data/call_contents.json");
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0].request).messages[0].content).toBe("the customer's words");
  expect(JSON.stringify(told)).not.toContain("usr-dan");
  const taken = await call("GET", "/audit?action=privacy.export&limit=10");
  expect(taken.json.events.length).toBe(2);
});

test("the check, the record of processing and the list of contents say what is kept", async () => {
  const gateway = await keepingGateway("");
  const { call, say } = gateway;
  const check = async () => {
    await call("POST", "/compliance/run", { body: { checks: ["content_storage"] } });
    const { json } = await call("GET", "/compliance/checks/content_storage");
    return [json.status, json.history[0].evidence];
  };
  expect(await check()).toEqual(["passed", "Storing is off, and no prompt and no answer is kept"]);
  const measures = async () => (await call("GET", "/privacy/records")).json.measures.join("\n");
  expect(await measures()).toContain("Prompts and answers are not stored");

  await gateway.reload(gateway.yaml(`${ON}  content_retention_days: 30\n`));
  await say(message("kept"));
  expect((await call("GET", "/privacy/contents")).json).toMatchObject({
    ...{ stored: true, opt_in: false, second_person: false, days: 30, kept: 1 },
  });
  expect(await check()).toEqual([
    "passed",
    "Storing is on: 1 call sealed, kept 30 days, read by break-glass alone",
  ]);
  expect(await measures()).toContain("for 30 days and are read by break-glass alone");
  await gateway.reload(gateway.yaml(`${ON}  content_retention_days: 31\n`));
  expect((await check())[0]).toBe("failed");
  await gateway.reload(gateway.yaml(""));
  expect((await check())[1]).toContain("1 call from before");
});

/** Break-glass. If it fails, what people said is read by whom it should not be, without a reason, or without a trace. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventsOf } from "#test/helpers/audit.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { type SignedIn, signedInAs } from "#test/helpers/session.ts";
import { keepingGateway, message, ON } from "./keeping.ts";
import { rowsWith } from "./person.ts";

const SECRET = "my knee hurts on tuesdays";
const WHY = "complaint 4711 of the customer";
const MINUTE_MS = 60_000;
const clock = manualClock(Date.now());
const gateway = await keepingGateway(ON, { clock });
const { call, keptIds, newKey, runtime, say, yaml } = gateway;
const { sql } = runtime.deps;
const id = await say(message(SECRET));
const path = `/privacy/contents/${id}`;
let [dpo, admin, auditor, developer, finance] = await everybody();

/** Sessions end while the clock of these tests goes on. */
async function everybody() {
  return [
    await signedInAs(gateway, "dpo", "dora"),
    await signedInAs(gateway, "admin", "adam"),
    await signedInAs(gateway, "auditor", "audrey"),
    await signedInAs(gateway, "developer", "dev"),
    await signedInAs(gateway, "finance", "fin"),
  ] as const;
}

async function later(ms: number): Promise<void> {
  clock.advance(ms);
  [dpo, admin, auditor, developer, finance] = await everybody();
}

beforeEach(() => later(0));

afterEach(async () => {
  await sql`drop trigger if exists stop_audit on audit_pending`;
  await gateway.reload(yaml(ON));
  // Nothing stays open for the next test.
  clock.advance(25 * 60 * MINUTE_MS);
  await call("POST", "/privacy/holds/end", {
    body: { kind: "restriction", subject: "rita", subject_kind: "end_user", reason: "over" },
  });
});

const post = (who: Pick<SignedIn, "call">, act: string, body: unknown = {}) =>
  who.call("POST", `${path}/${act}`, body);
const master = { call: (method: string, url: string, body?: unknown) => call(method, url, { body }) };
const actions = async () =>
  (await eventsOf(gateway)).filter(({ target_kind }) => target_kind === "call").map(({ action }) => action);
const alertsOf = async () =>
  (await call("GET", "/alerts")).json.alerts as { kind: string; message: string }[];

/** From here on no event can be written. */
const stopAudit = async () => {
  await sql`create or replace function stop_audit() returns trigger language plpgsql as
    $$ begin raise exception 'no events today'; end $$`;
  await sql`create trigger stop_audit before insert on audit_pending for each row execute function stop_audit()`;
};

test("it is locked until it is opened with a reason, then readable by who opened it, for a quarter of an hour", async () => {
  const locked = await post(dpo, "read");
  expect([locked.status, locked.text.includes(SECRET)]).toEqual([403, false]);
  for (const reason of [undefined, "", "because", "         x   ", 7]) {
    const answer = await post(dpo, "unlock", reason === undefined ? {} : { reason });
    expect([reason, answer.status, answer.json.error.param]).toEqual([reason, 400, "reason"]);
  }
  expect((await post(dpo, "read")).status).toBe(403);
  const before = await actions();

  const unlocked = await post(dpo, "unlock", { reason: WHY });
  expect(unlocked.json).toMatchObject({
    kept: true,
    unlocks: [{ state: "open", asked_by: "dora", reason: WHY, read_at: [] }],
  });
  expect(unlocked.text).not.toContain(SECRET);
  const read = await post(dpo, "read");
  expect(read.status).toBe(200);
  expect(JSON.parse(read.json.request.text).messages[0].content).toBe(SECRET);
  expect(JSON.parse(read.json.answer.text).choices[0].message.content).toBe("hello");
  expect(read.headers["cache-control"]).toBe("no-store");
  // Another person's opening is not mine.
  expect((await post(admin, "read")).status).toBe(403);
  clock.advance(15 * MINUTE_MS - 1);
  expect((await post(dpo, "read")).status).toBe(200);
  clock.advance(1);
  expect((await post(dpo, "read")).status).toBe(403);

  expect((await actions()).slice(before.length)).toEqual(["content.unlock", "content.read", "content.read"]);
  const view = await auditor.call("GET", path);
  expect(view.json.unlocks[0]).toMatchObject({ state: "closed", asked_by: "dora" });
  expect(view.json.unlocks[0].read_at).toHaveLength(2);
  expect(view.json.kept_until).toMatch(/^\d{4}-/);
  // The reason is for those who may read the log, and stands in clear in no table.
  expect(await rowsWith(gateway, [SECRET, WHY])).toEqual({});
  expect((await alertsOf()).filter(({ kind }) => kind === "content_opened")).toMatchObject([
    { message: expect.stringContaining(id) },
  ]);
});

test("only admins and data protection may open it; auditors see who did, and nobody else even that", async () => {
  for (const who of [auditor, developer, finance]) {
    for (const [act, body] of [
      ["unlock", { reason: WHY }],
      ["approve", { unlock: "ulk_x" }],
      ["read", {}],
    ] as const) {
      const answer = await post(who, act, body);
      expect([who.userId, act, answer.status]).toEqual([who.userId, act, 403]);
    }
  }
  const key = await newKey({ user_id: "dev" });
  const viewer = await newKey({ user_id: "audrey" });
  for (const secret of [key, viewer]) {
    const answer = await call("POST", `${path}/unlock`, { key: secret, body: { reason: WHY } });
    expect(answer.status).toBe(403);
  }
  expect((await call("POST", `${path}/unlock`, { key: null, body: { reason: WHY } })).status).toBe(401);
  for (const [who, status] of [
    [auditor, 200],
    [dpo, 200],
    [developer, 403],
    [finance, 403],
  ] as const) {
    expect((await who.call("GET", path)).status).toBe(status);
    expect((await who.call("GET", "/privacy/contents")).status).toBe(status);
  }
  // Refused attempts are on record.
  const denied = await eventsOf(gateway, { outcome: "denied" });
  expect(
    denied.filter(({ target_id: target }) => target.includes("/privacy/contents")).length,
  ).toBeGreaterThan(5);
});

test("an event that cannot be written opens nothing and reads nothing", async () => {
  const before = await actions();
  await stopAudit();
  const unlocked = await post(dpo, "unlock", { reason: WHY });
  expect(unlocked.status).toBeGreaterThanOrEqual(500);
  await sql`drop trigger stop_audit on audit_pending`;
  expect((await post(dpo, "read")).status).toBe(403);
  expect((await post(dpo, "unlock", { reason: WHY })).status).toBe(200);
  await stopAudit();
  const read = await post(dpo, "read");
  expect(read.status).toBeGreaterThanOrEqual(500);
  expect(read.text).not.toContain(SECRET);
  await sql`drop trigger stop_audit on audit_pending`;
  expect((await post(dpo, "read")).status).toBe(200);
  expect((await actions()).slice(before.length)).toEqual(["content.unlock", "content.read"]);
});

test("where a second person is set, it opens to who asked once another one has approved", async () => {
  await gateway.reload(yaml(`${ON}  content_second_person: true\n`));
  const asked = await post(dpo, "unlock", { reason: WHY });
  const { unlock } = asked.json;
  expect(asked.json.unlocks[0]).toMatchObject({ id: unlock, state: "waiting", open_until: null });
  expect((await post(dpo, "read")).status).toBe(403);
  expect((await post(dpo, "unlock", { reason: WHY })).status).toBe(409);
  expect((await post(dpo, "approve", { unlock })).status).toBe(403);
  // A key of the same person is the same person; the master key is nobody.
  const own = await newKey({ user_id: "adam" });
  const asking = await call("POST", `${path}/unlock`, { key: own, body: { reason: WHY } });
  expect((await post(admin, "approve", { unlock: asking.json.unlock })).status).toBe(403);
  expect((await post(master, "approve", { unlock })).status).toBe(403);
  expect((await post(admin, "approve", { unlock: "ulk_other" })).status).toBe(404);

  await later(16 * MINUTE_MS);
  expect((await post(admin, "approve", { unlock })).status).toBe(200);
  expect((await post(admin, "approve", { unlock })).status).toBe(409);
  expect((await post(admin, "read")).status).toBe(403);
  await later(14 * MINUTE_MS);
  expect((await post(dpo, "read")).text).toContain(SECRET);
  const { json } = await auditor.call("GET", path);
  expect(json.unlocks.find((one: { id: string }) => one.id === unlock)).toMatchObject({
    approved_by: "adam",
    state: "open",
  });

  await later(16 * MINUTE_MS);
  const late = await post(dpo, "unlock", { reason: WHY });
  await later(24 * 60 * MINUTE_MS);
  expect((await post(admin, "approve", { unlock: late.json.unlock })).status).toBe(409);
  expect((await auditor.call("GET", path)).json.unlocks[0]).toMatchObject({ state: "lapsed" });
});

test("what was moved from another call, changed, or sealed under another key does not open, and says so", async () => {
  const other = await say(message("something else"));
  await runtime.deps.contents.flush();
  const [row] = await sql<{ sealed_request: string; sealed_answer: string }[]>`
    select sealed_request, sealed_answer from call_contents where record_id = ${id}`;
  const [foreign] = await sql<{ sealed_request: string }[]>`
    select sealed_request from call_contents where record_id = ${other}`;
  expect((await post(dpo, "unlock", { reason: WHY })).status).toBe(200);
  for (const sealed of [foreign?.sealed_request ?? "", `${row?.sealed_request}x`, "", "v1"]) {
    await sql`update call_contents set sealed_request = ${sealed} where record_id = ${id}`;
    const read = await post(dpo, "read");
    expect([sealed.length, read.status]).toEqual([sealed.length, 409]);
    expect(read.text).not.toMatch(/something else|knee/);
  }
  await sql`update call_contents set sealed_request = ${row?.sealed_request ?? ""} where record_id = ${id}`;
  expect((await post(dpo, "read")).status).toBe(200);
});

test("nothing is read of who restricted processing, nor is what they say kept from then on", async () => {
  const theirs = await say(message(SECRET, { user: "rita" }));
  const hold = { kind: "restriction", subject: "rita", subject_kind: "end_user", reason: "Art. 18" };
  expect(await keptIds()).toContain(theirs);
  // On its way to the table when the restriction is placed.
  expect((await call("POST", "/privacy/holds", { body: hold })).status).toBe(200);
  const text = { text: "x", bytes: 1, whole: true };
  const who = { userId: "", endUser: "rita", namedEndUser: "rita" };
  runtime.deps.contents.put({ recordId: "req_late", atMs: clock.now(), ...who, request: text, answer: null });
  expect(await keptIds()).not.toContain("req_late");
  for (const act of ["unlock", "read"]) {
    const answer = await dpo.call(
      "POST",
      `/privacy/contents/${theirs}/${act}`,
      act === "unlock" ? { reason: WHY } : {},
    );
    expect([act, answer.status, answer.json.error.code]).toEqual([act, 403, "403"]);
    expect(answer.json.error.message).toContain("restricted");
  }
  await call("POST", "/privacy/holds/end", { body: hold });
  expect((await dpo.call("POST", `/privacy/contents/${theirs}/unlock`, { reason: WHY })).status).toBe(200);
});

test("a call of which nothing is kept is not found, whatever its id", async () => {
  for (const odd of ["req_none", "..%2f..%2fetc", "%27%20or%201=1", "a".repeat(300)]) {
    const answer = await dpo.call("POST", `/privacy/contents/${odd}/unlock`, { reason: WHY });
    expect([odd, answer.status]).toEqual([odd, 404]);
  }
  expect((await dpo.call("GET", "/privacy/contents/req_none")).json).toMatchObject({
    kept: false,
    unlocks: [],
  });
});

test("neither the logs' API nor the audit log nor an export of records holds what was said", async () => {
  for (const url of ["/spend/logs?summarize=false", "/audit?limit=200", "/privacy/contents", path]) {
    const answer = await call("GET", url);
    expect([url, answer.status, answer.text.includes(SECRET)]).toEqual([url, 200, false]);
  }
});

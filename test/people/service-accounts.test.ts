/** Service accounts: keys without anybody who could sign in. If these fail, a program's account becomes a way in, or nobody answers for it. */
import { describe, expect, test } from "vitest";
import { upsertAccount } from "#db/queries/console-access.ts";
import { listPeople } from "#db/queries/console-people.ts";
import { hashPassword } from "#lib/console/password.ts";
import { beginSession, readSession, sessionToken } from "#lib/console/session.ts";
import { signIn } from "#lib/console/sign-in.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const { call, database, runtime } = await testGateway();
const { deps } = runtime;
const post = (path: string, body: unknown) => call("POST", path, { body });
await post("/user/new", { user_id: "ana", user_email: "ana@example.com", auto_create_key: false });

const service = (fields: Record<string, unknown> = {}) =>
  post("/user/new", {
    kind: "service",
    user_alias: "reports",
    metadata: { owner_user_id: "ana" },
    auto_create_key: false,
    ...fields,
  });

describe("a service account", () => {
  test("is made with a person who answers for it, and its keys call models", async () => {
    const { json, status } = await service();
    expect([status, json.kind, json.user_role]).toEqual([200, "service", "internal_user"]);
    const { json: key } = await post("/key/generate", { user_id: json.user_id });
    const body = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] };
    expect((await call("POST", "/v1/chat/completions", { key: key.key, body })).status).toBe(200);
    await post("/user/update", { user_id: json.user_id, blocked: true });
    expect((await call("POST", "/v1/chat/completions", { key: key.key, body })).status).toBe(401);
  });

  test.each([
    ["metadata", { metadata: {} }],
    ["metadata", { metadata: { owner_user_id: "nobody" } }],
    ["user_email", { user_email: "bot@example.com" }],
    ["kind", { kind: "robot" }],
  ])("is refused without what it needs: %s %j", async (param, fields) => {
    const { json, status } = await service(fields);
    expect([status, json.error.param]).toEqual([400, param]);
  });

  test("does not answer for another, and keeps its own person and no address", async () => {
    const { json } = await service();
    const id = json.user_id;
    expect((await service({ metadata: { owner_user_id: id } })).status).toBe(400);
    expect((await post("/user/update", { user_id: id, metadata: {} })).status).toBe(400);
    expect((await post("/user/update", { user_id: id, user_email: "x@example.com" })).status).toBe(400);
    expect((await post("/user/update", { user_id: id, user_alias: "renamed" })).status).toBe(200);
  });

  test("gets no link to sign in with", async () => {
    const { json } = await service();
    const { json: refused, status } = await post("/console/invitations/renew", { user_id: json.user_id });
    expect([status, refused.error.param]).toEqual([400, "user_id"]);
  });

  test("is let in by no password and no session, even with an account and an address in the database", async () => {
    const { json } = await service();
    const id = json.user_id;
    await database.sql`update users set email = 'robot@example.com' where id = ${id}`;
    const password = "four unrelated wooden words";
    await upsertAccount(deps.db, id, { passwordHash: await hashPassword(password) }, new Date());
    const given = { email: "robot@example.com", password, code: "" };
    const secret = "x".repeat(64);
    const signing = { db: deps.db, consoleSecret: secret, nowMs: Date.now, throttle: null };
    const from = { ip: null, userAgent: null };
    expect((await signIn(signing, given, from)).kind).toBe("wrong");
    const sessionId = await beginSession(deps.db, { userId: id, sessionVersion: 1 }, from, Date.now());
    const cookie = `shin.session=${sessionToken(secret, sessionId)}`;
    const reading = { sql: deps.sql, consoleSecret: secret };
    expect(await readSession(reading, cookie, false, Date.now())).toBeNull();
    await database.sql`update users set kind = 'person' where id = ${id}`;
    // The same session of a person is one: it was the kind that kept it out.
    expect((await readSession(reading, cookie, false, Date.now()))?.userId).toBe(id);
  });

  test("is not listed among people", async () => {
    const { json } = await service({ user_alias: "unlisted" });
    const asked = { month: { fromMs: 0, toMs: null }, nowMs: Date.now() };
    const idsOf = async (kind: "person" | "service") =>
      (await listPeople(deps.sql, { ...asked, kind }, "name", "asc", 1, 100)).rows.map((row) => row.id);
    expect(await idsOf("person")).not.toContain(json.user_id);
    expect(await idsOf("service")).toContain(json.user_id);
    const { json: listed } = await call("GET", "/user/list?kind=service&page_size=100");
    expect(listed.users.every((user: { kind: string }) => user.kind === "service")).toBe(true);
  });
});

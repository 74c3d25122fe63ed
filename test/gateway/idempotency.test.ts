/**
 * `Idempotency-Key` over two gateways and one database, as two machines have it. If this fails, a client that lost an answer
 * and asks again has two keys, one of them nobody's, or hears the secret of somebody else's.
 */
import { describe, expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { type Answer, type Call, MASTER_KEY, type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";

const clock = manualClock(Date.now());
const here = await testGateway({ clock });
const there = await testGateway({ clock, database: here.database });
const { sql } = here.database;

let count = 0;
/** A key that no other test has. */
const fresh = () => `"key-${++count}"`;

function send(gateway: TestGateway, path: string, key: string, given: Call = {}): Promise<Answer> {
  return gateway.call("POST", path, { ...given, headers: { ...given.headers, "idempotency-key": key } });
}

const replayed = (answer: Answer) => answer.headers["idempotent-replayed"];
const typeOf = (answer: Answer): string => answer.json.error.type;
const keysNamed = async (alias: string) =>
  (await sql`select id from virtual_keys where alias = ${alias}`).length;
const eventsOf = async (action: string, targets: readonly string[]) =>
  (await sql`select 1 from audit_events where action = ${action} and target_id = any(${[...targets]})`)
    .length;

describe("the same request again", () => {
  test("hears the first answer, byte for byte, on the other gateway as well, and makes no second key", async () => {
    const [key, alias] = [fresh(), "lost-answer"];
    const first = await send(here, "/key/generate", key, { body: { key_alias: alias } });
    expect([first.status, replayed(first)]).toEqual([200, undefined]);
    for (const [gateway, path] of [
      [here, "/key/generate"],
      [there, "/key/generate"],
      [there, "/v1/key/generate"],
    ] as const) {
      const again = await send(gateway, path, key, { body: { key_alias: alias } });
      expect([again.status, replayed(again), again.text]).toEqual([200, "true", first.text]);
      expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
      expect(again.headers["x-shin-request-id"]).not.toBe(first.headers["x-shin-request-id"]);
    }
    expect([await keysNamed(alias), await eventsOf("key.create", [first.json.key_id])]).toEqual([1, 1]);
  });

  test.each([
    ["/key/service-account/generate", { team_id: "crew", key_alias: "robot" }],
    ["/user/new", { user_id: "once-user" }],
    ["/team/new", { team_id: "once-team" }],
    ["/customer/new", { user_id: "once-customer" }],
    ["/end_user/new", { user_id: "once-end-user" }],
    ["/budget/new", { budget_id: "once-budget", max_budget: 1 }],
    ["/tag/new", { name: "once-tag" }],
  ])("of %s", async (path, body) => {
    await here.call("POST", "/team/new", { body: { team_id: "crew" } });
    const key = fresh();
    const first = await send(here, path, key, { body });
    const again = await send(there, path, key, { body });
    expect(first.status, first.text).toBe(200);
    expect([again.status, again.text, replayed(again)]).toEqual([200, first.text, "true"]);
  });

  test("of a request about somebody's data takes it in once", async () => {
    const admin = { user_id: "officer", user_role: "proxy_admin" };
    const officer = (await here.call("POST", "/user/new", { body: admin })).json.key;
    await here.call("POST", "/user/new", { body: { user_id: "ana" } });
    const [name, body] = [fresh(), { type: "access", subject: "ana" }];
    const first = await send(here, "/privacy/requests", name, { key: officer, body });
    const again = await send(there, "/privacy/requests", name, { key: officer, body });
    expect([first.status, again.text, replayed(again)]).toEqual([200, first.text, "true"]);
    expect(await sql`select id from privacy_requests`).toHaveLength(1);
  });

  test("of a rotation gives the new secret once more, and of a deletion that it is deleted", async () => {
    const secret = await here.newKey();
    const [rotating, deleting] = [fresh(), fresh()];
    const rotated = await send(here, "/key/regenerate", rotating, { body: { key: secret } });
    const again = await send(there, "/key/regenerate", rotating, { body: { key: secret } });
    expect([again.text, replayed(again)]).toEqual([rotated.text, "true"]);
    const body = { keys: [rotated.json.key] };
    const deleted = await send(here, "/key/delete", deleting, { body });
    expect(deleted.status).toBe(200);
    expect((await send(there, "/key/delete", deleting, { body })).text).toBe(deleted.text);
  });
});

describe("twenty at once", () => {
  test("on two gateways make one key with one event; each hears it, or that it is being made", async () => {
    const [key, alias] = [fresh(), "twenty"];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        send(at % 2 === 0 ? here : there, "/key/generate", key, { body: { key_alias: alias } }),
      ),
    );
    const made = answers.filter(({ status }) => status === 200);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    expect(made.filter((answer) => replayed(answer) === undefined)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(others.map((answer) => [answer.status, typeOf(answer), answer.headers["retry-after"]])).toEqual(
      others.map(() => [409, "idempotency_key_running", "1"]),
    );
    expect([await keysNamed(alias), await eventsOf("key.create", [made[0]?.json.key_id])]).toEqual([1, 1]);
    expect((await send(there, "/key/generate", key, { body: { key_alias: alias } })).text).toBe(
      made[0]?.text,
    );
  });
});

describe("another request with the key", () => {
  test("is refused when its body or query differs, and does nothing", async () => {
    const key = fresh();
    await send(here, "/key/generate", key, { body: { key_alias: "first-body" } });
    for (const [path, alias] of [
      ["/key/generate", "second-body"],
      ["/key/generate?page=2", "first-body"],
    ] as const) {
      const other = await send(there, path, key, { body: { key_alias: alias } });
      expect([other.status, typeOf(other), other.headers["x-should-retry"]]).toEqual([
        409,
        "idempotency_key_reused",
        "false",
      ]);
      expect(other.json.error).toMatchObject({ param: "Idempotency-Key" });
      expect(other.text).not.toContain("sk-");
    }
    expect([await keysNamed("first-body"), await keysNamed("second-body")]).toEqual([1, 0]);
  });

  test("is another request on another route, and of another caller: key, master key, person", async () => {
    const key = fresh();
    const admins = [
      (await here.call("POST", "/user/new", { body: { user_id: "adm-1", user_role: "proxy_admin" } })).json
        .key,
      (await here.call("POST", "/user/new", { body: { user_id: "adm-2", user_role: "proxy_admin" } })).json
        .key,
      MASTER_KEY,
    ];
    const person = await signedInAs(here, "admin", "once-person");
    const body = { metadata: { for: "callers" } };
    const answers = [
      ...(await Promise.all(admins.map((by) => send(here, "/key/generate", key, { key: by, body })))),
      await person.call("POST", "/key/generate", body, { "idempotency-key": key }),
      await send(here, "/budget/new", key, { body: { budget_id: "of-another-route", max_budget: 2 } }),
    ];
    expect(answers.map((answer) => [answer.status, replayed(answer)])).toEqual(
      answers.map(() => [200, undefined]),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(answers.length);
    const again = await person.call("POST", "/key/generate", body, { "idempotency-key": key });
    expect([again.text, replayed(again)]).toEqual([answers[3]?.text, "true"]);
  });

  test.each([
    ["empty", ""],
    ["of 256 characters", "x".repeat(256)],
    ["with a space", "two words"],
    ["with a letter beyond ASCII", "schl\u00fcssel"],
  ])("%s is no key: 400, and nothing is done", async (_, key) => {
    const body = { key_alias: "no-such-key" };
    const answer = await send(here, "/key/generate", key, { body });
    expect([answer.status, answer.json.error.param]).toEqual([400, "Idempotency-Key"]);
    expect(await keysNamed("no-such-key")).toBe(0);
  });

  test("of 255 characters is one; a request that only reads does not look at it", async () => {
    const key = "k".repeat(255);
    expect((await send(here, "/key/generate", key, { body: {} })).status).toBe(200);
    const headers = { "idempotency-key": "two words" };
    expect((await here.call("GET", "/key/list", { headers })).status).toBe(200);
  });
});

describe("a request that was refused", () => {
  test("before anything was done leaves its key free: 400, 403, 404, 413", async () => {
    const developer = (await here.call("POST", "/user/new", { body: { user_id: "dev-1" } })).json.key;
    const big = "x".repeat(1024 * 1024 + 1);
    for (const [status, path, key, body] of [
      [400, "/key/generate", MASTER_KEY, { duration: "never" }],
      [400, "/key/generate", MASTER_KEY, "{"],
      [403, "/team/new", developer, { team_alias: "mine" }],
      [404, "/key/delete", MASTER_KEY, { keys: ["sk-unknown"] }],
      [413, "/key/generate", MASTER_KEY, big],
    ] as const) {
      const name = fresh();
      const refused = await send(here, path, name, { key, body });
      expect([refused.status, path]).toEqual([status, path]);
      const alias = `put-right-${count}`;
      const corrected = await send(there, "/key/generate", name, { body: { key_alias: alias } });
      expect([corrected.status, replayed(corrected), await keysNamed(alias)]).toEqual([200, undefined, 1]);
    }
    expect(await sql`select 1 from idempotent_requests where answer is null`).toEqual([]);
  });

  test("because its event could not be written changed nothing, and the same key does it later", async () => {
    const name = fresh();
    const body = { key_alias: "later" };
    await sql`create or replace function refuse_event() returns trigger language plpgsql as
      $$ begin raise exception 'the disk is full'; end $$`;
    await sql`create or replace trigger refuse_event before insert on audit_pending
      for each row execute function refuse_event()`;
    const failed = await send(here, "/key/generate", name, { body });
    expect([failed.status, typeOf(failed)]).toEqual([503, "audit_unavailable"]);
    await sql`drop function refuse_event cascade`;
    const made = await send(here, "/key/generate", name, { body });
    expect([made.status, replayed(made), await keysNamed("later")]).toEqual([200, undefined, 1]);
  });
});

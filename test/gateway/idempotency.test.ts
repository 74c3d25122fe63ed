/**
 * `Idempotency-Key` over two gateways and one database, as two machines have it. If this fails, a client that lost an answer
 * and asks again has two keys, one of them nobody's, or hears the secret of somebody else's.
 */
import { describe, expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { keepHouse } from "#lib/privacy/upkeep.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { type Answer, type Call, type TestGateway, testGateway } from "#test/helpers/gateway.ts";

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

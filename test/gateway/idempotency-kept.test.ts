/**
 * What is kept for an `Idempotency-Key`: sealed, for a day, and honest about a crash. If this fails, secrets lie in the
 * database, or a client that asks again after a crash is told that nothing happened when it did.
 */
import { describe, expect, test } from "vitest";
import { reserve } from "#lib/idempotency/reservation.ts";
import { askErasure } from "#lib/privacy/erase-job.ts";
import { keepHouse } from "#lib/privacy/upkeep.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { type Answer, MASTER_KEY, type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { ended } from "../privacy/person.ts";

const HOUR_MS = 3_600_000;
const clock = manualClock(Date.now());
const here = await testGateway({ clock });
const there = await testGateway({ clock, database: here.database });
const { deps } = here.runtime;
const { sql } = here.database;

let count = 0;
const fresh = () => `kept-${++count}`;
const replayed = (answer: Answer) => answer.headers["idempotent-replayed"];
const typeOf = (answer: Answer): string => answer.json.error.type;

function generate(
  gateway: TestGateway,
  name: string,
  fields: object = {},
  key = MASTER_KEY,
): Promise<Answer> {
  const headers = { "idempotency-key": name };
  return gateway.call("POST", "/key/generate", { key, body: { key_alias: name, ...fields }, headers });
}

const keysNamed = async (alias: string) =>
  (await sql`select id from virtual_keys where alias = ${alias}`).length;

/** As a gateway leaves it that is killed while it handles this request. @param requestId of what it did, if it did something */
async function killedDuring(name: string, requestId: string) {
  const body = Buffer.from(JSON.stringify({ key_alias: name }));
  const { pseudonymKey } = deps;
  const of = { caller: "master key", method: "POST", path: "/key/generate", key: name, query: "", body };
  const found = await reserve(deps.sql, pseudonymKey, { ...of, requestId, nowMs: clock.now() });
  if (found.kind !== "ours") throw new Error(`the key of ${name} is taken`);
  return found.reservation;
}

describe("the database", () => {
  test("holds neither the secret nor the key in clear, and forgets both after 24 hours", async () => {
    const name = fresh();
    const first = await generate(here, name);
    const [row] = await sql<{ text: string }[]>`select r::text as text from idempotent_requests r`;
    expect(row?.text).toContain(",t,v1.gcm.");
    for (const word of [first.json.key, name, first.json.key_id]) expect(row?.text).not.toContain(word);

    clock.advance(24 * HOUR_MS - 1);
    await keepHouse(deps);
    expect((await generate(there, name)).text).toBe(first.text);
    clock.advance(1);
    await keepHouse(deps);
    expect(await sql`select 1 from idempotent_requests`).toEqual([]);
  });

  test("is not what ends the day: a key of yesterday is new, though upkeep has not come round", async () => {
    const name = fresh();
    expect((await generate(here, name)).status).toBe(200);
    clock.advance(24 * HOUR_MS);
    const anew = await generate(there, name, { key_alias: `${name}-anew` });
    expect([anew.status, replayed(anew), await keysNamed(`${name}-anew`)]).toEqual([200, undefined, 1]);
  });

  test("whose answer was moved from another row, or sealed under another key, says that it is lost", async () => {
    const [mine, other] = [fresh(), fresh()];
    const idOf = async (name: string) => (await generate(here, name)).headers["x-shin-request-id"] ?? "";
    const [mineId, otherId] = [await idOf(mine), await idOf(other)];
    const [moved] = await sql<{ answer: string }[]>`
      select answer from idempotent_requests where request_id = ${otherId}`;
    for (const answer of [moved?.answer ?? "", "v1.gcm.00000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA"]) {
      await sql`update idempotent_requests set answer = ${answer} where request_id = ${mineId}`;
      expect(typeOf(await generate(here, mine))).toBe("idempotency_answer_lost");
    }
    expect([await keysNamed(mine), replayed(await generate(there, other))]).toEqual([1, "true"]);
  });
});

describe("a gateway that was killed", () => {
  test("before it did anything: the key is taken for a minute, and then does it", async () => {
    const name = fresh();
    await killedDuring(name, "req_killed");
    const early = await generate(here, name);
    expect([early.status, typeOf(early)]).toEqual([409, "idempotency_key_running"]);
    clock.advance(60_000);
    const late = await generate(there, name);
    expect([late.status, replayed(late), await keysNamed(name)]).toEqual([200, undefined, 1]);
  });

  test("after it did it: who asks again is told so, and where it stands, and nothing is done twice", async () => {
    const name = fresh();
    const reservation = await killedDuring(name, "req_did_it");
    await reservation.over(deps.db).transaction(async (tx) => {
      await tx.execute("select 1");
    });
    expect(typeOf(await generate(here, name))).toBe("idempotency_key_running");
    clock.advance(60_000);
    const late = await generate(there, name);
    expect([late.status, typeOf(late), late.json.error.first_request_id]).toEqual([
      409,
      "idempotency_answer_lost",
      "req_did_it",
    ]);
    expect(await keysNamed(name)).toBe(0);
  });

  test("or only slow: what it begins after its key was given to another is undone", async () => {
    const name = fresh();
    const reservation = await killedDuring(name, "req_slow");
    clock.advance(60_000);
    const second = await generate(here, name);
    const slow = reservation.over(deps.db).transaction(async (tx) => {
      await tx.execute("delete from virtual_keys");
    });
    await expect(slow).rejects.toMatchObject({ code: "idempotency_key_running" });
    await reservation.keep("not this one");
    expect(await reservation.release()).toBe(false);
    expect((await generate(there, name)).text).toBe(second.text);
  });
});

test("a failure after something was done is the answer to the key, and is heard again", async () => {
  const own = await testGateway({ clock });
  await own.call("POST", "/budget/new", { body: { budget_id: "tier", max_budget: 1 } });
  // The key is made and committed; what the answer is made of is gone by then.
  await own.database.sql`create function lose_budgets() returns trigger language plpgsql as
    $$ begin alter table budgets rename to budgets_away; return new; end $$`;
  await own.database.sql`create constraint trigger lose_budgets after insert on virtual_keys
    deferrable initially deferred for each row execute function lose_budgets()`;
  const name = fresh();
  const failed = await generate(own, name, { budget_id: "tier" });
  expect([failed.status, replayed(failed)]).toEqual([500, undefined]);
  await own.database.sql`drop function lose_budgets cascade`;
  await own.database.sql`alter table budgets_away rename to budgets`;
  const again = await generate(own, name, { budget_id: "tier" });
  expect([again.status, again.text, replayed(again)]).toEqual([500, failed.text, "true"]);
  expect(await own.database.sql`select 1 from virtual_keys where alias = ${name}`).toHaveLength(1);
});

test("an erasure takes every answer away: who asks again hears so, and nothing is done twice", async () => {
  const name = fresh();
  const body = { user_id: "usr-gone-1", user_email: "gone@example.com" };
  const once = { body, headers: { "idempotency-key": name } };
  expect((await here.call("POST", "/user/new", once)).status).toBe(200);
  const order = { operator: "master_key", approver: null, requestId: null };
  await ended(here, await askErasure(deps, { ...order, subject: { kind: "user", id: "usr-gone-1" } }));
  expect(await sql`select 1 from idempotent_requests where answer is not null`).toEqual([]);
  clock.advance(60_000);
  expect(typeOf(await here.call("POST", "/user/new", once))).toBe("idempotency_answer_lost");
  expect(await sql`select 1 from users where id = 'usr-gone-1'`).toEqual([]);
});

test("the master key is one caller through its rotation, and a virtual key through its own", async () => {
  const [name, rotation] = [fresh(), fresh()];
  const admin = (await here.call("POST", "/user/new", { body: { user_id: "adm", user_role: "proxy_admin" } }))
    .json.key;
  const byMaster = await generate(here, name);
  const byKey = await generate(here, `${name}-key`, {}, admin);
  const renewed = (await here.call("POST", "/key/regenerate", { body: { key: admin } })).json.key;
  const master = "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778";
  const headers = { "idempotency-key": rotation };
  const rotate = { body: { new_key: master, grace_period: "1h" }, headers };
  const rotated = await here.call("POST", "/master_key/rotate", rotate);
  expect(rotated.status, rotated.text).toBe(200);
  expect((await generate(here, name, {}, master)).text).toBe(byMaster.text);
  expect((await generate(here, `${name}-key`, {}, renewed)).text).toBe(byKey.text);
  expect((await here.call("POST", "/master_key/rotate", { ...rotate, key: master })).text).toBe(rotated.text);
});

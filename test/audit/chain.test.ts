/** Events come into the chain with their change, without gaps and in order, however many changes run at once. */
import { expect, test } from "vitest";
import { HeadSigner } from "#lib/audit/signer.ts";
import { signingKey } from "#lib/audit/signing-key.ts";
import { silentLog } from "#lib/log.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { gatewayWithEvents, verdictOf } from "./setting.ts";

const CHANGES = 200;

test(`${CHANGES} changes at once, on two instances, leave no gap and a chain that verifies`, async () => {
  const here = await testGateway();
  const there = await testGateway({ database: here.database });
  const answers = await Promise.all(
    Array.from({ length: CHANGES }, (_, n) =>
      (n % 2 ? here : there).call("POST", "/key/generate", { body: { key_alias: `at-once-${n}` } }),
    ),
  );
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
  const [found] = await here.database.sql`
    select count(*)::int as events, min(seq)::int as first, max(seq)::int as last, count(distinct target_id)::int as keys
    from audit_events`;
  expect(found).toEqual({ events: CHANGES, first: 1, last: CHANGES, keys: CHANGES });
  expect(await here.database.sql`select 1 from audit_pending`).toHaveLength(0);
  expect(await verdictOf(here)).toMatchObject({ ok: true, checked: CHANGES });
});

test("changes that failed take no number", async () => {
  const gateway = await gatewayWithEvents(1);
  const taken = await gateway.call("POST", "/key/generate", { body: { key_alias: "key-1" } });
  expect(taken.status).toBe(400);
  await gateway.newKey({ key_alias: "key-2" });
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, checked: 2 });
});

test("without an event there is no change: a chain that cannot go on stops admins, and calls go on", async () => {
  const gateway = await gatewayWithEvents(1);
  const key = await gateway.newKey({ key_alias: "caller" });
  await gateway.database.sql`alter table audit_chain rename to audit_chain_away`;
  const refused = await gateway.call("POST", "/key/generate", { body: { key_alias: "unheard-of" } });
  expect(refused.status).toBe(500);
  expect(await gateway.database.sql`select 1 from virtual_keys where alias = 'unheard-of'`).toHaveLength(0);
  const body = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "hello" }] };
  expect((await gateway.call("POST", "/chat/completions", { key, body })).status).toBe(200);
  await gateway.database.sql`alter table audit_chain_away rename to audit_chain`;
  expect((await gateway.call("POST", "/key/generate", { body: { key_alias: "heard" } })).status).toBe(200);
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, checked: 3 });
});

test("the next gateway signs by itself what the last one committed and was killed before signing", async () => {
  const gateway = await gatewayWithEvents(1);
  await gateway.newKey({ key_alias: "not-signed-yet" });
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, unsigned: 1 });
  await testGateway({ database: gateway.database });
  await until("the head is signed", async () => (await verdictOf(gateway)).unsigned === 0);
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, checked: 2, head: { number: 2 } });
});

test("a head that another key signed counts only when that key is named", async () => {
  const gateway = await gatewayWithEvents(2);
  const { sql } = gateway.runtime.deps;
  await gateway.newKey({ key_alias: "committed" });
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, checked: 3, unsigned: 1, head: { number: 2 } });
  const next = new HeadSigner({
    sql,
    key: signingKey("a7".repeat(32)),
    clock: manualClock(),
    log: silentLog,
  });
  expect(await next.sign()).toMatchObject({ number: 3 });
  const stranger = await verdictOf(gateway);
  expect(stranger.broken).toMatchObject({ number: 3, kind: "foreign_key" });
  const named = await gateway.call("GET", `/audit/verify?key=${next.key.keyId}`);
  expect(named.json).toMatchObject({ ok: true, checked: 3, unsigned: 0, head: { number: 3 } });
});

test("a second signing of the same end makes no second head; at a time there is one", async () => {
  const gateway = await gatewayWithEvents(2);
  const { auditSigner } = gateway.runtime.deps;
  const heads = await Promise.all([auditSigner.sign(), auditSigner.sign(), auditSigner.sign()]);
  expect(new Set(heads.map((head) => head?.number))).toEqual(new Set([2]));
  const [kept] = await gateway.database.sql`select count(*)::int as n from audit_heads where seq = 2`;
  expect(kept).toEqual({ n: 1 });
});

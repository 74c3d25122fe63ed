/** Whatever somebody does to the tables, verify names the first record that is not as it was written. */
import type postgres from "postgres";
import { describe, expect, test } from "vitest";
import { verified, verifyChain } from "#lib/audit/verify.ts";
import { gatewayWithEvents, meddle, verdictOf } from "./setting.ts";

type Meddling = (tx: postgres.TransactionSql) => Promise<unknown>;

const EVENTS = 9;

/** What is done, and what verify must say. */
const MEDDLINGS: Record<string, readonly [Meddling, { number: number; kind: string }]> = {
  "an edited action": [
    (tx) => tx`update audit_events set action = 'key.nothing' where seq = 4`,
    { number: 4, kind: "changed" },
  ],
  "another actor": [
    (tx) => tx`update audit_events set actor_id = 'somebody-else' where seq = 2`,
    { number: 2, kind: "changed" },
  ],
  "an edited value": [
    (tx) => tx`update audit_events set after = after || '{"blocked": true}' where seq = 7`,
    { number: 7, kind: "changed" },
  ],
  "a moved time": [
    (tx) => tx`update audit_events set at = at - interval '1 microsecond' where seq = 3`,
    { number: 3, kind: "changed" },
  ],
  "an edit with a new hash": [
    async (tx) => {
      await tx`update audit_events set hash = repeat('0', 64) where seq = 5`;
    },
    { number: 5, kind: "changed" },
  ],
  "a deleted record": [(tx) => tx`delete from audit_events where seq = 6`, { number: 6, kind: "missing" }],
  "a deleted first record": [
    (tx) => tx`delete from audit_events where seq = 1`,
    { number: 1, kind: "missing" },
  ],
  "two swapped records": [
    async (tx) => {
      await tx`update audit_events set seq = -1 where seq = 3`;
      await tx`update audit_events set seq = 3 where seq = 5`;
      await tx`update audit_events set seq = 5 where seq = -1`;
    },
    { number: 3, kind: "changed" },
  ],
  "a record in front of the chain": [
    (tx) => tx`update audit_events set seq = -4, hash = null where seq = 9`,
    { number: -4, kind: "inserted" },
  ],
  "a record put in twice": [
    async (tx) => {
      await tx`alter table audit_events drop constraint audit_events_pkey`;
      await tx`insert into audit_events select * from audit_events where seq = 4`;
    },
    { number: 4, kind: "inserted" },
  ],
  "a record behind the end": [
    async (tx) => {
      await tx`create temporary table copy on commit drop as select * from audit_events where seq = 9`;
      await tx`update copy set seq = 10, id = 'evt_forged'`;
      await tx`insert into audit_events select * from copy`;
    },
    { number: 10, kind: "inserted" },
  ],
  "a cut tail": [(tx) => tx`delete from audit_events where seq > 6`, { number: 7, kind: "cut" }],
  "a cut tail with the end set back": [
    async (tx) => {
      await tx`delete from audit_events where seq > 6`;
      await tx`update audit_chain set seq = 6, hash = (select hash from audit_events where seq = 6)`;
    },
    { number: 7, kind: "cut" },
  ],
  "a chain written anew from one record on": [
    async (tx) => {
      await tx`create or replace function pg_temp.anew(f bigint) returns void language plpgsql as $$
        declare e audit_events%rowtype; p text; h text; begin
        select previous_hash into p from audit_events where seq = f;
        for e in select * from audit_events where seq >= f order by seq loop
          h := encode(sha256(convert_to('{"event":{"action":"' || case e.seq when f then 'key.forged' else e.action end
            || '","actor":{"auth":' || to_json(e.actor_auth) || ',"claimedBy":null,"id":' || to_json(e.actor_id) || ',"ip":'
            || to_json(e.ip) || ',"kind":' || to_json(e.actor_kind) || '},"after":null,"before":null,"id":"' || e.id
            || '","outcome":"ok","reason":null,"requestId":' || to_json(e.request_id) || ',"target":{"id":"' || e.target_id
            || '","kind":"key"}},"number":' || e.seq || ',"previous":"' || p || '","time":"'
            || to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}', 'UTF8')), 'hex');
          update audit_events set action = case e.seq when f then 'key.forged' else e.action end, after = null,
            previous_hash = p, hash = h where seq = e.seq;
          p := h;
        end loop; update audit_chain set hash = p; end $$`;
      await tx`select pg_temp.anew(5)`;
    },
    { number: 1, kind: "rewritten" },
  ],
  "a forged head": [
    (tx) => tx`update audit_heads set signature = replace(signature, left(signature, 4), 'AAAA')`,
    { number: 9, kind: "signature" },
  ],
  "a chain without its end": [(tx) => tx`delete from audit_chain`, { number: 0, kind: "cut" }],
};

describe.each(Object.entries(MEDDLINGS))("%s", async (_name, [work, found]) => {
  const gateway = await gatewayWithEvents(EVENTS);

  test("is found, with its number; before it all was right", async () => {
    expect(await verdictOf(gateway)).toMatchObject({ ok: true, checked: EVENTS, unsigned: 0, broken: null });
    await meddle(gateway.database, work);
    const verdict = await verdictOf(gateway);
    expect(verdict).toMatchObject({ ok: false, broken: found });
    expect(verdict.broken.message).toMatch(/\w/);
  });
});

test("removed heads: nothing is signed any more, and old events without a head are a fault", async () => {
  const gateway = await gatewayWithEvents(2);
  await meddle(gateway.database, (tx) => tx`delete from audit_heads`);
  await expect(gateway.runtime.deps.auditSigner.sign()).rejects.toThrow("the head of #2 is gone");
  expect(await verdictOf(gateway)).toMatchObject({ ok: true, unsigned: 2, head: null });
  const later = verifyChain(gateway.runtime.deps.sql, { trusted: [], nowMs: Date.now() + 6 * 60_000 });
  expect((await verified(later)).broken).toMatchObject({ number: 1, kind: "unsigned" });
});

test("the tables' triggers refuse every change, the owner's as well", async () => {
  const { database } = await gatewayWithEvents(1);
  for (const table of ["audit_events", "audit_heads"])
    for (const statement of [`update ${table} set hash = ''`, `delete from ${table}`, `truncate ${table}`])
      await expect(database.sql.unsafe(statement)).rejects.toThrow("is refused");
  expect(await database.sql`select 1 from audit_events`).toHaveLength(1);
});

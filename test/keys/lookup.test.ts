/** A change that commits while a lookup is under way is not lost: neither kept from the cache nor served to later calls. */
import { expect, onTestFinished, test } from "vitest";
import { connect } from "#db/client.ts";
import { DatabaseHealth } from "#lib/database-health.ts";
import { CallerLookup } from "#lib/keys/lookup.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

const gateway = await testGateway();
const { sql } = gateway.database;

/** A lookup of its own whose loads wait, once read, until they are let go. */
function heldLookup() {
  const clock = manualClock();
  const waiting: (() => void)[] = [];
  const client = connect({ target: gateway.database.options, max: 2, applicationName: "test" });
  onTestFinished(() => client.end({ timeout: 1 }));
  const health = new DatabaseHealth(clock, 5_000);
  const run = health.run.bind(health);
  health.run = (query) =>
    run(async () => {
      const row = await query();
      await new Promise<void>((resolve) => waiting.push(resolve));
      return row;
    });
  const lookup = new CallerLookup({
    sql: client,
    clock,
    health,
    ttlMs: () => 60_000,
    outageGraceMs: () => 0,
  });
  return { lookup, waiting };
}

test("a call that begins after the change does not get what a load read before it", async () => {
  const secret = await gateway.newKey();
  const hash = hashSecret(secret);
  const { lookup, waiting } = heldLookup();
  const before = lookup.find(hash);
  await until("the first load has read", () => waiting.length === 1);
  const [row] = await sql`update virtual_keys set blocked = true where secret_hash = ${hash} returning id`;
  lookup.forget({ keyId: String(row?.id) });
  const after = lookup.find(hash);
  await until("the second load has read", () => waiting.length === 2);
  // The late answer of the first load comes last, and must not take the second one's place.
  waiting[1]?.();
  expect((await after)?.key.blocked).toBe(true);
  waiting[0]?.();
  expect((await before)?.key.blocked).toBe(false);
  expect((await lookup.find(hash))?.key.blocked).toBe(true);
  expect(waiting).toHaveLength(2);
});

test("calls at the same time share one load", async () => {
  const hash = hashSecret(await gateway.newKey());
  const { lookup, waiting } = heldLookup();
  const found = [lookup.find(hash), lookup.find(hash), lookup.find(hash)];
  await until("a load has read", () => waiting.length > 0);
  for (const go of waiting) go();
  expect((await Promise.all(found)).map((caller) => caller?.secretHash)).toEqual([hash, hash, hash]);
  expect(waiting).toHaveLength(1);
});

test("when changes may have been missed every entry is read again, and still serves if there is no database then", async () => {
  const secret = await gateway.newKey();
  const hash = hashSecret(secret);
  const clock = manualClock();
  const client = connect({ target: gateway.database.options, max: 1, applicationName: "test" });
  const health = new DatabaseHealth(clock, 5_000);
  const lookup = new CallerLookup({
    sql: client,
    clock,
    health,
    ttlMs: () => 60_000,
    outageGraceMs: () => 1_000,
  });
  await lookup.find(hash);
  await sql`update virtual_keys set blocked = true where secret_hash = ${hash}`;
  expect(lookup.cached(hash)?.key.blocked).toBe(false);
  lookup.forget("all");
  expect(lookup.cached(hash)).toBeNull();
  expect((await lookup.find(hash))?.key.blocked).toBe(true);
  lookup.forget("all");
  await client.end();
  expect((await lookup.find(hash))?.key.blocked).toBe(true);
  clock.advance(1_000);
  await expect(lookup.find(hash)).rejects.toMatchObject({ code: "no_db_connection" });
});

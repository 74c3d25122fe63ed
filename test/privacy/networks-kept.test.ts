/**
 * How long the networks are kept that a key was used from. If this fails, places of people are held for ever, or a network in
 * daily use is announced as new again.
 */
import { expect, test } from "vitest";
import { networksOfKey, noteNetworks } from "#db/queries/key-networks.ts";
import { keepHouse } from "#lib/privacy/upkeep.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const KEPT_MS = 90 * 86_400_000;

test("a network is forgotten 90 days after its last use, and not before", async () => {
  const clock = manualClock(Date.now());
  const { call, runtime } = await testGateway({ clock });
  const { sql } = runtime.deps;
  const { key_id: keyId } = (await call("POST", "/key/generate", { body: {} })).json;
  const note = (...networks: string[]) => {
    const rows = networks.map((network) => ({ keyId, network }));
    return noteNetworks(sql, rows, new Date(clock.now()));
  };
  const kept = async () => {
    await keepHouse(runtime.deps);
    return (await networksOfKey(sql, keyId, 10)).map((row) => row.network).sort();
  };

  await note("192.0.2.0/24", "198.51.100.0/24");
  clock.advance(1);
  await note("198.51.100.0/24");

  clock.advance(KEPT_MS - 1);
  expect(await kept()).toEqual(["192.0.2.0/24", "198.51.100.0/24"]);
  clock.advance(1);
  expect(await kept()).toEqual(["198.51.100.0/24"]);
  clock.advance(1);
  expect(await kept()).toEqual([]);
});

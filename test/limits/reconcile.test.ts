/** A counter that went astray is found, mended from the ledger, and told of; a counter in motion is left alone. */
import { expect, test } from "vitest";
import { admissionSetting, keyId } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";

const { gateway, clock } = await admissionSetting();
const { admission, reconciler } = gateway.runtime.deps;
const call = (key: string) =>
  gateway.call("POST", "/v1/chat/completions", { key, body: ask(100, 100, "now") });
const COST = 100n * 3_000n + 100n * 7_000n;

test("a drift that stands still over three passes is mended", async () => {
  const key = await gateway.newKey({ max_budget: 1 });
  await call(key);
  const id = await keyId(gateway, key);
  const counter = `key:${id}:budget`;
  await admission.setSpend(counter, 900_000_000n);
  await call(key);
  expect(await admission.spent(counter)).toBe(900_000_000n + COST);
  for (const mended of [0, 0, 1]) expect(await reconciler.pass()).toHaveLength(mended);
  expect((await call(key)).status).toBe(200);
  expect(await admission.spent(counter)).toBe(3n * COST);
  const alerts = await gateway.database.sql`select kind, subject_id, message from alerts`;
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ kind: "counter_drift", subject_id: id });
  expect(alerts[0]?.message).toContain("too much");
});

test("right counters are left alone, and budgets whose period is over are forgotten", async () => {
  const key = await gateway.newKey({ max_budget: 1, budget_duration: "1d" });
  await call(key);
  for (let pass = 0; pass < 4; pass++) expect(await reconciler.pass()).toEqual([]);
  await call(key);
  await admission.setSpend(`key:${await keyId(gateway, key)}:budget`, 5n);
  clock.advance(2 * 86_400_000);
  for (let pass = 0; pass < 4; pass++) expect(await reconciler.pass()).toEqual([]);
});

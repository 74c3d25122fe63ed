/** Scheduled work of a serverless platform: done for whoever shows the secret, and for nobody else; as vercel.json asks for it. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { serveWeb } from "#lib/next/mount.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

const SECRET = "a-secret-of-the-scheduler-0123456789";
const clock = manualClock(Date.parse("2026-11-23T10:00:00Z"));
const gateway = await testGateway({
  clock,
  env: { CRON_SECRET: SECRET },
  yaml: "general_settings:\n  data_retention_days: 2\n  allowed_ips: [10.0.0.0/8]\n",
});
const { deps } = gateway.runtime;
const vercel: { crons: { path: string; schedule: string }[] } = JSON.parse(
  await readFile("vercel.json", "utf8"),
);

describe.each(vercel.crons)("$path", ({ path }) => {
  test("is refused without the secret, with another one, and with the master key", async () => {
    for (const key of [null, "another-secret-0123456789", MASTER_KEY]) {
      const { json, status } = await gateway.call("GET", path, { key });
      expect(status).toBe(401);
      expect(json.error.message).toContain("CRON_SECRET");
    }
  });

  test("works as Vercel calls it, also under an allowlist that does not name it", async () => {
    Object.assign(globalThis, { [Symbol.for("shin.runtime")]: Promise.resolve(gateway.runtime) });
    const headers = { authorization: `Bearer ${SECRET}`, "user-agent": "vercel-cron/1.0" };
    const answer = await serveWeb(new Request(`https://shin.example${path}`, { headers }));
    expect(answer.status).toBe(200);
  });
});

const call = (path: string) => gateway.call("GET", path, { key: SECRET });

test("upkeep makes the days ahead", async () => {
  clock.advance(6 * 86_400_000);
  expect((await call("/cron/upkeep")).status).toBe(200);
  const [row] = await deps.sql`select to_regclass('spend_records_20261206') is not null as there`;
  expect(row?.there).toBe(true);
});

test("jobs begins what is due, and a head is signed over what happened", async () => {
  // This gateway has an engine of its own, too, which may be quicker than the scheduler now and then.
  await until("a round of the scheduler has found work", async () => {
    await deps.sql`delete from jobs`;
    return (await call("/cron/jobs")).json.ran >= 1;
  });
  await until("what was due is done", async () => {
    const rows = await deps.sql`select state from jobs where kind = 'jobs.tidy'`;
    return rows.some(({ state }) => state === "done");
  });
  const cors = { peer: "10.0.0.1" };
  expect((await gateway.call("POST", "/team/new", { ...cors, body: {} })).status).toBe(200);
  const { json } = await call("/cron/sign");
  const [end] = await deps.sql<{ seq: bigint }[]>`select seq from audit_chain`;
  expect(json.signed).toBe(Number(end?.seq));
});

test("without CRON_SECRET there is no such thing", async () => {
  const plain = await testGateway();
  expect((await plain.call("GET", "/cron/jobs")).status).toBe(404);
});

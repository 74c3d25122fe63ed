/** Retention. If it fails, data outlive their term, or go while a legal hold says that they stay. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { beginSession } from "#lib/console/session.ts";
import { purgeRetention } from "#lib/privacy/retention/purge.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { ended, recordCalls } from "./exporting.ts";

const DAY_MS = 86_400_000;
const clock = manualClock(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2);
const { call, runtime } = await testGateway({ clock });
const { deps } = runtime;

const purged = async () => {
  const id = await deps.jobs.ask({ kind: purgeRetention.kind, startedBy: "test" });
  return (await ended(deps, id ?? ""))?.result;
};
const records = async () => {
  const rows = await deps.sql<{ user_id: string; count: number }[]>`
    select user_id, count(*)::int as count from spend_records group by 1 order by 1`;
  return Object.fromEntries(rows.map((row) => [row.user_id, row.count]));
};

test("removes days past their term and no other, but not what a hold keeps, and says so in the audit log", async () => {
  for (const [index, daysAgo] of [40, 20, 0].entries()) {
    clock.set(clock.now() - daysAgo * DAY_MS);
    await ensurePartitions(deps.sql, clock.now(), 1);
    for (const userId of ["ana", "held"])
      await recordCalls(runtime, { userId, count: 10, name: `${userId}${index}` });
    if (daysAgo === 40)
      await beginSession(
        deps.db,
        { userId: "ana", sessionVersion: 1 },
        { ip: "198.51.100.7", userAgent: "x" },
        clock.now(),
      );
    clock.set(clock.now() + daysAgo * DAY_MS);
  }
  await deps.sql`
    insert into privacy_holds (id, kind, subject_kind, subject_id, reason, created_by, created_at)
    values ('h', 'hold', 'user', 'held', 'court', 'x', now())`;
  expect(await records()).toEqual({ ana: 30, held: 30 });

  const refused = await call("POST", "/privacy/retention", { body: { days: { records: 0 } } });
  expect(refused.status).toBe(400);
  const preview = await call("POST", "/privacy/retention/preview", { body: { days: { records: 30 } } });
  expect(preview.json.would_remove).toMatchObject({ records: 20, sessions: 1, alerts: 0 });
  expect(await records()).toEqual({ ana: 30, held: 30 });

  const set = await call("POST", "/privacy/retention", { body: { days: { records: 30 } } });
  expect(set.json.stores[0]).toMatchObject({
    store: "records",
    days: 30,
    set_by: "console",
    can_be_set: true,
  });
  expect(await purged()).toEqual({ removed: { records: 20, sessions: 1 }, logLines: 0 });
  expect(await records()).toEqual({ ana: 20, held: 30 });
  expect(await purged()).toEqual({ removed: {}, logLines: 0 });
  expect(await records()).toEqual({ ana: 20, held: 30 });
  const events = await call("GET", "/audit?action=privacy.retention&limit=1");
  expect(events.json.events[0].after).toMatchObject({ removed: {}, peopleHeld: 1 });
  const view = await call("GET", "/privacy/retention");
  expect(view.json.last_purge_at).not.toBeNull();
});

test("set in config.yaml is not changed at the console", async () => {
  const other = await testGateway({ yaml: "general_settings:\n  data_retention_days: 7\n" });
  const { json } = await other.call("GET", "/privacy/retention");
  expect(json.stores[0]).toMatchObject({ days: 7, can_be_set: false });
  expect(json.stores[0].set_by).toContain("config.yaml");
  const answer = await other.call("POST", "/privacy/retention", { body: { days: { records: 30 } } });
  expect([answer.status, answer.json.error.param]).toEqual([400, "days"]);
});

test("the record of processing tells the term that holds, and exports as a table", async () => {
  const { json } = await call("GET", "/privacy/records");
  const calls = json.activities.filter((one: { table: string }) => one.table === "spend_records");
  expect(calls.map((one: { retention: string }) => one.retention)).toContain("30 days");
  const csv = await call("GET", "/privacy/records?format=csv");
  expect(csv.text.split("\r\n")[0]).toBe("table,columns,purpose,legal_basis,retention,on_request");
  expect(csv.text.split("\r\n").length).toBe(json.activities.length + 2);
});

test("lines of the log file go with the records, from the files that were set aside as well; those of a held person stay", async () => {
  const folder = await makeTemporaryFolder();
  const logFile = path.join(folder, "shin.log");
  const line = (daysAgo: number, user: string) =>
    JSON.stringify({ level: 30, time: clock.now() - daysAgo * DAY_MS, user, ip: "203.0.113.4" });
  const [old, held, young, odd] = [line(31, "ana"), line(31, "held"), line(29, "ana"), "no JSON at all"];
  await writeFile(logFile, `${[old, held, odd, young].join("\n")}\n`);
  await writeFile(`${logFile}.1`, `${[old, old, held].join("\n")}\n`);
  const gateway = await testGateway({
    clock,
    yaml: `general_settings: { log_file: ${logFile}, data_retention_days: 30 }`,
  });
  const { deps: here } = gateway.runtime;
  await here.sql`
    insert into privacy_holds (id, kind, subject_kind, subject_id, reason, created_by, created_at)
    values ('h', 'hold', 'user', 'held', 'court', 'x', now())`;
  const id = await here.jobs.ask({ kind: purgeRetention.kind, startedBy: "test" });
  expect((await ended(here, id ?? ""))?.result).toEqual({ removed: {}, logLines: 3 });
  expect((await readFile(logFile, "utf8")).split("\n")).toEqual([held, odd, young, ""]);
  expect((await readFile(`${logFile}.1`, "utf8")).split("\n")).toEqual([held, ""]);
  const { json } = await gateway.call("GET", "/audit?action=privacy.retention");
  expect(json.events[0].after).toMatchObject({ logLines: 3, peopleHeld: 1 });
});

/** The check on backups: one that failed, is old or was never read back shows. If it fails, nobody notices before they need one. */
import { expect, test } from "vitest";
import { findCheck } from "#lib/compliance/catalogue.ts";
import { runChecks } from "#lib/compliance/run.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const { deps } = gateway.runtime;
const { sql } = deps;
const HOUR_MS = 3_600_000;
const at = (hoursAgo: number) => new Date(deps.clock.now() - hoursAgo * HOUR_MS);

const look = async (): Promise<[status: string, line: string]> => {
  const check = findCheck("backups");
  if (!check) throw new Error("no check of backups");
  const [standing] = await runChecks(deps, [check]);
  return [standing?.status ?? "", standing?.line ?? ""];
};
const backup = (id: string, hoursAgo: number, verified: boolean) => sql`
  insert into backups (id, at, file, size_bytes, sha256, verified_at)
  values (${id}, ${at(hoursAgo)}, ${`/b/${id}`}, 5, 'x', ${verified ? at(hoursAgo) : null})`;
const job = (id: string, state: string, hoursAgo: number) => sql`
  insert into jobs (id, kind, state, input, error, run_after, finished_at)
  values (${id}, 'backup', ${state}, '{}', ${state === "failed" ? "The disk is full." : null}, ${at(hoursAgo)}, ${at(hoursAgo)})`;

test("what was set up and not done, failed, is old, or was not read back is said; a whole one of today passes", async () => {
  expect((await look())[0]).toBe("unknown");
  await gateway.reload("general_settings: { backup_folder: /b }");
  expect(await look()).toEqual(["failed", "Backups are set up, and none has been made yet"]);
  await backup("bak_1", 50, false);
  expect(await look()).toEqual([
    "failed",
    expect.stringContaining("none of those that are left was read back"),
  ]);
  await backup("bak_2", 49, true);
  expect(await look()).toEqual(["failed", expect.stringContaining("is 2 days old")]);
  await backup("bak_3", 2, true);
  await job("job_1", "done", 2);
  expect((await look())[0]).toBe("passed");
  await job("job_2", "failed", 1);
  expect(await look()).toEqual(["failed", "The last backup failed: The disk is full."]);
  await backup("bak_4", 0, true);
  await job("job_3", "done", 0);
  expect((await look())[0]).toBe("passed");
  await sql`update backups set removed_at = now() where id in ('bak_3', 'bak_4')`;
  expect((await look())[0]).toBe("failed");
});

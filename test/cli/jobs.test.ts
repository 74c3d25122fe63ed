/** `shin jobs`: what operators and scripts see of long work, and that stopping it from a terminal is told like any other change. */
import { describe, expect, test } from "vitest";
import { insertJob } from "#db/queries/jobs.ts";
import { cancel, type JobsCommand, listAll, watch } from "#lib/cli/jobs.ts";
import type { CliHost } from "#lib/cli/main.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const { call, database, runtime } = await testGateway();
const { deps } = runtime;

async function shin(
  work: (command: JobsCommand, host: CliHost) => Promise<number>,
  json = false,
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const never = async () => 1;
  const host: CliHost = {
    version: "test",
    env: {},
    now: () => new Date(),
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    start: never,
    run: never,
  };
  return { code: await work({ target: database.options, json }, host), out, err };
}

const list = (limit: string, json = false) => shin((command, host) => listAll(command, limit, host), json);
const follow = (id: string) => shin((command, host) => watch(command, id, host));
const stop = (id: string) => shin((command, host) => cancel(command, id, host));

async function waiting(id: string, kind = "export.usage"): Promise<void> {
  const now = new Date();
  const runAfter = new Date(now.getTime() + 3_600_000);
  await insertJob(deps.sql, { id, kind, input: {}, startedBy: "master_key", uniqueKey: null, now, runAfter });
}

describe("shin jobs", () => {
  test("lists what there is, for people and for scripts", async () => {
    await waiting("job_listed");
    expect((await list("20")).out).toContain("job_listed  queued     Export of usage");
    const { code, out } = await list("1", true);
    expect([code, JSON.parse(out).length]).toEqual([0, 1]);
    expect((await list("none")).code).toBe(2);
  });

  test("follows a job to its end", async () => {
    const body = { source: "usage", format: "json", start_date: "2025-01-01" };
    const { json } = await call("POST", "/exports", { body });
    const { code, out } = await follow(json.job_id);
    expect([code, JSON.parse(out).rows]).toEqual([0, 0]);
    expect((await follow("job_none")).code).toBe(1);
  });

  test("stops one, once, and writes that down", async () => {
    await waiting("job_stopped");
    expect(await stop("job_stopped")).toMatchObject({ code: 0, err: "" });
    expect((await follow("job_stopped")).code).toBe(1);
    expect((await stop("job_stopped")).err).toContain("has ended already");
    const { json } = await call("GET", "/audit?target_id=job_stopped");
    expect(json.events[0]).toMatchObject({ action: "job.cancel", actor_id: "shin jobs cancel" });
  });

  test("stops none that must not be stopped half-way", async () => {
    await waiting("job_tidy", "jobs.tidy");
    expect((await stop("job_tidy")).code).toBe(1);
    expect((await call("POST", "/jobs/job_tidy/cancel")).status).toBe(409);
  });
});

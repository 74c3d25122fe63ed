/** Jobs over HTTP: nobody sees or fetches another's, a link opens one file until its time is over, and stopping is told. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { insertJob } from "#db/queries/jobs.ts";
import { openFile } from "#lib/jobs/file.ts";
import { LINK_LIFE_MS, newFileLink } from "#lib/jobs/link.ts";
import { paceOf } from "#lib/jobs/view.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const clock = manualClock(Date.now());
const { call, newKey, runtime } = await testGateway({ clock });
const { deps } = runtime;
for (const user_id of ["ana", "ben"])
  await call("POST", "/user/new", { body: { user_id, auto_create_key: false } });
await call("POST", "/user/new", {
  body: { user_id: "viewer", user_role: "proxy_admin_viewer", auto_create_key: false },
});
const ana = await newKey({ user_id: "ana" });
const ben = await newKey({ user_id: "ben" });
const viewer = await newKey({ user_id: "viewer" });

async function asked(key = ana): Promise<string> {
  const body = { source: "usage", format: "csv", start_date: "2025-01-01" };
  const { json, text, status } = await call("POST", "/exports", { key, body });
  if (status !== 202) throw new Error(text);
  return json.job_id;
}

/** The gateway's own engine may have taken it already. */
async function done(id: string): Promise<void> {
  await deps.jobs.runDue(deps);
  await expect.poll(async () => (await call("GET", `/jobs/${id}`)).json.state).toBe("done");
}

const statusOf = async (method: string, path: string, key: string | null) =>
  (await call(method, path, { key })).status;

describe("a job", () => {
  test("is its owner's and an admin's; a viewer sees that it ran, and not its file", async () => {
    const id = await asked();
    await done(id);
    const seen = async (key: string) => [
      await statusOf("GET", `/jobs/${id}`, key),
      await statusOf("GET", `/jobs/${id}/file`, key),
    ];
    expect(await seen(ana)).toEqual([200, 200]);
    expect(await seen(ben)).toEqual([404, 404]);
    expect(await seen(viewer)).toEqual([200, 404]);
    expect(await statusOf("GET", `/jobs/${id}/file`, null)).toBe(401);
    expect((await call("GET", `/jobs/${id}/file`)).status).toBe(200);
    const listed = async (key: string) =>
      (await call("GET", "/jobs", { key })).json.jobs.map((job: { id: string }) => job.id).includes(id);
    expect([await listed(ana), await listed(ben), await listed(viewer)]).toEqual([true, false, true]);
  });

  test("is stopped by its owner, once, and not by others", async () => {
    const now = new Date(clock.now());
    const later = new Date(clock.now() + 3_600_000);
    const id = "job_waiting";
    const job = { id, kind: "export.usage", input: {}, startedBy: "ana", uniqueKey: null };
    await insertJob(deps.sql, { ...job, now, runAfter: later });
    expect(await statusOf("POST", `/jobs/${id}/cancel`, ben)).toBe(404);
    expect(await statusOf("POST", `/jobs/${id}/cancel`, viewer)).toBe(403);
    expect(await statusOf("POST", `/jobs/${id}/cancel`, ana)).toBe(200);
    expect((await call("GET", `/jobs/${id}`, { key: ana })).json.state).toBe("cancelled");
    expect(await statusOf("POST", `/jobs/${id}/cancel`, ana)).toBe(409);
    const { json } = await call("GET", `/audit?action=job.cancel&target_id=${id}`);
    expect(json.events).toHaveLength(1);
  });

  test("tells its rate and what is left", () => {
    const startedMs = clock.now();
    const job = {
      state: "running" as const,
      progress: { done: 200, total: 1000 },
      started_at: new Date(startedMs),
      finished_at: null,
    };
    expect(paceOf(job, startedMs + 10_000)).toEqual({ rate: 20, eta_seconds: 40 });
    expect(paceOf(job, startedMs + 500)).toEqual({ rate: null, eta_seconds: null });
    expect(paceOf({ ...job, progress: {} }, startedMs + 10_000).rate).toBeNull();
  });
});

describe("a link to a file", () => {
  async function linked(): Promise<{ id: string; secret: string; sha256: string }> {
    const id = await asked();
    await done(id);
    const expiresAt = new Date(clock.now() + 7 * 86_400_000);
    const file = await openFile(deps.sql, { jobId: id, name: "x.csv", contentType: "text/csv", expiresAt });
    await file.write("a,b\r\n".repeat(100_000));
    const { sha256 } = await file.end();
    return { id, secret: await newLink(id), sha256 };
  }

  async function newLink(id: string): Promise<string> {
    const made = await deps.db.transaction((tx) => newFileLink(tx, id, clock.now()));
    return made?.secret ?? "";
  }

  const used = (id: string, secret: string, peer = "127.0.0.1") =>
    call("GET", `/jobs/${id}/file?link=${secret}`, { key: null, peer });

  test("opens that file to whoever has it, and is written down", async () => {
    const { id, secret, sha256 } = await linked();
    const answer = await call("GET", `/jobs/${id}/file?link=${secret}`, { key: null });
    expect(answer.status).toBe(200);
    expect(createHash("sha256").update(answer.text).digest("hex")).toBe(sha256);
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="x.csv"');
    const { json } = await call("GET", `/audit?target_id=${id}&action=job.file`);
    expect(json.events[0]).toMatchObject({ actor_kind: "system", actor_id: "link" });
    expect(JSON.stringify(json)).not.toContain(secret);
  });

  test("opens nothing with another secret, for another job, or after its time", async () => {
    const [one, two] = [await linked(), await linked()];
    expect(await statusOf("GET", `/jobs/${one.id}/file?link=${two.secret}`, null)).toBe(404);
    expect(await statusOf("GET", `/jobs/${one.id}/file?link=`, null)).toBe(404);
    expect(await statusOf("GET", `/jobs/nothing%00/file?link=${one.secret}`, null)).toBe(404);
    clock.advance(LINK_LIFE_MS);
    const late = await used(one.id, one.secret);
    expect([late.status, late.json.error.message]).toEqual([410, expect.stringContaining("15 minutes")]);
    expect((await used(one.id, await newLink(one.id))).status).toBe(200);
    clock.advance(7 * 86_400_000);
    expect(await newLink(one.id)).toBe("");
  });

  test("opens it once, however many ask at one time; a new link ends the one before", async () => {
    const { id, secret, sha256 } = await linked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => used(id, secret, "10.8.8.8")));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.map(({ text }) => createHash("sha256").update(text).digest("hex"))).toEqual([sha256]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ json, status }) => `${status} ${json.error.message}`))).toEqual(
      new Set([
        "410 This link was used already: it opens the file once. Ask whoever sent it for a new one: the file is kept for a week.",
      ]),
    );
    const { json } = await call("GET", `/audit?target_id=${id}&action=job.file`);
    expect(json.events).toHaveLength(1);
    const [before, after] = [await newLink(id), await newLink(id)];
    expect((await used(id, before)).status).toBe(404);
    expect((await used(id, after)).status).toBe(200);
  });

  test("cannot be guessed at leisure", async () => {
    const { id } = await linked();
    const statuses = [];
    for (let i = 0; i < 31; i++) {
      const answer = await call("GET", `/jobs/${id}/file?link=guess-${i}`, { key: null, peer: "10.9.9.9" });
      statuses.push(answer.status);
    }
    expect(statuses.at(0)).toBe(404);
    expect(statuses.at(-1)).toBe(429);
  });
});

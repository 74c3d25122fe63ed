/** Jobs over a real database: taken once, gone on with after a crash, retried, cancelled, and their files kept in parts. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { connect, database as drizzle } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { findFile, readParts } from "#db/queries/job-files.ts";
import { cancelJob, findJob } from "#db/queries/jobs.ts";
import { JobEngine } from "#lib/jobs/engine.ts";
import type { JobContext, JobKind } from "#lib/jobs/job.ts";
import { silentLog } from "#lib/log.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testDatabase } from "#test/helpers/postgres.ts";

const database = await testDatabase();
const sql = connect({ target: database.options, max: 4, applicationName: "test" });
await migrate(sql);
const db = drizzle(connect({ target: database.options, max: 2, applicationName: "test-drizzle" }));

type Work = (context: JobContext<object>) => Promise<Record<string, unknown>>;

function engine(run: Work, more: Partial<JobKind<object>> = {}, clock = manualClock(), origin = "one") {
  const kind = { kind: `k${count++}`, title: () => "Work", attempts: 3, cancellable: true, run, ...more };
  return {
    clock,
    kind,
    engine: new JobEngine<object>({ sql, clock, log: silentLog, origin, kinds: [kind] }),
  };
}
let count = 0;

async function asked(made: ReturnType<typeof engine>, input: Record<string, unknown> = {}): Promise<string> {
  const id = await made.engine.ask({ kind: made.kind.kind, input, startedBy: "usr_test" });
  if (id === null) throw new Error("not queued");
  return id;
}

describe("a job", () => {
  test("is run once though many look for work, and keeps its result", async () => {
    let runs = 0;
    const made = engine(async () => ({ runs: ++runs }));
    const id = await asked(made);
    const others = Array.from(
      { length: 8 },
      (_, i) =>
        new JobEngine<object>({
          sql,
          clock: made.clock,
          log: silentLog,
          origin: `o${i}`,
          kinds: [made.kind],
        }),
    );
    await Promise.all(others.map((one) => one.runDue({})));
    expect(await findJob(sql, id)).toMatchObject({ state: "done", attempts: 1, result: { runs: 1 } });
  });

  test("of a dead instance is gone on with from its cursor", async () => {
    const seen: unknown[] = [];
    const made = engine(async (job) => {
      seen.push(job.cursor);
      await job.progress({ done: 5, total: 10, cursor: { at: 5 } });
      // The first instance dies here: nothing of it is ever heard again.
      if (job.attempt === 1) return new Promise(() => {});
      return { ok: true };
    });
    const id = await asked(made);
    void made.engine.runDue({});
    await expect.poll(async () => (await findJob(sql, id))?.progress.done).toBe(5);
    const second = new JobEngine<object>({
      sql,
      clock: made.clock,
      log: silentLog,
      origin: "two",
      kinds: [made.kind],
    });
    expect(await second.runDue({})).toBe(0);
    made.clock.advance(31_000);
    expect(await second.runDue({})).toBe(1);
    expect(seen).toEqual([undefined, { at: 5 }]);
    expect(await findJob(sql, id)).toMatchObject({ state: "done", attempts: 2 });
  });

  test("that fails is begun again later, and in the end says so without the cause's words", async () => {
    const made = engine(async () => {
      throw new Error("secret detail");
    });
    const id = await asked(made);
    await made.engine.runDue({});
    expect(await findJob(sql, id)).toMatchObject({ state: "queued", attempts: 1 });
    expect(await made.engine.runDue({})).toBe(0);
    for (let i = 0; i < 2; i++) {
      made.clock.advance(3_600_000);
      await made.engine.runDue({});
    }
    const failed = await findJob(sql, id);
    expect(failed).toMatchObject({ state: "failed", attempts: 3 });
    expect(failed?.error).not.toContain("secret");
  });

  test("is cancelled while it waits, and at its next step while it runs", async () => {
    const waiting = engine(async () => ({}));
    const first = await asked(waiting);
    expect(await cancelJob(db, first, new Date(waiting.clock.now()))).toBe(true);
    expect(await waiting.engine.runDue({})).toBe(0);

    const running = engine(async (job) => {
      await cancelJob(db, job.id, new Date());
      await job.progress({ done: 1, total: 2 });
      return {};
    });
    const second = await asked(running);
    await running.engine.runDue({});
    expect((await findJob(sql, second))?.state).toBe("cancelled");
    expect(await cancelJob(db, second, new Date())).toBe(false);
  });

  test("is not begun beside its like", async () => {
    const made = engine(async () => ({}));
    const ask = () => made.engine.ask({ kind: made.kind.kind, startedBy: "usr_test", uniqueKey: "only one" });
    expect((await Promise.all([ask(), ask(), ask()])).filter((id) => id !== null)).toHaveLength(1);
    await made.engine.runDue({});
    expect(await ask()).not.toBeNull();
  });

  test("of the schedule comes once in its span", async () => {
    let runs = 0;
    const made = engine(async () => ({ runs: ++runs }), { everyMs: () => 60_000 });
    for (const passedMs of [0, 30_000, 30_000]) {
      made.clock.advance(passedMs);
      await made.engine.plan({});
      await made.engine.runDue({});
    }
    expect(runs).toBe(2);
  });
});

describe("a job's file", () => {
  test("comes back as it was written, and not after its time", async () => {
    const bytes = Buffer.alloc(700_001, "shin ");
    const made = engine(async (job) => {
      const file = await job.file("export.csv", "text/csv");
      for (let i = 0; i < bytes.length; i += 99_991) await file.write(bytes.subarray(i, i + 99_991));
      return { ...(await file.end()) };
    });
    const id = await asked(made);
    await made.engine.runDue({});
    const now = new Date(made.clock.now());
    const file = await findFile(sql, id, now);
    expect(file).toMatchObject({ name: "export.csv", size_bytes: BigInt(bytes.length) });
    const parts: Uint8Array[] = [];
    for await (const part of readParts(sql, id)) parts.push(part);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(file?.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(await findFile(sql, id, new Date(now.getTime() + 8 * 86_400_000))).toBeNull();
  });
});

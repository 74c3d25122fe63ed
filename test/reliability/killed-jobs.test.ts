/**
 * A gateway that is killed in the middle of an erasure, an export, a revocation or a rotation: the next process ends the
 * work, whole and once. If this fails, a crash leaves half a person, half a file, a live key that leaked, or an event too many.
 */
import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { verifyPrivacy } from "#lib/privacy/requests/verify.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import type { GatewayProcess } from "#test/helpers/process.ts";
import { services } from "#test/helpers/services.ts";
import { killing, post, send } from "./killed-jobs.ts";

const DAY_MS = 86_400_000;
const DAYS = 4;
const CALLS = 40;

describe.skipIf(services.postgres === null)("killed in the middle of", async () => {
  const { ended, gateAt, killAt, sql, start, untilHeld } = await killing();
  const keys = { officer: "", second: "" };
  const days = Array.from({ length: DAYS }, (_, ago) =>
    new Date(Date.now() - (ago + 1) * DAY_MS).toISOString().slice(0, 10),
  ).sort();
  const tableOf = (day = "") => `spend_records_${day.replaceAll("-", "")}`;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await start();
    for (const id of ["officer", "second"] as const) {
      const body = { user_id: id, user_role: "proxy_admin", user_email: `${id}@example.com` };
      keys[id] = (await post(gateway, "/user/new", body)).key;
    }
    for (const day of days) {
      const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
      await sql.unsafe(
        `create table if not exists ${tableOf(day)} partition of spend_records for values from ('${day}') to ('${next}')`,
      );
    }
  });

  /** A user with calls on every day. @param words how many random words each call's metadata holds */
  async function person(id: string, words: number): Promise<void> {
    await post(gateway, "/user/new", { user_id: id, user_email: `${id}@example.com` });
    for (const day of days)
      await sql`
        insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, key_id, user_id,
          model, model_group, prompt_tokens, completion_tokens, cost_nano_usd, ip, metadata)
        select 'req_' || ${id}::text || ${day}::text || n, ${day}::timestamptz + n * interval '1 minute', 'settled', 'ok',
          'ins_x', 1, 'completion', 'key_x', ${id}, 'm', 'm', n, n, 1000003 * n, '203.0.113.9',
          jsonb_build_object('x', (select coalesce(string_agg(md5(n::text || w), ''), '') from generate_series(1, ${words}::int) w))
        from generate_series(1, ${CALLS}::int) n`;
  }

  /** Begins what two officers agreed on. @returns request and job */
  async function begun(type: string, subject: string): Promise<{ id: string; jobId: string }> {
    const { id } = await post(gateway, "/privacy/requests", { type, subject }, keys.officer);
    const step = (name: string, body: unknown = {}, key = keys.officer) =>
      post(gateway, `/privacy/requests/${id}/${name}`, body, key);
    await step("identify", { how: "call back" });
    await step("locate");
    await step("decide", { grant: true });
    await step("approve", {}, keys.second);
    return { id, jobId: (await step("run")).job.id };
  }

  const actions = async (like: string) =>
    (
      await sql<{ action: string }[]>`select action from audit_events where action like ${like} order by seq`
    ).map(({ action }) => action);

  const sums = () => sql`
    select date_trunc('day', started_at, 'UTC') as day, model_group, count(*)::int as calls,
      sum(cost_nano_usd)::text as cost, sum(prompt_tokens)::int as tokens
    from spend_records group by 1, 2 order by 1, 2`;

  test("an erasure, three times: nobody is left, no sum moved, one certificate, each act told once", async () => {
    await person("gone", 1);
    await person("stays", 1);
    const before = await sums();
    const others = await sql`select * from spend_records where user_id = 'stays' order by id`;
    const first = await gateAt([
      "jobs",
      "new.kind = 'privacy.erase' and new.progress->'cursor'->>'step' = '1'",
    ]);
    const { id, jobId } = await begun("erasure", "gone");

    expect(await killAt(gateway, first, "undone")).toMatchObject({ done: 0, total: 7 });
    const records = await gateAt([tableOf(days[2]), "new.user_id like 'psn_%'"]);
    gateway = await start();
    const half = { done: 1, total: 7, cursor: { place: { partition: tableOf(days[1]) } } };
    expect(await killAt(gateway, records, "done")).toMatchObject(half);
    expect(await sql`select 1 from spend_records where user_id = 'gone'`).not.toHaveLength(0);
    const last = await gateAt(["jobs", "new.kind = 'privacy.erase' and new.state = 'done'"]);
    gateway = await start();
    await killAt(gateway, last, "undone");
    gateway = await start();
    expect((await ended(jobId)).attempts).toBe(4);

    const request = await (await send(gateway, "GET", `/privacy/requests/${id}`, keys.officer)).json();
    expect(request).toMatchObject({ step: "done", outcome: "fulfilled" });
    const { certificate } = request;
    expect(verifyPrivacy(certificate, null)).toMatchObject({ ok: true });
    const cost = String((BigInt(CALLS * (CALLS + 1)) / 2n) * 1_000_003n * BigInt(DAYS));
    expect(certificate.scan.found).toEqual({});
    expect(certificate).toMatchObject({
      sums: { records: DAYS * CALLS, costNanoUsdBefore: cost, costNanoUsdAfter: cost },
    });
    expect(await sums()).toEqual(before);
    expect(await sql`select * from spend_records where user_id = 'stays' order by id`).toEqual(others);
    expect(await sql`select 1 from erasures`).toHaveLength(1);
    expect(await actions("privacy.erase%")).toEqual(["privacy.erase_begin", "privacy.erase"]);
    for (const table of ["users", "spend_records", "jobs", "privacy_requests", "audit_events"])
      expect(
        await sql`select 1 from ${sql(table)} t where t::text ~ 'gone@|"gone"|,gone,'`,
        table,
      ).toHaveLength(0);
  }, 240_000);

  test("an export, twice: a whole file with every row, told once; half a file is nobody's", async () => {
    await person("asks", 1_000);
    const part = await gateAt(["job_file_parts", "new.part = 2"]);
    const { jobId } = await begun("access", "asks");

    expect(await killAt(gateway, part, "done")).toMatchObject({ note: "reading", done: 0 });
    expect(await sql`select part from job_file_parts where job_id = ${jobId}`).toHaveLength(3);
    const done = await gateAt(["jobs", "new.kind = 'privacy.export' and new.state = 'done'"]);
    gateway = await start();
    expect((await send(gateway, "GET", `/jobs/${jobId}/file`, keys.officer)).status).toBe(404);
    await killAt(gateway, done, "undone");
    gateway = await start();
    const { attempts, result } = await ended(jobId);
    expect(attempts).toBe(3);
    expect(result).toMatchObject({ rows: { spend_records: DAYS * CALLS, users: 1 } });

    const answer = await send(gateway, "GET", `/jobs/${jobId}/file`, keys.officer);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([bytes.length, sha256(bytes)]).toEqual([result["sizeBytes"], result["sha256"]]);
    const files = unzipSync(bytes);
    const signed = JSON.parse(Buffer.from(files["manifest.json"] ?? []).toString());
    expect(verifyPrivacy(signed, null)).toMatchObject({ ok: true });
    for (const { path, sha256: given } of signed.manifest.files)
      expect([path, sha256(files[path] ?? new Uint8Array())]).toEqual([path, given]);
    expect(await actions("privacy.export")).toHaveLength(1);
  }, 240_000);

  test("an incident's actions: every key is revoked, each key and each action told once", async () => {
    const { team_id } = await post(gateway, "/team/new", {});
    const { key } = await post(gateway, "/key/generate", { team_id });
    await sql`
      insert into virtual_keys
      select (jsonb_populate_record(k, jsonb_build_object('id', k.id || n, 'secret_hash', k.secret_hash || n))).*
      from virtual_keys k, generate_series(1, 119) n where k.team_id = ${team_id}`;
    const ids = (
      await sql<{ id: string }[]>`select id from virtual_keys where team_id = ${team_id} order by id`
    ).map((row) => row.id);
    expect(ids).toHaveLength(120);
    const { incident_id } = await post(gateway, "/incident/open", {
      scope: { kind: "team", id: team_id },
      reason: "a laptop was stolen",
    });
    const batch = await gateAt(["virtual_keys", `new.id = '${ids[70]}'`]);
    const { job_id } = await post(gateway, `/incident/${incident_id}/run`, {
      actions: ["revoke", "end_sessions", "stop_exports"],
      reason: "a laptop was stolen",
      phrase: "REVOKE 120 KEYS",
    });
    expect(await killAt(gateway, batch, "done")).toMatchObject({ done: 50, total: 120 });
    gateway = await start();
    await ended(job_id);

    expect(
      await sql`select 1 from virtual_keys where team_id = ${team_id} and deleted_at is null`,
    ).toHaveLength(0);
    expect((await send(gateway, "GET", "/models", key)).status).toBe(401);
    const [told] = await sql`
      select count(*)::int as events, count(distinct target_id)::int as keys from audit_events
      where action = 'key.delete' and target_id in ${sql(ids)}`;
    expect(told).toEqual({ events: 120, keys: 120 });
    expect(await actions("incident.%")).toEqual([
      "incident.open",
      "incident.run",
      "incident.end_sessions",
      "incident.stop_exports",
    ]);
    const { steps } = await (await send(gateway, "GET", `/incident/${incident_id}`)).json();
    expect(steps.map(({ action }: { action: string }) => action)).toEqual([
      ...["open", "run", "revoke", "end_sessions", "stop_exports"],
    ]);
  }, 240_000);

  test("a purge: the next process takes the rest, nothing of a held person, and tells of it once", async () => {
    const hold = { kind: "hold", subject: "kept", subject_kind: "user", reason: "court" };
    await post(gateway, "/privacy/holds", hold, keys.officer);
    await sql`
      insert into alerts (id, kind, subject_kind, subject_id, subject_name, cause, message, at)
      select 'alt_old_' || n, 'other', 'user', case when n % 10 = 0 then 'kept' else 'free' end, 'x', 'c' || n, 'm',
        now() - interval '500 days' from generate_series(1, 12000) n`;
    const left = () =>
      sql`select subject_id as id, count(*)::int as count from alerts where kind = 'other' group by 1 order by 1`;
    const last = await gateAt(["alerts", "old.id = 'alt_old_11999'"]);
    await post(gateway, "/privacy/retention/run", {}, keys.officer);
    await killAt(gateway, last, "undone");
    const [free] = await left();
    expect(free).toMatchObject({ id: "free" });
    expect(free?.["count"]).toBeLessThan(10_800);
    gateway = await start();
    const [job] =
      await sql`select id from jobs where kind = 'privacy.retention' order by created_at desc limit 1`;
    await ended(job?.["id"]);
    expect(await left()).toEqual([{ id: "kept", count: 1_200 }]);
    expect(await actions("privacy.retention")).toHaveLength(1);
  }, 240_000);

  test("the rotation of keys, and of the master key: every owner is told once, and one master key counts", async () => {
    for (let n = 0; n < 3; n += 1)
      await post(gateway, "/key/generate", {
        key_alias: `due-${n}`,
        auto_rotate: true,
        rotation_interval: "30d",
      });
    await sql`update virtual_keys set rotate_at = now() - interval '1 minute' where alias like 'due-%'`;
    const gate = await gateAt(
      ["alerts", "new.kind = 'key_rotation' and new.subject_name = 'due-1'"],
      ["audit_events", "new.action = 'master_key.rotate'"],
    );
    await sql`
      insert into jobs (id, kind, state, input, started_by, run_after)
      values ('job_rotation', 'keys.rotation', 'queued', '{}', 'schedule', now())`;
    // Its commit keeps the audit chain: what the job writes has to be in it before.
    await untilHeld(1);
    const cut = send(gateway, "POST", "/master_key/rotate", MASTER_KEY, {}).catch(() => null);
    expect(await killAt(gateway, gate, "undone")).toMatchObject({ done: 1, total: 3 });
    expect(await cut).toBeNull();
    gateway = await start();
    await ended("job_rotation");
    expect(
      await sql`select 1 from virtual_keys where alias like 'due-%' and collect_by > now()`,
    ).toHaveLength(3);
    const alerts = await sql`select subject_name as name from alerts where kind = 'key_rotation' order by 1`;
    expect(alerts).toEqual(["due-0", "due-1", "due-2"].map((name) => ({ name })));
    expect(await actions("key.rotation_due")).toHaveLength(3);

    expect((await send(gateway, "GET", "/key/list")).status).toBe(200);
    expect(await sql`select 1 from master_keys where created_by <> 'configuration'`).toHaveLength(0);
    const { master_key } = await post(gateway, "/master_key/rotate", { grace_period: "1h" });
    expect((await send(gateway, "GET", "/key/list", master_key)).status).toBe(200);
    expect((await send(gateway, "GET", "/key/list")).status).toBe(200);
    expect(await actions("master_key.rotate")).toHaveLength(1);
    expect(await (await send(gateway, "GET", "/audit/verify")).json()).toMatchObject({ ok: true });
  }, 240_000);
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

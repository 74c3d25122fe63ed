/** Erasing end users, beside others, in Redis, and after a crash; and people whose processing is restricted. */

import { afterAll, expect, test } from "vitest";
import { canonicalJson } from "#lib/audit/canonical.ts";
import { operationsOf } from "#lib/operations.ts";
import { certificateSchema } from "#lib/privacy/certificate.ts";
import { askErasure, eraseJob } from "#lib/privacy/erase-job.ts";
import { eraseSubject, locateSubject } from "#lib/privacy/erasure.ts";
import { endHold, placeHold } from "#lib/privacy/holds.ts";
import { PERSONAL_DATA } from "#lib/privacy/registry.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { ALICE, ended, makeAlice, pricedGateway, rowsWith, sumsOf } from "./person.ts";

const redis = await startRedis();
afterAll(() => redis.close());
// A machine that is busy with other tests is no outage.
const gateway = await pricedGateway("  limits_store_timeout: 10\n", { REDIS_URL: redis.url });
const { deps } = gateway.runtime;
const { sql } = gateway.database;
const call = async (key: string, user?: string, peer = "198.51.100.9") =>
  gateway.call("POST", "/v1/chat/completions", {
    key,
    peer,
    body: {
      model: "dear",
      messages: [{ role: "user", content: "hi" }],
      ...(user === undefined ? {} : { user }),
    },
  });
const actor = {
  kind: "master_key",
  id: "default_user_id",
  claimedBy: null,
  ip: null,
  requestId: null,
} as const;
const order = (kind: "user" | "end_user", id: string) =>
  ({ subject: { kind, id }, operator: "master_key", approver: null, requestId: null }) as const;

async function redisKeysWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.client.keys("*")) {
    const type = await redis.client.type(key);
    const value =
      type === "string"
        ? await redis.client.get(key)
        : type === "hash"
          ? await redis.client.hGetAll(key)
          : "";
    if (`${key} ${JSON.stringify(value)}`.includes(word)) found.push(key);
  }
  return found;
}

test("an end user's records keep their sums, others of the same key are not touched, and Redis forgets", async () => {
  const key = await gateway.newKey({ key_alias: "shop" });
  for (const id of ["customer-77", "customer-78"])
    await gateway.call("POST", "/customer/new", {
      body: { user_id: id, alias: `The ${id}`, rpm_limit: 50, max_budget: 9 },
    });
  for (const id of ["customer-77", "customer-78", "customer-77"])
    expect((await call(key, id, "203.0.113.5")).status).toBe(200);
  await deps.ledger.flush();
  expect((await redisKeysWith("customer-77")).length).toBeGreaterThan(0);
  const before = await sumsOf(gateway);
  const others = () => sql`select * from spend_records where end_user = 'customer-78'`;
  const theirs = await others();
  const { certificate } = await ended(gateway, await askErasure(deps, order("end_user", "customer-77")));
  expect(await rowsWith(gateway, ["customer-77"])).toEqual({});
  expect(await redisKeysWith("customer-77")).toEqual([]);
  expect((await redisKeysWith("customer-78")).length).toBeGreaterThan(0);
  expect(await sumsOf(gateway)).toEqual(before);
  expect(await others()).toEqual(theirs);
  expect(theirs).toHaveLength(1);
  expect(certificate).toMatchObject({ subject: { kind: "end_user" }, sums: { records: 2 } });
});

test("an erasure does to each column of the records what the registry says", async () => {
  const { key } = (await gateway.call("POST", "/user/new", { body: { user_id: "usr-caller-3" } })).json;
  expect((await call(key, "customer-66", "203.0.113.6")).status).toBe(200);
  await deps.ledger.flush();
  await sql`update spend_records set tags = array['a'], metadata = '{"a": 1}', client_request_id = 'mine'
    where end_user = 'customer-66'`;
  const [made] = await sql`select id from spend_records where end_user = 'customer-66'`;
  const record = async () => {
    const [row] = await sql`select * from spend_records where id = ${made?.["id"]}`;
    return row ?? {};
  };
  let before = await record();
  expect(before).toMatchObject({ user_id: "usr-caller-3", end_user: "customer-66" });
  for (const [column, subject] of [
    ["end_user", order("end_user", "customer-66")],
    ["user_id", order("user", "usr-caller-3")],
  ] as const) {
    const { certificate } = await ended(gateway, await askErasure(deps, subject));
    const { pseudonym } = certificateSchema.parse(certificate).subject;
    const after = await record();
    for (const [name, { handling }] of Object.entries(PERSONAL_DATA.spend_records)) {
      if (name === "started_at") continue;
      // Of the two people in a record, one was erased.
      const other = handling === "pseudonymise" && name !== column;
      const expected =
        handling === "not personal" || other ? before[name] : handling === "pseudonymise" ? pseudonym : null;
      expect([name, after[name]]).toEqual([name, expected]);
    }
    expect(after["started_at"].getTime() % 3_600_000).toBe(0);
    before = after;
  }
});

test("an incident that named the person as an owner of its keys forgets them", async () => {
  const body = { user_id: "usr-owner-5", user_alias: "Olga Owner", user_email: "olga.owner@example.com" };
  await gateway.call("POST", "/user/new", { body });
  const opened = await gateway.call("POST", "/incident/open", {
    body: { scope: { kind: "user", id: "usr-owner-5" }, reason: "a key was posted" },
  });
  expect(opened.json.impact.owners).toMatchObject([{ id: "usr-owner-5", email: "olga.owner@example.com" }]);
  const summary = { summary: "revoked" };
  await gateway.call("POST", `/incident/${opened.json.incident_id}/close`, { body: summary });
  const { certificate } = await ended(gateway, await askErasure(deps, order("user", "usr-owner-5")));
  expect(certificateSchema.parse(certificate).scan.found).toEqual({});
  expect(await rowsWith(gateway, ["usr-owner-5", "Olga Owner", "olga.owner@example.com"])).toEqual({});
});

test("once more it finds nothing, and says so; a name that nobody has harms nobody", async () => {
  const users = await sql`select count(*) from users`;
  const { certificate } = await ended(gateway, await askErasure(deps, order("end_user", "customer-77")));
  expect(certificateSchema.parse(certificate)).toMatchObject({
    sums: { records: 0 },
    kept: expect.any(Array),
  });
  expect(certificateSchema.parse(certificate).scan.found).toEqual({});
  await ended(gateway, await askErasure(deps, order("user", "admin")));
  expect(await sql`select count(*) from users`).toEqual(users);
});

test("events from before sealing stay in clear, and the certificate counts them and says why", async () => {
  const old = (id: string, event: Record<string, unknown>) =>
    canonicalJson({
      ...{ id, action: "user.update", before: null, outcome: "ok", reason: null, requestId: null },
      ...{ actor: { kind: "master_key", id: "default_user_id", auth: null, claimedBy: null, ip: null } },
      ...event,
    });
  // As a version that did not seal yet wrote them.
  const events = [
    old("evt_old_1", { target: { kind: "end_user", id: "customer-55" }, after: { alias: "Old Customer" } }),
    old("evt_old_2", {
      target: { kind: "team", id: "crew" },
      after: { note: "asked by customer-55, twice" },
    }),
    old("evt_old_3", { target: { kind: "end_user", id: "customer-555" }, after: { alias: "Another" } }),
  ];
  for (const [n, event] of events.entries())
    await sql`insert into audit_pending (id, event) values (${`evt_old_${n + 1}`}, ${event})`;
  const subject = { kind: "end_user", id: "customer-55" } as const;
  expect(await locateSubject(deps, subject)).toEqual({ audit_events_in_clear: 2 });
  const { certificate } = await ended(gateway, await askErasure(deps, order(subject.kind, subject.id)));
  expect(certificate).toMatchObject({ scan: { found: { audit_events: 2 } } });
  const { kept } = certificateSchema.parse(certificate);
  expect(kept.find(({ what }) => what.includes("in clear"))).toMatchObject({
    store: "audit_events",
    what: expect.stringMatching(/^2 events that name the person in clear/),
    why: expect.stringContaining("only ever added"),
  });
  expect((await gateway.call("GET", "/audit/verify")).json).toMatchObject({ ok: true });
});

test("killed after any of its steps it goes on, and nothing is counted twice", async () => {
  await makeAlice(gateway);
  await deps.ledger.flush();
  const before = await sumsOf(gateway);
  const located = await locateSubject(deps, { kind: "user", id: ALICE.id });
  let cursor: unknown;
  let crashes = 0;
  for (;;) {
    let steps = 0;
    try {
      const certificate = await eraseSubject(
        {
          ...{ deps, cursor, signal: new AbortController().signal },
          // What was left with the database is all that the next attempt has; the work after it is lost, or done and not said.
          progress: async (step) => {
            if (++steps === 2) throw new Error("kill -9");
            cursor = JSON.parse(JSON.stringify(step.cursor));
          },
        },
        order("user", ALICE.id),
      );
      expect(certificate.stores.find(({ store }) => store === "spend_records")).toMatchObject({
        before: located["spend_records"],
        after: 0,
      });
      expect(certificate.sums.costNanoUsdAfter).toBe(certificate.sums.costNanoUsdBefore);
      break;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== "kill -9") throw error;
      crashes += 1;
      // Every second time the step that ended is not known to have ended: it is done again.
      if (crashes % 2 === 0 && typeof cursor === "object" && cursor !== null)
        cursor = { ...cursor, step: Number(Reflect.get(cursor, "step")) + 1, place: null };
      if (crashes > 60) throw error;
    }
  }
  expect(crashes).toBeGreaterThan(8);
  expect(await sumsOf(gateway)).toEqual(before);
  expect(await rowsWith(gateway, [ALICE.id, ALICE.email, ALICE.ip])).toEqual({});
  expect(await redisKeysWith(ALICE.id)).toEqual([]);
  expect((await gateway.call("GET", "/audit/verify")).json.ok).toBe(true);
});

test("a call that runs while its user is erased settles under the pseudonym", async () => {
  await gateway.call("POST", "/user/new", { body: { user_id: "usr-carol-1", auto_create_key: false } });
  await sql`insert into spend_records (id, started_at, state, instance_id, instance_boot, call_type, key_id, user_id, model,
      model_group, charges)
    values ('req_running', now(), 'started', 'ins_x', 1, 'completion', 'key_x', 'usr-carol-1', 'dear', 'dear',
      '[["user", "usr-carol-1", "limit 1d", 0], ["team_member", "crew/usr-carol-1", "main", 0], ["key", "key_x", "main", 0]]')`;
  const { certificate } = await ended(gateway, await askErasure(deps, order("user", "usr-carol-1")));
  const { pseudonym } = (certificate as { subject: { pseudonym: string } }).subject;
  const [row] = await sql`select user_id, state, charges from spend_records where id = 'req_running'`;
  expect(row).toEqual({
    user_id: pseudonym,
    state: "started",
    charges: [
      ["user", pseudonym, "limit 1d", 0],
      ["team_member", `crew/${pseudonym}`, "main", 0],
      ["key", "key_x", "main", 0],
    ],
  });
});

test("a restricted person's calls are refused from the next one on, and taken again when it ends", async () => {
  const operations = operationsOf(deps);
  const { json } = await gateway.call("POST", "/user/new", { body: { user_id: "usr-dora-2" } });
  const key = await gateway.newKey({ key_alias: "other" });
  const people = [
    [{ kind: "user", id: "usr-dora-2" }, () => call(json.key)],
    [{ kind: "end_user", id: "customer-99" }, () => call(key, "customer-99")],
  ] as const;
  for (const [subject, send] of people) {
    expect((await send()).status).toBe(200);
    const given = { kind: "restriction", subject, reason: "Art. 18: accuracy is contested" } as const;
    await placeHold(operations, actor, given);
    const refused = await send();
    expect([refused.status, refused.json.error.message]).toEqual([
      403,
      expect.stringContaining("restricted"),
    ]);
    await expect(placeHold(operations, actor, given)).rejects.toMatchObject({ code: "conflict" });
    await expect(placeHold(operations, actor, { ...given, reason: " " })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await endHold(operations, { actor, userId: null }, { ...given, reason: "settled" });
    expect((await send()).status).toBe(200);
    await expect(endHold(operations, { actor, userId: null }, given)).rejects.toMatchObject({
      code: "not_found",
    });
  }
  expect((await call(key, "customer-98")).status).toBe(200);
});

test("the job is asked for once at a time and cannot be cancelled half-way", () => {
  expect(eraseJob).toMatchObject({ kind: "privacy.erase", cancellable: false });
});

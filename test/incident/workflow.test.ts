/** An incident from its opening to its end: impact, phrase, second person, a job that survives its process, a drill without effect. */
import { expect, test } from "vitest";
import { recordedImpact } from "#lib/incident/impact.ts";
import { newFileLink } from "#lib/jobs/link.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { signedInAs } from "#test/helpers/session.ts";
import { call, change } from "../keys/setting.ts";

const gateway = await testGateway();
const { deps } = gateway.runtime;

async function open(scope: Record<string, unknown>, fields: Record<string, unknown> = {}) {
  return change(gateway, "/incident/open", { scope, reason: "a key in a public repository", ...fields });
}

async function ended(id: string) {
  const incident = async () => (await gateway.call("GET", `/incident/${id}`)).json;
  await until("the job is done", async () => (await incident()).jobs[0]?.state === "done", 15_000);
  return incident();
}

async function teamWithKeys(count: number): Promise<{ team: string; keys: string[] }> {
  const { team_id } = await change(gateway, "/team/new", {});
  const keys: string[] = [];
  for (let i = 0; i < count; i++) keys.push(await gateway.newKey({ team_id }));
  return { team: team_id, keys };
}

test("the impact names keys, calls, applications and owners; revoking takes the phrase of the count and nothing else", async () => {
  const { user_id } = await change(gateway, "/user/new", { user_email: "ana@example.org" });
  const { team_id } = await change(gateway, "/team/new", { team_alias: "shop" });
  const busy = await gateway.newKey({ team_id, user_id, key_alias: "checkout" });
  const idle = await gateway.newKey({ team_id });
  const other = await gateway.newKey();
  for (let i = 0; i < 3; i++) await call(gateway, busy);
  const { impact, incident_id } = await open({ kind: "team", id: "shop" });
  expect(impact).toMatchObject({ keys: 2, calls_last_hour: 3, phrase: "REVOKE 2 KEYS" });
  expect(impact.top_applications[0]).toMatchObject({ name: "checkout", calls_last_hour: 3 });
  expect(impact.owners).toEqual([{ id: user_id, name: null, email: "ana@example.org", keys: 1 }]);
  const body = { actions: ["revoke"], reason: "leaked" };
  for (const phrase of [undefined, "REVOKE 3 KEYS", "revoke 2 keys"]) {
    const refused = await gateway.call("POST", `/incident/${incident_id}/run`, { body: { ...body, phrase } });
    expect([refused.status, refused.json.error.phrase]).toEqual([409, "REVOKE 2 KEYS"]);
  }
  expect((await call(gateway, busy)).status).toBe(200);
  await change(gateway, `/incident/${incident_id}/run`, { ...body, phrase: "REVOKE 2 KEYS" });
  const incident = await ended(incident_id);
  expect(incident.jobs[0]).toMatchObject({ state: "done", done: 2, total: 2 });
  expect([(await call(gateway, busy)).status, (await call(gateway, idle)).status]).toEqual([401, 401]);
  expect((await call(gateway, other)).status).toBe(200);
  expect(incident.steps.map((step: { action: string }) => step.action)).toEqual(["open", "run", "revoke"]);
  await change(gateway, `/incident/${incident_id}/close`, { summary: "keys were issued anew" });
  const late = await gateway.call("POST", `/incident/${incident_id}/run`, { body });
  expect(late.status).toBe(409);
});

test("a drill takes every step and changes nothing", async () => {
  const { keys, team } = await teamWithKeys(2);
  const { incident_id } = await open({ kind: "team", id: team }, { drill: true });
  const actions = ["freeze", "rotate_master_key", "revoke", "end_sessions", "stop_exports"];
  const answer = await change(gateway, `/incident/${incident_id}/run`, {
    actions,
    reason: "exercise",
    phrase: "REVOKE 2 KEYS",
  });
  expect(answer).toMatchObject({ drill: true, keys: 2, freeze_id: null, master_key: null });
  const incident = await ended(incident_id);
  expect(incident.drill).toBe(true);
  expect(incident.steps.map((step: { action: string }) => step.action)).toEqual(["open", "run", ...actions]);
  for (const step of incident.steps) expect(step.outcome).toBe("drill");
  for (const key of keys) expect((await call(gateway, key)).status).toBe(200);
  expect((await gateway.call("GET", "/key/list", { key: MASTER_KEY })).status).toBe(200);
});

test("revoking goes on where a killed process left it", async () => {
  const { keys, team } = await teamWithKeys(60);
  const { incident_id } = await open({ kind: "team", id: team });
  const { sql } = gateway.database;
  // As a process leaves it that is killed after its first piece: running, held by nobody alive, half of it done.
  const ids = (await sql`select id from virtual_keys where team_id = ${team} order by id`).map(
    ({ id }) => id,
  );
  await change(gateway, "/key/delete", { keys: ids.slice(0, 50) });
  const actor = { kind: "master_key", id: "default_user_id", claimedBy: null, ip: null, requestId: null };
  const input = {
    incidentId: incident_id,
    actions: ["revoke"],
    keyIds: ids,
    drill: false,
    sessionId: null,
    userId: null,
  };
  await sql`
    insert into jobs (id, kind, state, input, progress, attempts, held_by, held_until)
    values ('job_killed', 'incident.run', 'running', ${sql.json({ ...input, actor })},
      ${sql.json({ done: 50, total: 60, cursor: 50 })}, 1, 'ins_dead', now() - interval '1 minute')`;
  await deps.jobs.runDue(deps);
  const incident = await ended(incident_id);
  expect(incident.jobs[0]).toMatchObject({ done: 60, total: 60 });
  for (const key of keys) expect((await call(gateway, key)).status).toBe(401);
  const [events] = await sql`
    select count(*)::int as n, count(distinct target_id)::int as keys from audit_events
    where action = 'key.delete' and target_id in ${sql(ids)}`;
  expect(events).toEqual({ n: 60, keys: 60 });
});

test("with incident_second_person nothing final happens before another person agrees; a freeze needs nobody", async () => {
  await gateway.reload("general_settings: { incident_second_person: true }");
  const { keys, team } = await teamWithKeys(1);
  const { incident_id } = await open({ kind: "team", id: team });
  const final = { actions: ["revoke"], reason: "leaked", phrase: "REVOKE 1 KEY" };
  const run = (body: unknown) => gateway.call("POST", `/incident/${incident_id}/run`, { body });
  expect((await run(final)).status).toBe(403);
  // A key is in anybody's hands: it is no second person.
  expect((await gateway.call("POST", `/incident/${incident_id}/approve`, { body: {} })).status).toBe(403);
  expect((await run({ actions: ["freeze"], reason: "leaked" })).status).toBe(200);
  expect((await call(gateway, keys[0] ?? "")).status).toBe(403);
  expect(
    (await gateway.call("POST", `/incident/${incident_id}/close`, { body: { summary: "done" } })).status,
  ).toBe(409);
  await change(gateway, "/incident/unfreeze", { incident_id, reason: "a mistake" });
  expect((await call(gateway, keys[0] ?? "")).status).toBe(200);
  // The second person agrees at the console; whoever opened it may not, and nobody but an admin.
  const [first, second] = [
    await signedInAs(gateway, "admin", "first"),
    await signedInAs(gateway, "admin", "second"),
  ];
  const auditor = await signedInAs(gateway, "auditor", "looks-on");
  const opened = await first.call("POST", "/incident/open", {
    scope: { kind: "team", id: team },
    reason: "a key in a public repository",
  });
  const own = `/incident/${opened.json.incident_id}`;
  expect((await first.call("POST", `${own}/run`, final)).status).toBe(403);
  expect((await first.call("POST", `${own}/approve`, {})).json.error.message).toContain("you opened");
  expect((await auditor.call("POST", `${own}/approve`, {})).status).toBe(403);
  const agreed = await second.call("POST", `${own}/approve`, {});
  expect([agreed.status, agreed.json.approved_by]).toEqual([200, "second"]);
  expect((await first.call("POST", `${own}/run`, final)).status).toBe(200);
  const incident = await ended(opened.json.incident_id);
  expect(incident).toMatchObject({ opened_by: "first", approved_by: "second" });
  expect(incident.steps.map((step: { action: string }) => step.action)).toEqual([
    ...["open", "approve", "run", "revoke"],
  ]);
  expect((await call(gateway, keys[0] ?? "")).status).toBe(401);
  const events = await gateway.call("GET", "/audit?action=incident.approve");
  expect(events.json.events).toMatchObject([{ actor_kind: "user", actor_id: "second", outcome: "ok" }]);
  await gateway.reload("");
});

test("while exports are stopped nobody fetches one that is finished, signed in or by a link; closed, they go on", async () => {
  const asked = await gateway.call("POST", "/exports", {
    body: { source: "usage", format: "csv", start_date: "2025-01-01" },
  });
  const id = asked.json.job_id;
  await deps.jobs.runDue(deps);
  const file = (link = "") => gateway.call("GET", `/jobs/${id}/file${link && `?link=${link}`}`);
  await until("the file is there", async () => (await file()).status === 200);
  const made = await deps.db.transaction((tx) => newFileLink(tx, id, deps.clock.now()));
  const stop = { actions: ["stop_exports"], reason: "who asks is not who they say", phrase: "STOP EXPORTS" };

  const drill = await open({ kind: "all" }, { drill: true });
  await change(gateway, `/incident/${drill.incident_id}/run`, stop);
  await ended(drill.incident_id);
  expect((await file()).status).toBe(200);

  const { incident_id } = await open({ kind: "all" });
  await change(gateway, `/incident/${incident_id}/run`, stop);
  await ended(incident_id);
  for (const refused of [await file(), await file(made?.secret)])
    expect([refused.status, refused.json.error.message]).toEqual([403, expect.stringContaining(incident_id)]);
  await change(gateway, `/incident/${incident_id}/close`, { summary: "it was a mistake" });
  expect((await file(made?.secret)).status).toBe(200);
  expect((await file()).status).toBe(200);
});

test("a closed incident keeps what it hit in its time, whoever opened it and however", async () => {
  const { keys, team } = await teamWithKeys(3);
  const { incident_id } = await open({ kind: "team", id: team });
  const frozen = await change(gateway, "/incident/freeze", {
    scope: { kind: "team", id: team },
    reason: "look",
  });
  await change(gateway, "/incident/unfreeze", { incident_id: frozen.incident_id, reason: "looked" });
  for (const id of [incident_id, frozen.incident_id])
    await change(gateway, `/incident/${id}/close`, { summary: "nothing was wrong" });
  await change(gateway, "/key/delete", { keys });
  for (const id of [incident_id, frozen.incident_id]) {
    const { impact } = (await gateway.call("GET", `/incident/${id}`)).json;
    expect(recordedImpact(impact, new Date())).toMatchObject({ keys: 3, scope: { kind: "team" } });
  }
  // One of before, whose record has no time of its own, is of when it was opened.
  const { as_of: _at, ...older } = (await gateway.call("GET", `/incident/${incident_id}`)).json.impact;
  expect(recordedImpact(older, new Date(0))).toMatchObject({ keys: 3, as_of: "1970-01-01T00:00:00.000Z" });
  expect(recordedImpact(null, new Date(0))).toBeNull();
});

test("the guide's first procedure: a new master key at once, every virtual key revoked", async () => {
  const here = await testGateway();
  const key = await here.newKey();
  const { impact, incident_id } = await change(here, "/incident/open", {
    scope: { kind: "master_key" },
    reason: "it stood in a ticket",
  });
  const chosen = "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";
  const { master_key } = await change(here, `/incident/${incident_id}/run`, {
    actions: ["rotate_master_key", "revoke"],
    reason: "it stood in a ticket",
    phrase: impact.phrase,
    new_key: chosen,
  });
  expect(master_key).toBe(chosen);
  const refused = async (secret: string) =>
    (await here.call("GET", "/key/list", { key: secret })).status === 401;
  expect([await refused(MASTER_KEY), await refused(master_key)]).toEqual([true, false]);
  await until("the key is revoked", () => refused(key), 5_000);
});

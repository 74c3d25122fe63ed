/** Invitations, sessions and who sees whom. If they fail, strangers get in, or those who left stay. */
import { describe, expect, test } from "vitest";
import { findAccount } from "#db/queries/console-access.ts";
import { findPerson, listPeople } from "#db/queries/console-people.ts";
import { listTeamRows, teamMembers } from "#db/queries/console-teams.ts";
import { INVITATION_MS } from "#lib/console/invitations.ts";
import { beginSession } from "#lib/console/session.ts";
import { eventsOf } from "#test/helpers/audit.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const clock = manualClock(Date.now());
const { call, newKey, runtime, database } = await testGateway({ clock });
const { deps } = runtime;
const PASSWORD = "four unrelated wooden words";
const month = { fromMs: 0, toMs: null };

const post = (path: string, body: unknown, key?: string | null) =>
  call("POST", path, { body, ...(key === undefined ? {} : { key }) });

async function invited(
  email: string,
  fields: Record<string, unknown> = {},
): Promise<{ userId: string; code: string }> {
  const { json, text, status } = await post("/console/invitations", { email, role: "developer", ...fields });
  if (status !== 200) throw new Error(text);
  return { userId: json.user_id, code: json.path.split("#")[1] };
}

const accept = (code: string, password = PASSWORD) =>
  post("/console/invitations/accept", { code, password }, null);

describe("an invitation", () => {
  test("makes a person with that role and team, and a link that sets a password", async () => {
    const { json: team } = await post("/team/new", { team_alias: "Search" });
    const { code, userId } = await invited("ana@example.com", {
      role: "finance",
      name: "Ana",
      team_id: team.team_id,
    });
    const before = await findPerson(deps.sql, { id: userId, month, nowMs: clock.now() });
    expect(before).toMatchObject({
      role: "finance",
      alias: "Ana",
      has_access: false,
      teams: [{ name: "Search" }],
    });
    expect(before?.invited_until?.getTime()).toBe(clock.now() + INVITATION_MS);
    expect((await accept(code)).json).toEqual({ user_email: "ana@example.com" });
    const after = await findPerson(deps.sql, { id: userId, month, nowMs: clock.now() });
    expect(after).toMatchObject({ has_access: true, invited_until: null });
  });

  test("works once", async () => {
    const { code } = await invited("once@example.com");
    expect((await accept(code)).status).toBe(200);
    const { json, status } = await accept(code, "quite another set of words");
    expect([status, json.error.param]).toEqual([400, "code"]);
  });

  test("ends after three days", async () => {
    const { code } = await invited("late@example.com");
    clock.advance(INVITATION_MS + 1);
    expect((await accept(code)).status).toBe(400);
  });

  test("a newer link ends the one before", async () => {
    const { code, userId } = await invited("renewed@example.com");
    const { json } = await post("/console/invitations/renew", { user_id: userId });
    expect((await accept(code)).status).toBe(400);
    expect((await accept(json.path.split("#")[1])).status).toBe(200);
  });

  test("a weak password is refused, and the link stays good", async () => {
    const { code } = await invited("weak@example.com");
    const { json, status } = await accept(code, "short");
    expect([status, json.error.param]).toEqual([400, "password"]);
    expect((await accept(code)).status).toBe(200);
  });

  test("is no way in for somebody who was blocked meanwhile", async () => {
    const { code, userId } = await invited("blocked@example.com");
    await post("/user/update", { user_id: userId, blocked: true });
    expect((await accept(code)).status).toBe(400);
  });

  test("somebody who is here already is not made again", async () => {
    const { json, status } = await post("/console/invitations", { email: "ANA@example.com", role: "admin" });
    expect([status, json.error.param]).toEqual([400, "email"]);
  });

  test("is an admin's to make", async () => {
    const key = await newKey();
    expect((await post("/console/invitations", { email: "x@example.com", role: "admin" }, key)).status).toBe(
      403,
    );
    expect((await post("/console/invitations/renew", { user_id: "x" }, key)).status).toBe(403);
    expect((await post("/console/users/sessions/end", { user_id: "x" }, key)).status).toBe(403);
  });

  test("leaves no code in the database or the audit log", async () => {
    const { code } = await invited("secret@example.com");
    const [hashes] =
      await database.sql`select count(*)::int as found from console_codes where code_hash = ${code}`;
    const [events] =
      await database.sql`select count(*)::int as told from audit_events e where e::text like ${`%${code}%`}`;
    expect([hashes?.found, events?.told]).toEqual([0, 0]);
  });
});

describe("ending sessions", () => {
  test("ends every session of that person and no other's, and is written down", async () => {
    const ids = [];
    for (const email of ["one@example.com", "two@example.com"]) {
      const { code, userId } = await invited(email);
      await accept(code);
      const account = await findAccount(deps.db, userId);
      await beginSession(
        deps.db,
        { userId, sessionVersion: account?.sessionVersion ?? 0 },
        { ip: null, userAgent: null },
        clock.now(),
      );
      ids.push(userId);
    }
    const [one, two] = ids;
    expect((await post("/console/users/sessions/end", { user_id: one })).json).toEqual({ ended: 1 });
    const live = await database.sql`
      select s.user_id from console_sessions s join console_accounts a on a.user_id = s.user_id
        and a.session_version = s.session_version where s.ended_at is null and s.user_id = any(${ids})`;
    expect(live.map((row) => row.user_id)).toEqual([two]);
    const events = await eventsOf({ runtime }, { targetId: one ?? "" });
    expect(events.at(-1)?.action).toBe("user.end_sessions");
  });
});

describe("the lists", () => {
  test("count keys, spend of the month and members, and find by part of a name", async () => {
    const { json: user } = await post("/user/new", {
      user_email: "tom@example.com",
      user_alias: "Tom",
      auto_create_key: false,
    });
    const { json: team } = await post("/team/new", {
      team_alias: "Data",
      members_with_roles: [{ user_id: user.user_id, role: "admin" }],
    });
    const key = await newKey({ user_id: user.user_id, team_id: team.team_id, key_alias: "tom-data" });
    await call("POST", "/v1/chat/completions", {
      key,
      body: { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] },
    });
    await deps.ledger.flush();
    await database.sql`update spend_hourly set cost_nano_usd = 42 where team_id = ${team.team_id}`;
    const asked = { month, nowMs: clock.now() };
    const people = await listPeople(deps.sql, { ...asked, search: "tom" }, "spend", "desc", 1, 25);
    expect(people).toMatchObject({
      total: 1,
      rows: [{ alias: "Tom", keys: 1, spend: "42", teams: [{ name: "Data", role: "admin" }] }],
    });
    const teams = await listTeamRows(deps.sql, { month, search: "dat" }, "name", "asc", 1, 25);
    expect(teams).toMatchObject({
      total: 1,
      rows: [{ alias: "Data", members: 1, keys: 1, owners: ["Tom"], spend: "42" }],
    });
    expect(await teamMembers(deps.sql, team.team_id, month)).toMatchObject([
      { name: "Tom", role: "admin", keys: 1, spend: "42" },
    ]);
  });

  test("a member sees its own teams alone", async () => {
    const { json: user } = await post("/user/new", {
      user_email: "solo@example.com",
      auto_create_key: false,
    });
    const { rows } = await listTeamRows(deps.sql, { month, userId: user.user_id }, "name", "asc", 1, 25);
    expect(rows).toEqual([]);
  });
});

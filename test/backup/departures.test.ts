/** Who left or lost a role after a backup has neither again in what is restored from it: deleted accounts, roles, places in teams. */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { replayDepartures } from "#lib/backup/departures.ts";
import { restoreBackup } from "#lib/backup/restore.ts";
import { REVOCATIONS } from "#lib/backup/revocations.ts";
import { takeBackup, writeLists } from "#lib/backup/take.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";

const KEY = "cd".repeat(32);
const key = { kind: "encryption_key", hex: KEY } as const;
const env = { SHIN_ENCRYPTION_KEY: KEY };

test.each(["the list beside the backup", "the database that is given up"])("by %s", async (means) => {
  const folder = await temporaryFolder();
  const file = path.join(folder, "before.backup");
  const source = await testDatabase();
  const before = await testGateway({ database: source, env });
  const post = async (where: string, body: object) => {
    const answer = await before.call("POST", where, { body });
    expect(answer.status, `${where}: ${answer.text}`).toBe(200);
    return answer.json;
  };
  const person = (id: string, role: string, more: object = {}) =>
    post("/user/new", { user_id: id, user_role: role, auto_create_key: false, ...more });
  await person("usr_left", "proxy_admin");
  await person("usr_lowered", "proxy_admin");
  await person("usr_raised", "internal_user");
  await person("usr_back", "proxy_admin");
  await person("usr_blocked", "internal_user");
  await person("svc_gone", "proxy_admin_viewer", {
    kind: "service",
    metadata: { owner_user_id: "usr_back" },
  });
  const { team_id } = await post("/team/new", { team_id: "team_a" });
  for (const user_id of ["usr_raised", "usr_blocked", "usr_back"])
    await post("/team/member_add", { team_id, member: { user_id, role: "admin" } });
  // Before the backup: it knows, and what came later counts.
  await post("/user/update", { user_id: "usr_raised", user_role: "internal_user_viewer" });
  const { deps } = before.runtime;
  const actor = { kind: "system", id: "test", claimedBy: null, ip: null, requestId: null } as const;
  await takeBackup({ sql: deps.sql, db: deps.db, file, key, nowMs: Date.now(), gatewayVersion: "t", actor });

  await post("/user/delete", { user_ids: ["usr_left", "svc_gone", "usr_back"] });
  await post("/user/update", { user_id: "usr_lowered", user_role: "internal_user_viewer" });
  await post("/user/update", { user_id: "usr_raised", user_role: "proxy_admin" });
  await person("usr_back", "internal_user");
  await post("/user/update", { user_id: "usr_blocked", blocked: true });
  await post("/team/member_delete", { team_id, user_id: "usr_raised" });
  await post("/team/member_update", { team_id, user_id: "usr_blocked", role: "user" });

  const beside = means.startsWith("the list");
  const list = path.join(folder, REVOCATIONS.name);
  if (beside) {
    await writeLists(deps.sql, folder);
    // Names of people who left stand nowhere in it.
    expect(await readFile(list, "utf8")).not.toMatch(/usr_left|svc_gone|usr_lowered/);
  } else await rm(list);
  await before.runtime.close();
  const target = beside ? await testDatabase({ empty: true }) : source;
  const sql = connect({ target: target.options, max: 1, applicationName: "test" });
  const restored = await restoreBackup({ sql, file, key, replace: !beside });
  expect(restored).toMatchObject({ departuresPending: 7, revokedAgain: 1 });
  await sql.end();

  // Three at once, as a service with several instances comes back: one does it, none fails over it.
  const open = () => testGateway({ database: target, env });
  const [after] = await Promise.all([open(), open(), open()]);
  const { users } = (await after.call("GET", "/user/list")).json;
  expect(Object.fromEntries(users.map((user: Shown) => [user.user_id, user.user_role]))).toEqual({
    usr_lowered: "internal_user_viewer",
    usr_raised: "internal_user_viewer",
    usr_back: "internal_user",
    usr_blocked: "internal_user",
  });
  const { json } = await after.call("GET", `/team/info?team_id=${team_id}`);
  expect(
    Object.fromEntries(
      json.team_info.members_with_roles.map((member: Shown) => [member.user_id, member.role]),
    ),
  ).toEqual({
    usr_back: "admin",
    usr_blocked: "user",
  });
  // No event, no act, and each once; and a second start finds nothing to do.
  const done = await after.runtime.deps.sql<{ action: string }[]>`
    select action from audit_events where actor_id = 'shin restore' order by seq`;
  expect(done.map(({ action }) => action).sort()).toEqual([
    "team.member_delete",
    "team.member_update",
    "user.delete",
    "user.delete",
    "user.update",
    "user.update",
  ]);
  expect(await replayDepartures(after.runtime.deps)).toBe(0);
});

interface Shown {
  readonly user_id: string;
  readonly user_role?: string;
  readonly role?: string;
}

/** What was taken away after a backup stays taken away in what is restored from it, with the list beside it or the old database. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { restoreBackup } from "#lib/backup/restore.ts";
import { REVOCATIONS } from "#lib/backup/revocations.ts";
import { takeBackup, writeLists } from "#lib/backup/take.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";

const KEY = "ab".repeat(32);
const key = { kind: "encryption_key", hex: KEY } as const;
const env = { SHIN_ENCRYPTION_KEY: KEY };

test.each(["the list beside the backup", "the database that is given up"])("by %s", async (means) => {
  const folder = await temporaryFolder();
  const file = path.join(folder, "before.backup");
  const source = await testDatabase();
  const before = await testGateway({ database: source, env });
  const { call, newKey, runtime } = before;
  const post = async (where: string, body: object) => {
    const answer = await call("POST", where, { body });
    expect(answer.status, `${where}: ${answer.text}`).toBe(200);
    return answer.json;
  };
  for (const id of ["team_gone", "team_blocked", "team_stays"]) await post("/team/new", { team_id: id });
  await post("/customer/new", { user_id: "eva" });
  const keys = {
    deleted: await newKey(),
    blocked: await newKey(),
    leaked: await newKey({ key_alias: "leaked" }),
    frozen: await newKey({ key_alias: "frozen" }),
    good: await newKey(),
  };
  const { deps } = runtime;
  const actor = { kind: "system", id: "test", claimedBy: null, ip: null, requestId: null } as const;
  const nowMs = Date.now();
  await takeBackup({ sql: deps.sql, db: deps.db, file, key, nowMs, gatewayVersion: "t", actor });

  await post("/key/delete", { keys: [keys.deleted] });
  await post("/key/block", { key: keys.blocked });
  const { key: fresh } = await post("/key/regenerate", { key: keys.leaked });
  await post("/team/delete", { team_ids: ["team_gone"] });
  await post("/team/block", { team_id: "team_blocked" });
  await post("/customer/block", { user_ids: ["eva"] });
  const { sql: old } = source;
  await old`insert into freezes (id, scope_kind, scope_id, reason, by, at)
    select 'frz_1', 'key', id, 'leak', 'test', now() from virtual_keys where alias = 'frozen'`;

  const beside = means.startsWith("the list");
  if (beside) await writeLists(deps.sql, folder);
  else await rm(path.join(folder, REVOCATIONS.name));
  await runtime.close();
  const target = beside ? await testDatabase({ empty: true }) : source;
  const sql = connect({ target: target.options, max: 1, applicationName: "test" });
  const restored = await restoreBackup({ sql, file, key, replace: !beside });
  expect(restored.revokedAgain).toBe(7);
  const blocked = await sql`select id from teams where blocked order by id`;
  expect(blocked).toEqual([{ id: "team_blocked" }, { id: "team_gone" }]);
  await sql.end();

  const after = await testGateway({ database: target, env });
  const ask = async (secret: string, user?: string): Promise<number> => {
    const body = {
      model: "gpt-4",
      messages: [{ role: "user", content: "hello" }],
      ...(user ? { user } : {}),
    };
    return (await after.call("POST", "/v1/chat/completions", { key: secret, body })).status;
  };
  expect(await ask(keys.good)).toBe(200);
  expect(await ask(fresh)).toBe(200);
  for (const secret of [keys.deleted, keys.blocked, keys.leaked]) expect(await ask(secret)).toBe(401);
  expect(await ask(keys.frozen)).toBe(403);
  expect(await ask(keys.good, "eva")).toBe(403);
});

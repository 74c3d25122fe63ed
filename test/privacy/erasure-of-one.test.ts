/** AC-81: an erasure is of one person. If it fails, erasing Ann damages what is Bob's, or a hold does not hold. */
import { expect, test } from "vitest";
import { askErasure } from "#lib/privacy/erase-job.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { ended } from "./person.ts";

const gateway = await testGateway();
const { deps } = gateway.runtime;
const { sql } = gateway.database;
const ANN = "usr-ann-1";
const BOB = "usr-bob-2";
const order = {
  subject: { kind: "user", id: ANN },
  operator: "master_key",
  approver: null,
  requestId: null,
} as const;

/** Hashes of every row of every table that names Bob; the audit log grows and is left out. */
async function rowsOfBob(): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'audit%' order by 1`;
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await sql<{ hash: string }[]>`
      select md5(t::text) as hash from ${sql(name)} t where t::text like ${`%${BOB}%`} order by 1`;
    if (rows.length > 0) found[name] = rows.map(({ hash }) => hash);
  }
  return found;
}

test("AC-81: Bob's rows are byte for byte what they were, also after a second erasure of Ann; a hold refuses it with its reason", async () => {
  await gateway.call("POST", "/team/new", { body: { team_id: "crew", team_alias: "Crew" } });
  for (const id of [ANN, BOB]) {
    await gateway.call("POST", "/user/new", {
      body: { user_id: id, user_email: `${id}@example.com`, auto_create_key: false, metadata: { desk: id } },
    });
    await gateway.call("POST", "/team/member_add", {
      body: { team_id: "crew", member: { user_id: id, role: "user" } },
    });
    const key = await gateway.newKey({ user_id: id, key_alias: `${id}-laptop`, team_id: "crew" });
    const body = { model: "gpt-4", messages: [{ role: "user", content: "hi" }], user: `customer of ${id}` };
    expect((await gateway.call("POST", "/v1/chat/completions", { key, body })).status).toBe(200);
  }
  await deps.ledger.flush();
  const before = await rowsOfBob();
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(["users", "virtual_keys", "memberships", "spend_records", "spend_hourly"]),
  );

  const hold = { kind: "hold", subject: ANN, subject_kind: "user", reason: "a court asked for it" };
  expect((await gateway.call("POST", "/privacy/holds", { body: hold })).status).toBe(200);
  await expect(askErasure(deps, order)).rejects.toMatchObject({ code: "legal_hold" });
  expect(await sql`select 1 from users where id = ${ANN}`).toHaveLength(1);
  await sql`update privacy_holds set ended_at = now()`;

  const first = await ended(gateway, await askErasure(deps, order));
  expect(await sql`select 1 from users where id = ${ANN}`).toEqual([]);
  expect(await rowsOfBob()).toEqual(before);
  const again = await ended(gateway, await askErasure(deps, order));
  expect(Object(again["certificate"]).sums.records).toBe(0);
  expect(Object(first["certificate"]).sums.records).toBe(1);
  expect(await rowsOfBob()).toEqual(before);
});

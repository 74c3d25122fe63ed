/** With the roles of docs/audit.md the gateway's own role adds events, and can do nothing else to the log. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "#test/helpers/postgres.ts";

const { options, sql } = await testDatabase();
const suffix = randomBytes(4).toString("hex");
const [app, audit] = [`app_${suffix}`, `audit_${suffix}`];
const block = /```sql\n([\s\S]*?)```/.exec(await readFile("docs/audit.md", "utf8"))?.[1] ?? "";
await sql.unsafe(`create role ${app} login`);
await sql.unsafe(block.replaceAll("shin_app", app).replaceAll("shin_audit", audit));
const own = postgres({ ...options, user: app, max: 1, onnotice: () => {} });
afterAll(async () => {
  await own.end({ timeout: 1 });
  for (const role of [app, audit]) await sql.unsafe(`reassign owned by ${role} to current_user`);
  for (const role of [app, audit]) await sql.unsafe(`drop owned by ${role}; drop role ${role}`);
});

const EVENT = {
  id: "evt_1",
  actor: { kind: "system", id: "x" },
  action: "a",
  target: { kind: "b", id: "c" },
  outcome: "ok",
};

test("the page and the file of deploy/ are the same", async () => {
  expect((await readFile("deploy/postgres/audit-role.sql", "utf8")).endsWith(`\n${block}`)).toBe(true);
});

test("it adds an event, which the chain takes up", async () => {
  await own`insert into audit_pending (id, event) values ('evt_1', ${JSON.stringify(EVENT)})`;
  const [row] = await own`select seq::int, action, hash from audit_events`;
  expect(row).toEqual({ seq: 1, action: "a", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(await own`select 1 from audit_pending`).toHaveLength(0);
});

test.each([
  "update audit_events set action = 'b'",
  "delete from audit_events",
  "truncate audit_events",
  "insert into audit_events select * from audit_events",
  "update audit_chain set seq = 0",
  "delete from audit_heads",
  "alter table audit_events disable trigger user",
  "drop trigger audit_kept on audit_events",
  "drop table audit_events",
  "create or replace function audit_refuse() returns trigger language plpgsql as 'begin return new; end'",
  "alter table audit_pending disable trigger user",
  "drop schema public cascade",
])("it may not %s", async (statement) => {
  await expect(own.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
});

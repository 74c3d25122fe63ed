/** A person is erased: nothing in any store leads to them any more, and no sum has moved. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { certificateSchema, verifyCertificate } from "#lib/privacy/certificate.ts";
import { askErasure } from "#lib/privacy/erase-job.ts";
import { locateSubject } from "#lib/privacy/erasure.ts";
import { eventsOf } from "#test/helpers/audit.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { ALICE, ended, makeAlice, pricedGateway, rowsWith, sumsOf } from "./person.ts";

const logFile = path.join(await makeTemporaryFolder(), "shin.log");
const gateway = await pricedGateway(`  log_file: ${logFile}`);
const { deps } = gateway.runtime;
const { sql } = gateway.database;
const key = await makeAlice(gateway);
const bob = { user_id: "usr-bob-9", user_email: "bob@example.com", user_alias: "Bob" };
const bobsKey = (await gateway.call("POST", "/user/new", { body: bob })).json.key;
const subject = { kind: "user", id: ALICE.id } as const;
const order = { subject, operator: "master_key", approver: "usr-bob-9", requestId: null };
const WORDS = [ALICE.id, ALICE.email, ALICE.alias, ALICE.ip, "alice.old@example.com"];
const keyIds = (await sql<{ id: string }[]>`select id from virtual_keys where user_id = ${ALICE.id}`).map(
  ({ id }) => id,
);
const LINES = [
  `{"msg":"call","key_id":"${keyIds[0]}","key_alias":"${ALICE.id}-laptop","user":"${ALICE.id}","ip":"${ALICE.ip}"}`,
  `{"msg":"request","path":"/key/info","ip":"${ALICE.ip}"}`,
  '{"msg":"call","key_id":"key_0000000000000000000000000B","user":"usr-bob-9","ip":"198.51.100.4"}',
];
await writeFile(logFile, `${LINES.join("\n")}\n`);

test("the audit log never held a name or an address in clear, and tells them to whoever may read it", async () => {
  const [row] = await sql<{ text: string }[]>`select string_agg(e::text, ' ') as text from audit_events e`;
  for (const word of WORDS) expect(row?.text).not.toContain(word);
  const [made] = await eventsOf(gateway, { targetKind: "user", targetId: ALICE.id });
  expect(made).toMatchObject({
    target_id: ALICE.id,
    target_name: ALICE.alias,
    after: { email: ALICE.email, alias: ALICE.alias, metadata: { desk: "4b, by Alice Liddell" } },
  });
  const byAddress = await eventsOf(gateway, { text: ALICE.ip });
  expect(byAddress.map(({ action, ip }) => [action, ip])).toContainEqual(["user.create", ALICE.ip]);
  expect((await eventsOf(gateway, { text: "liddell" })).length).toBeGreaterThan(2);
  expect((await eventsOf(gateway, { text: ALICE.email })).map(({ claimed_by }) => claimed_by)).toContain(
    ALICE.email,
  );
});

test("a legal hold stops an erasure, and says which", async () => {
  await sql`insert into privacy_holds (id, kind, subject_kind, subject_id, reason, created_by, created_at)
    values ('hold_1', 'hold', 'user', ${ALICE.id}, 'the case of Liddell', 'usr-bob-9', now())`;
  await expect(askErasure(deps, order)).rejects.toMatchObject({
    code: "legal_hold",
    message: expect.stringContaining("hold_1"),
  });
  await sql`update privacy_holds set ended_at = now()`;
});

test("erased is erased: no table, log or file names her, and every sum is what it was", async () => {
  const located = await locateSubject(deps, subject);
  expect(located).toMatchObject({
    ...{ users: 1, virtual_keys: 2, memberships: 1, spend_records: 3, spend_hourly: 2, budget_spend: 2 },
    ...{
      console_sessions: 1,
      console_codes: 1,
      console_accounts: 1,
      call_contents: 1,
      alerts: 1,
      saved_views: 1,
    },
    ...{ log_file: 2, subject_keys: 1, budget_requests: 1 },
  });
  const before = await sumsOf(gateway);
  const bobBefore = await sql`select * from users where id = 'usr-bob-9'`;
  const events = (await eventsOf(gateway)).length;

  const { certificate } = await ended(gateway, await askErasure(deps, order));

  expect(await rowsWith(gateway, WORDS)).toEqual({});
  expect(await sumsOf(gateway)).toEqual(before);
  expect(await locateSubject(deps, subject)).toEqual({});
  expect(await sql`select * from users where id = 'usr-bob-9'`).toEqual(bobBefore);
  const [kept = "", request = "", bobs] = (await readFile(logFile, "utf8")).split("\n");
  for (const word of WORDS) expect(kept + request).not.toContain(word);
  expect(bobs).toBe(LINES[2]);
  expect((await gateway.call("GET", "/models", { key })).status).toBe(401);
  expect((await gateway.call("GET", "/models", { key: bobsKey })).status).toBe(200);

  const verdict = (await gateway.call("GET", "/audit/verify")).json;
  expect(verdict).toMatchObject({ ok: true, broken: null });
  const after = await eventsOf(gateway);
  expect(after.length).toBe(events + 2);
  const hers = after.filter(({ target_id }) => target_id.startsWith("psn_"));
  expect(hers[0]).toMatchObject({
    action: "user.create",
    after: { email: "erased", maxBudgetNanoUsd: "1000000000000" },
  });
  expect(after.filter(({ actor_kind, ip }) => actor_kind === "key" && ip === "erased")).toHaveLength(3);

  const { publicKey } = deps.auditSigner.key;
  expect(verifyCertificate(certificate, publicKey)).toMatchObject({ ok: true, keyNamed: true });
  expect(certificate).toMatchObject({
    subject: { kind: "user", pseudonym: expect.stringMatching(/^psn_/) },
    operator: "master_key",
    approver: expect.stringMatching(/^psn_/),
    sums: { records: 3 },
  });
  expect(certificateSchema.parse(certificate).scan.found).toEqual({});
  const text = JSON.stringify(certificate);
  for (const word of [...WORDS, "usr-bob-9"]) expect(text).not.toContain(word);
  const { sums, stores } = certificate as { sums: Record<string, string>; stores: { after: number }[] };
  expect(sums["costNanoUsdAfter"]).toBe(sums["costNanoUsdBefore"]);
  expect(BigInt(sums["costNanoUsdAfter"] ?? "0")).toBeGreaterThan(0n);
  expect(stores.filter(({ after: left }) => left !== 0)).toEqual([]);
});

test("a certificate that was changed, or signed by another, does not verify", async () => {
  const [row] = await sql<{ certificate: Record<string, unknown> }[]>`select certificate from erasures`;
  const certificate = row?.certificate ?? {};
  const { keyId } = deps.auditSigner.key;
  expect(verifyCertificate(certificate, keyId)).toMatchObject({ ok: true });
  expect(verifyCertificate(certificate, null)).toMatchObject({ ok: true, keyNamed: false });
  expect(verifyCertificate({ ...certificate, finishedAt: "2020-01-01T00:00:00.000Z" }, keyId)).toMatchObject({
    ok: false,
  });
  expect(verifyCertificate({ ...certificate, publicKey: "AAAA" }, null)).toMatchObject({ ok: false });
  expect(verifyCertificate(certificate, "0000000000000000")).toMatchObject({ ok: false });
  expect(verifyCertificate("nonsense", keyId)).toMatchObject({ ok: false });
});

/** The evidence verifies on a machine that knows nothing, and any change of it shows; the command line works without a gateway. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8, unzipSync, zipSync } from "fflate";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { main } from "#lib/cli/main.ts";
import { evidenceZip } from "#lib/incident/evidence.ts";
import { verifyEvidence } from "#lib/incident/verify-evidence.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { call, change } from "../keys/setting.ts";

// The command line is given a URL, so the database is one that listens.
const server = await realPostgres();
const sql = postgres({ ...server.socket, max: 1, onnotice: () => {} });
afterAll(() => sql.end());
const gateway = await testGateway({ database: { options: server.tcp, url: server.url, sql } });
const { deps } = gateway.runtime;

async function archiveOf(incidentId: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  const options = { sql: deps.sql, key: deps.auditSigner.key, incidentId, nowMs: Date.now() };
  for await (const chunk of evidenceZip(options)) parts.push(chunk);
  return Buffer.concat(parts);
}

async function shin(...argv: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  const print = (text: string) => {
    out += text;
  };
  const code = await main(argv, {
    version: "test",
    env: { DATABASE_URL: server.url, SHIN_ENCRYPTION_KEY: "ab".repeat(32) },
    now: () => new Date(),
    color: false,
    out: print,
    err: print,
    start: async () => 0,
    run: async () => 0,
  });
  return { code, out };
}

test("the archive holds the timeline and the events under a signed head; every change of it is found", async () => {
  const key = await gateway.newKey();
  const { incident_id } = await change(gateway, "/incident/freeze", {
    scope: { kind: "key", id: key },
    reason: "leaked",
  });
  await change(gateway, "/incident/unfreeze", { incident_id, reason: "found" });
  await change(gateway, `/incident/${incident_id}/close`, { summary: "a false alarm" });
  expect((await gateway.call("GET", `/incident/${incident_id}/evidence`)).headers["content-type"]).toBe(
    "application/zip",
  );
  const archive = await archiveOf(incident_id);
  const { keyId } = deps.auditSigner.key;
  const verdict = verifyEvidence(archive, [keyId]);
  expect(verdict).toMatchObject({ ok: true, incident: incident_id, fault: null });
  const files = unzipSync(archive);
  const steps = JSON.parse(strFromU8(files["timeline.json"] ?? new Uint8Array()));
  expect(steps.map((step: { action: string }) => step.action)).toEqual([
    "open",
    "freeze",
    "unfreeze",
    "close",
    "evidence",
  ]);
  expect(strFromU8(files["audit.jsonl"] ?? new Uint8Array())).toContain("freeze.lift");
  expect(archive.includes(key)).toBe(false);
  const tampered = (name: string, from: string, to: string) =>
    zipSync({ ...files, [name]: Buffer.from(strFromU8(files[name] ?? new Uint8Array()).replace(from, to)) });
  expect(verifyEvidence(tampered("timeline.json", "freeze", "thaw"), []).fault).toBe(
    "timeline.json was changed",
  );
  expect(verifyEvidence(tampered("manifest.json", incident_id, "inc_x"), []).fault).toContain("signature");
  expect(verifyEvidence(archive, ["0000000000000000"]).fault).toContain("not trusted");
  const { "timeline.json": _gone, ...fewer } = files;
  expect(verifyEvidence(zipSync(fewer), []).fault).toBe("timeline.json is missing");
  const file = join(await makeTemporaryFolder(), "evidence.zip");
  await writeFile(file, archive);
  expect(await shin("incident", "verify", file, "--key", keyId)).toMatchObject({ code: 0 });
  await writeFile(file, tampered("audit.jsonl", "freeze.create", "freeze.revoke"));
  expect((await shin("incident", "verify", file)).code).toBe(3);
});

test("shin incident freezes and lifts without a gateway's help, and a running one obeys within a second", async () => {
  const key = await gateway.newKey();
  expect(await shin("incident", "status", "--offline")).toEqual({ code: 0, out: "nothing is frozen\n" });
  const { code, out } = await shin("incident", "freeze", "key", key, "--reason", "leaked", "--offline");
  expect(code, out).toBe(0);
  await until("the gateway obeys", async () => (await call(gateway, key)).status === 403);
  const status = await shin("incident", "status", "--offline");
  expect(status.code).toBe(3);
  expect(status.out).toContain("leaked");
  expect(status.out).not.toContain(key);
  expect((await shin("incident", "list", "--offline")).out).toContain("frozen");
  expect((await shin("incident", "unfreeze", "--all", "--reason", "found", "--offline")).out).toBe(
    "lifted: 1\n",
  );
  await until("the gateway obeys", async () => (await call(gateway, key)).status === 200);
  expect((await shin("incident", "freeze", "everything", "--reason", "leaked", "--offline")).code).toBe(1);
  expect((await shin("incident", "freeze", "key", key)).code).toBe(2);
});

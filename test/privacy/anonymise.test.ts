/** `anonymize_logs`: from the moment it is on nothing new names anybody, and a job does the same for what is old. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { pseudonym } from "#lib/privacy/anonymise.ts";
import { anonymousLine } from "#lib/privacy/anonymise-past.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { ended, pricedGateway, sumsOf } from "./person.ts";

const logFile = path.join(await makeTemporaryFolder(), "shin.log");
await writeFile(
  logFile,
  '{"msg":"call","user":"usr-eve","ip":"203.0.113.5"}\n{"msg":"request","ip":"2001:db8:7:1::9"}\n',
);
const gateway = await pricedGateway(`  log_file: ${logFile}`);
const { deps } = gateway.runtime;
const { sql } = gateway.database;
const key = await gateway.newKey({ key_alias: "shop" });
const send = (user: string, peer: string) =>
  gateway.call("POST", "/v1/chat/completions", {
    ...{ key, peer },
    body: { model: "dear", user, messages: [{ role: "user", content: "hi" }] },
  });
const calls = () => sql`select end_user, ip from spend_records order by started_at, id`;

test("the job refuses to run while the setting is off", async () => {
  expect((await gateway.call("POST", "/privacy/anonymise_past", { body: {} })).status).toBe(400);
});

test("new records, and then the old ones, hold hashes and shortened addresses; sums stay", async () => {
  for (const [user, ip] of [
    ["old-1", "203.0.113.5"],
    ["old-2", "2001:db8:7:1::9"],
    ["old-1", "::1"],
  ] as const)
    expect((await send(user, ip)).status).toBe(200);
  const before = await sumsOf(gateway);
  await gateway.reload(gateway.yaml.replace("ledger_acknowledge: commit", "anonymize_logs: true"));
  expect((await send("new-1", "198.51.100.77")).status).toBe(200);
  const hash = (id: string) => pseudonym(id, deps.pseudonymKey);
  expect((await calls()).at(-1)).toEqual({ end_user: hash("new-1"), ip: "198.51.100.0" });
  await sql`delete from spend_records where end_user = ${hash("new-1")}`;
  const { json, status } = await gateway.call("POST", "/privacy/anonymise_past", { body: {} });
  expect(status).toBe(202);
  expect(await ended(gateway, json.job_id)).toMatchObject({ records: 3, endUsers: 2, lines: 2 });
  expect(await calls()).toEqual([
    { end_user: hash("old-1"), ip: "203.0.113.0" },
    { end_user: hash("old-2"), ip: "2001:db8:7::" },
    { end_user: hash("old-1"), ip: "0:0:0::" },
  ]);
  expect((await sumsOf(gateway)).records).toEqual(before.records);
  const lines = (await readFile(logFile, "utf8")).split("\n");
  expect(lines[0]).toContain(`"user":"${hash("usr-eve")}","ip":"203.0.113.0"`);
  expect(lines[1]).toContain('"ip":"2001:db8:7::"');
});

test("a line that is anonymous already stays as it is", () => {
  const change = anonymousLine("k");
  const once = change('{"user":"a\\"b","ip":"203.0.113.9"}');
  expect(change(once)).toBe(once);
  expect(once).toContain(pseudonym('a"b', "k"));
});

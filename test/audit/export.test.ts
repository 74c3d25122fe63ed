/** An export verifies on a machine that has neither the gateway nor its database, and shows every change of the file. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { main } from "#lib/cli/main.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { gatewayWithEvents, meddle } from "./setting.ts";

const gateway = await gatewayWithEvents(4);
const folder = await makeTemporaryFolder();
const keyId: string = (await gateway.call("GET", "/audit/key", { key: null })).json.key_id;
let text = "";

beforeAll(async () => {
  // Not under a head yet: the export signs it. What is in it must come back to the same bytes elsewhere.
  await gateway.newKey({
    key_alias: "odd",
    metadata: { note: 'späte Änderung \u2028 "quoted" 😀', n: 1e21, m: -0.5 },
  });
  const answer = await gateway.call("GET", "/audit/export");
  expect(answer.headers["content-disposition"]).toContain("audit-export.jsonl");
  text = answer.text;
});

async function script(content: string, ...keys: string[]) {
  const file = join(folder, "export.jsonl");
  await writeFile(file, content);
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ["docs/audit-verify.mjs", file, ...keys], (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err }),
    );
  });
}

async function shin(content: string, ...keys: string[]) {
  const file = join(folder, "export.jsonl");
  await writeFile(file, content);
  const said = { code: 0, out: "", err: "" };
  const none = async () => 1;
  said.code = await main(["audit", "verify", file, "--json", ...keys.flatMap((key) => ["--key", key])], {
    version: "test",
    env: {},
    now: () => new Date(),
    color: false,
    out: (more) => {
      said.out += more;
    },
    err: (more) => {
      said.err += more;
    },
    start: none,
    run: none,
  });
  return said;
}

test("the documented script is short enough to be read before it is believed", async () => {
  expect((await readFile("docs/audit-verify.mjs", "utf8")).trimEnd().split("\n").length).toBeLessThanOrEqual(
    60,
  );
});

test("whole: the script and the command line agree, with the key named or not", async () => {
  expect(await script(text)).toEqual({
    code: 0,
    out: `6 records to #6, signed to #6, by key ${keyId}\n`,
    err: "",
  });
  expect((await script(text, keyId)).code).toBe(0);
  const { code, out } = await shin(text, keyId);
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    { ok: true, checked: 6, keyId, keyNamed: true, head: { number: 6 } },
  ]);
  expect(JSON.parse((await shin(text)).out)).toMatchObject({ ok: true, keyNamed: false });
});

function isRecord(line: string, number: number): boolean {
  return line.startsWith('{"record"') && line.includes(`"number":${number},`);
}

/** What is done to the lines, and the number that must be named. */
const CHANGES: Record<string, readonly [(lines: string[]) => string[], number]> = {
  "an edited record": [
    (lines) => lines.map((line) => (isRecord(line, 2) ? line.replace("key.create", "key.delete") : line)),
    2,
  ],
  "a record taken out": [(lines) => lines.filter((line) => !isRecord(line, 3)), 3],
  "two lines swapped": [([a = "", b = "", c = "", ...rest]) => [a, c, b, ...rest], 1],
  "a record twice": [([a = "", b = "", ...rest]) => [a, b, b, ...rest], 1],
  "a cut end": [(lines) => lines.slice(0, 4), 4],
  "a cut end with the manifest kept": [(lines) => [...lines.slice(0, 4), lines.at(-1) ?? ""], 4],
  "a head taken out": [(lines) => lines.filter((line) => !line.startsWith('{"head"')), 7],
  "another member in a record": [
    (lines) => lines.map((line) => line.replace('{"event":{', '{"event":{"a":1,')),
    1,
  ],
};

describe.each(Object.entries(CHANGES))("%s", (_name, [change, number]) => {
  test("is found by the script and by the command line", async () => {
    const changed = `${change(text.trimEnd().split("\n")).join("\n")}\n`;
    expect(await script(changed)).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringMatching(/^BROKEN: /),
    });
    const { code, out } = await shin(changed);
    expect([code, JSON.parse(out).broken.number]).toEqual([3, number]);
  });
});

test("a file that somebody else signed is refused when the key is named", async () => {
  expect((await script(text, "0123456789abcdef")).code).toBe(3);
  expect(JSON.parse((await shin(text, "0123456789abcdef")).out).broken.kind).toBe("foreign_key");
});

test("admins and viewers read it; others are refused, and reading all of it is an event", async () => {
  const user = await gateway.newKey({ key_alias: "plain" });
  for (const path of ["/audit", "/audit/verify", "/audit/export"])
    expect((await gateway.call("GET", path, { key: user })).status).toBe(403);
  const { json } = await gateway.call("GET", "/audit?limit=2&action=audit.export");
  expect(json).toMatchObject({
    events: [{ action: "audit.export", actor_kind: "master_key", outcome: "ok" }],
  });
  const page = (await gateway.call("GET", "/audit?limit=2")).json;
  expect(page.events).toHaveLength(2);
  const next = (await gateway.call("GET", `/audit?limit=2&before=${page.next}`)).json;
  expect(next.events[0].number).toBe(page.next - 1);
});

test("progress comes as JSON lines, the verdict last", async () => {
  const { text: lines } = await gateway.call("GET", "/audit/verify?progress=true");
  expect(JSON.parse(lines.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ ok: true });
});

test("a chain that was tampered with is exported without a new head, and the file shows it", async () => {
  await meddle(gateway.database, (tx) => tx`update audit_events set action = 'key.nothing' where seq = 7`);
  const { text: broken } = await gateway.call("GET", "/audit/export");
  expect(JSON.parse((await shin(broken)).out)).toMatchObject({
    ok: false,
    broken: { number: 7, kind: "changed" },
  });
  expect((await script(broken)).err).toContain("#7 is not what was written");
});

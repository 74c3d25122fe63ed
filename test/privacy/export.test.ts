/** Exports of a person. If they fail, somebody is told too little, or is told about others. */
import { describe, expect, test } from "vitest";
import { beginSession } from "#lib/console/session.ts";
import { pseudonym } from "#lib/privacy/anonymise.ts";
import { isManifestSigned, signedManifestSchema } from "#lib/privacy/export/manifest.ts";
import { toldColumns } from "#lib/privacy/export/rows.ts";
import { NOT_TOLD, TOLD_TABLES } from "#lib/privacy/export/tables.ts";
import type { ColumnEntry } from "#lib/privacy/handling.ts";
import { PERSONAL_DATA } from "#lib/privacy/registry.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { exported, recordCalls } from "./exporting.ts";

const { call, runtime } = await testGateway();
const { deps } = runtime;

async function person(id: string, alias: string): Promise<{ key: string }> {
  const answer = await call("POST", "/user/new", {
    body: { user_id: id, user_email: `${id}@example.com`, user_alias: alias, key_alias: `key-of-${id}` },
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return { key: answer.json.key };
}

const HOSTILE = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>';
const ana = await person("ana", HOSTILE);
const bob = await person("bob", "Bob");
await beginSession(
  deps.db,
  { userId: "ana", sessionVersion: 1 },
  { ip: "198.51.100.7", userAgent: "Firefox" },
  deps.clock.now(),
);
await recordCalls(runtime, { userId: "ana", endUser: "customer-of-ana", count: 1200, name: "a" });
await recordCalls(runtime, { userId: "bob", endUser: "eve-the-customer", count: 30, name: "plain" });
await recordCalls(runtime, {
  userId: "bob",
  endUser: pseudonym("eve-the-customer", deps.pseudonymKey),
  count: 5,
  name: "anon",
});
await call("POST", "/user/update", {
  body: { user_id: "ana", metadata: { desk: 4 } },
  headers: { "litellm-changed-by": "carla-the-admin" },
  peer: "192.0.2.77",
});

describe("an export of a user", () => {
  test("holds their rows as JSON and CSV, and the manifest counts and signs them", async () => {
    const { json, result, sha256, texts } = await exported(runtime, { kind: "user", id: "ana" });
    const calls = json("data/spend_records.json");
    expect(calls).toHaveLength(1200);
    expect(calls[0]).toMatchObject({ user_id: "ana", model: "gpt-4", ip: "203.0.113.9", prompt_tokens: 10 });
    expect(texts["data/spend_records.csv"]?.trimEnd().split("\r\n")).toHaveLength(1201);
    expect(json("data/users.json")).toMatchObject([
      { id: "ana", email: "ana@example.com", metadata: { desk: 4 } },
    ]);
    expect(json("data/console_sessions.json")).toMatchObject([{ ip: "198.51.100.7", user_agent: "Firefox" }]);
    const signed = signedManifestSchema.parse(json("manifest.json"));
    expect(isManifestSigned(signed)).toBe(true);
    expect(isManifestSigned({ ...signed, manifest: { ...signed.manifest, generatedAt: "2020" } })).toBe(
      false,
    );
    for (const file of signed.manifest.files) expect(sha256(file.path), file.path).toBe(file.sha256);
    const paths = signed.manifest.files.map(({ path }) => path);
    expect([...paths, "manifest.json"].sort()).toEqual(Object.keys(texts).sort());
    const [row] = await deps.sql`select count(*)::int as count from spend_records where user_id = 'ana'`;
    expect(result["rows"]).toMatchObject({ spend_records: row?.["count"], users: 1, virtual_keys: 1 });
  });

  test("tells nothing of others: not their rows, their end users, or who acted on them", async () => {
    const { json, texts } = await exported(runtime, { kind: "user", id: "ana" });
    const all = Object.values(texts).join("\n");
    for (const foreign of [
      "bob",
      "customer-of-ana",
      "carla",
      "192.0.2.77",
      "default_user_id",
      "eve-the-customer",
    ])
      expect(all.includes(foreign), foreign).toBe(false);
    const events = json("data/audit_events.json");
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect([event.actor_id, event.ip]).toEqual([null, null]);
  });

  test("holds no secret, and no hash of one", async () => {
    const { texts } = await exported(runtime, { kind: "user", id: "ana" });
    const all = Object.values(texts).join("\n");
    const [row] = await deps.sql`select secret_hash from virtual_keys where user_id = 'ana'`;
    expect(all).not.toContain(ana.key);
    expect(all).not.toContain(String(row?.["secret_hash"]));
    expect(all).not.toContain(bob.key);
  });

  test("runs nothing: no formula in a spreadsheet, no script in the page", async () => {
    const { texts } = await exported(runtime, { kind: "user", id: "ana" });
    expect(texts["data/users.csv"]).toContain(`"'=HYPERLINK(`);
    const tables = Object.entries(texts).filter(([name]) => name.endsWith(".csv"));
    expect(tables.length).toBeGreaterThan(3);
    const dangerous = tables.flatMap(([name, text]) =>
      cellsOf(text)
        .filter((cell) => /^[=+\-@\t\r\n]/.test(cell))
        .map((cell) => [name, cell]),
    );
    expect(dangerous).toEqual([]);
    expect(texts["index.html"]).not.toContain("<script>");
    expect(texts["index.html"]).toContain("&lt;script&gt;");
    expect(texts["index.html"]).not.toMatch(/src=|href=|url\(/);
  });

  test("is an event of the audit log", async () => {
    const { jobId } = await exported(runtime, { kind: "user", id: "ana" });
    const { json } = await call("GET", "/audit?action=privacy.export&limit=1");
    expect(json.events[0].after).toMatchObject({ jobId, startedBy: "usr_dpo" });
  });
});

describe("an export of an end user", () => {
  test("holds calls from before and after anonymize_logs, without the application's owner", async () => {
    const { json, texts } = await exported(runtime, { kind: "end_user", id: "eve-the-customer" });
    expect(json("data/spend_records.json")).toHaveLength(35);
    expect(Object.values(texts).join("\n")).not.toMatch(/bob|203\.0\.113\.9/);
  });

  test("of somebody of whom nothing is held fails with a sentence", async () => {
    await expect(exported(runtime, { kind: "end_user", id: "nobody" })).rejects.toThrow(/Nothing is held/);
  });
});

describe("what an export reads", () => {
  const registered: Readonly<Record<string, Readonly<Record<string, ColumnEntry>>>> = PERSONAL_DATA;

  test("is every table with a column that a person is told", () => {
    const personal = Object.entries(registered)
      .filter(([, columns]) =>
        Object.values(columns).some(({ handling }) => handling === "export" || handling === "pseudonymise"),
      )
      .map(([table]) => table);
    const read = [...TOLD_TABLES.user, ...TOLD_TABLES.end_user].map(({ table }) => String(table));
    expect([...new Set([...read, ...Object.keys(NOT_TOLD)])].sort()).toEqual(personal.sort());
  });

  test("is never a column that is only erased, and names columns that exist", () => {
    for (const told of [...TOLD_TABLES.user, ...TOLD_TABLES.end_user]) {
      const columns = registered[told.table] ?? {};
      for (const name of toldColumns(told)) expect(columns[name]?.handling, name).not.toBe("erase");
      const named = [
        ...(told.mine ?? []),
        ...(told.asFirst ?? []),
        ...(told.leaveOut ?? []),
        ...(told.besides ?? []),
      ];
      for (const name of [...named, ...told.by.map(({ column }) => column)])
        expect(Object.keys(columns), `${told.table}.${name}`).toContain(name);
    }
  });
});

/** Cells as RFC 4180 has them, and nothing more lenient. */
function cellsOf(csv: string): string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/y;
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const found = cell.exec(csv);
    if (found === null) throw new Error(`no CSV at ${at}: ${csv.slice(at, at + 40)}`);
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
  }
  return cells;
}

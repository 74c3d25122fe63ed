/**
 * Two versions side by side on one database: while an upgrade rolls, the release before still sends its own statements
 * to the new schema. They are those that release 0.1.0's tests sent, taken down by the driver's `debug`.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { migrateIn } from "#db/migrate.ts";
import { testDatabase } from "#test/helpers/postgres.ts";

const FIXTURE = path.join(import.meta.dirname, "fixtures/statements-0.1.0.txt");
const FOLDER = "db/migrations";

/** What a running older version would fail of. A statement that does one of these must stand in CONTRACTS. */
const CONTRACTING = [
  /\bDROP\s+(TABLE|COLUMN|VIEW|TYPE|SEQUENCE|FUNCTION|TRIGGER|SCHEMA)\b/i,
  /\bRENAME\b/i,
  /\bSET\s+DATA\s+TYPE\b|\bALTER\s+COLUMN\s+\S+\s+TYPE\b/i,
  /\bSET\s+NOT\s+NULL\b|\bDROP\s+DEFAULT\b/i,
];

/** Contract steps: what goes, and since when no release uses it any more. */
const CONTRACTS: readonly { readonly file: string; readonly has: string; readonly why: string }[] = [
  ...[
    'ALTER COLUMN "seq" SET DATA TYPE bigint',
    'ALTER COLUMN "seq" DROP DEFAULT',
    'DROP SEQUENCE IF EXISTS "audit_events_seq_seq"',
  ].map((has) => ({ file: "0003_audit_chain.sql", has, why: "before the first release" })),
];

async function migrations(): Promise<{ file: string; statements: string[] }[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => ({
      file,
      statements: (await readFile(path.join(FOLDER, file), "utf8")).split("--> statement-breakpoint"),
    })),
  );
}

/** Tables that a file makes itself may be as strict as they like: no older version knows them. */
function faultsOf(statements: readonly string[]): string[] {
  const made = new Set(
    statements.flatMap((text) => /CREATE TABLE (?:IF NOT EXISTS )?"(\w+)"/i.exec(text)?.[1] ?? []),
  );
  return statements.flatMap((text) => {
    const sql = text.replace(/--[^\n]*/g, "").replace(/\$\$.*?\$\$/gs, "");
    const table = /ALTER TABLE (?:ONLY )?"(\w+)"/i.exec(sql)?.[1];
    if (table !== undefined && made.has(table)) return [];
    const needed = /ADD COLUMN/i.test(sql) && /NOT NULL/i.test(sql) && !/DEFAULT|GENERATED/i.test(sql);
    const checked = table !== undefined && /ADD CONSTRAINT.*\b(CHECK|UNIQUE)\b/is.test(sql);
    return needed || checked || CONTRACTING.some((pattern) => pattern.test(sql)) ? [sql.trim()] : [];
  });
}

describe("migrations expand first and contract a release later", () => {
  test("nothing goes, is renamed, changes its type or becomes required outside a listed contract step", async () => {
    const found = (await migrations()).flatMap(({ file, statements }) =>
      faultsOf(statements)
        .filter((text) => !CONTRACTS.some((one) => one.file === file && text.includes(one.has)))
        .map((text) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
    const all = await migrations();
    for (const { file, has } of CONTRACTS)
      expect(
        all.find((one) => one.file === file)?.statements.some((text) => text.includes(has)),
        has,
      ).toBe(true);
  });

  test.each([
    'ALTER TABLE "users" DROP COLUMN "alias"',
    'ALTER TABLE "users" RENAME COLUMN "alias" TO "name"',
    'ALTER TABLE "users" ALTER COLUMN "alias" SET DATA TYPE varchar(9)',
    'ALTER TABLE "users" ADD COLUMN "must" text NOT NULL',
    'ALTER TABLE "users" ADD CONSTRAINT "c" CHECK (alias <> \'\')',
    'DROP TABLE "tags"',
  ])("%s would be found", (statement) => {
    expect(faultsOf([statement])).toHaveLength(1);
  });
});

describe("the statements of release 0.1.0", async () => {
  const target = await testDatabase();
  const sql = connect({ target: target.options, max: 1, applicationName: "test" });
  afterAll(() => sql.end({ timeout: 1 }));
  const statements = (await readFile(FIXTURE, "utf8")).trimEnd().split("\n");

  test("are understood by the new schema, every one of them", async () => {
    expect(statements.length).toBeGreaterThan(300);
    const refused: string[] = [];
    for (const text of statements)
      await sql.unsafe(`prepare former as ${text}`).then(
        () => sql.unsafe("deallocate former"),
        (error: unknown) => refused.push(`${String(error)}: ${text.slice(0, 200)}`),
      );
    expect(refused).toEqual([]);
  });

  test("leave out no column that has become required", async () => {
    const columns = await sql<{ table: string; column: string }[]>`
      select table_name as table, column_name as column from information_schema.columns
      where table_schema = current_schema() and is_nullable = 'NO' and column_default is null`;
    const missing = statements.flatMap((text) => {
      const [, table, list] = /^insert into "?(\w+)"?\s*\(([^)]*)\)/i.exec(text) ?? [];
      if (table === undefined || list === undefined) return [];
      const given = list.split(",").map((name) => name.trim().replaceAll('"', ""));
      return columns
        .filter((one) => one.table === table && !given.includes(one.column))
        .map(({ column }) => `${table}.${column}: ${text.slice(0, 120)}`);
    });
    expect(missing).toEqual([]);
  });

  test("would be refused by a schema that contracted too early", async () => {
    const narrow = connect({
      target: (await testDatabase({ empty: true })).options,
      max: 1,
      applicationName: "test",
    });
    await narrow.begin((tx) => migrateIn(tx));
    await narrow`alter table virtual_keys rename column alias to name`;
    const text = statements.find((one) => one.startsWith('insert into "virtual_keys"')) ?? "";
    await expect(narrow.unsafe(`prepare former as ${text}`)).rejects.toThrow(/alias/);
    await narrow.end();
  });
});

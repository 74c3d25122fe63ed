/** No column without a decision about the person behind it: the registry, drizzle's schema and the database say the same. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import type { ColumnEntry } from "#lib/privacy/handling.ts";
import { PERSONAL_DATA } from "#lib/privacy/registry.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { listFiles, root } from "./sources.ts";

const database = await testDatabase();
const registered: Record<string, Record<string, ColumnEntry>> = PERSONAL_DATA;

/** Table -> sorted column names. */
const namesOf = (tables: Record<string, Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, Object.keys(columns).sort()]));

async function drizzleTables(): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const file of listFiles("db/schema")) {
    const module: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
    for (const value of Object.values(module)) {
      if (!(value instanceof PgTable)) continue;
      const { name, columns } = getTableConfig(value);
      tables[name] = columns.map((column) => column.name).sort();
    }
  }
  return tables;
}

describe("the personal-data registry", () => {
  it("classifies every column of the database, and none that is gone", async () => {
    const rows = await database.sql<{ table: string; column: string }[]>`
      select c.table_name as table, c.column_name as column
      from information_schema.columns c join pg_class r on r.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
      where c.table_schema = 'public' and not r.relispartition`;
    const found: Record<string, string[]> = {};
    for (const { table, column } of rows) found[table] = [...(found[table] ?? []), column].sort();
    expect(namesOf(registered)).toEqual(found);
  });

  it("knows every table of the schema in db/schema, column by column", async () => {
    const tables = await drizzleTables();
    expect(Object.keys(tables).length).toBeGreaterThan(5);
    expect(namesOf(registered)).toMatchObject(tables);
  });

  it("gives each personal column a purpose, a basis and an end", () => {
    for (const [table, columns] of Object.entries(registered)) {
      for (const [column, entry] of Object.entries(columns)) {
        const texts =
          entry.handling === "not personal"
            ? [entry.why]
            : [entry.purpose, entry.legalBasis, entry.retention];
        for (const text of texts) expect(text, `${table}.${column}`).not.toBe("");
      }
    }
  });

  it("tells nobody a hash or a part of a secret", () => {
    const secret = Object.entries(registered).flatMap(([table, columns]) =>
      Object.entries(columns)
        .filter(([name, entry]) => name.includes("secret") && entry.handling === "export")
        .map(([name]) => `${table}.${name}`),
    );
    expect(secret).toEqual([]);
  });

  it("follows names that mean a person: none of them is called not personal", () => {
    const person =
      /^(email|ip|end_user|user|user_id|user_agent|actor_id|created_by|updated_by|deleted_by|claimed_by)$/;
    const missed = Object.entries(registered).flatMap(([table, columns]) =>
      Object.entries(columns)
        .filter(([name, entry]) => person.test(name) && entry.handling === "not personal")
        .map(([name]) => `${table}.${name}`),
    );
    expect(missed).toEqual([]);
  });
});

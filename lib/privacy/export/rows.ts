/** The rows about a person: counted, and read in order of the table from one snapshot, some hundred in memory at a time. */
import type { Fragment, TransactionSql } from "postgres";
import type { Sql } from "#db/client.ts";
import { PERSONAL_DATA } from "../registry.ts";
import type { ExportSubject } from "./subject.ts";
import { type Match, TOLD_TABLES, type ToldTable } from "./tables.ts";

export type Snapshot = TransactionSql<{ bigint: bigint }>;
export type ToldRow = Readonly<Record<string, unknown>>;

/** One that reads a large log for a single person may need longer than the ten seconds of a request. */
const STATEMENT = "120s";
/** As the statements below have them. */
const PAGE_ROWS = 500;
const LONG_PAGE_ROWS = 10;

/** Everything inside sees the database as it was at one moment. */
export async function inSnapshot(sql: Sql, work: (tx: Snapshot) => Promise<void>): Promise<void> {
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    await tx`select set_config('statement_timeout', ${STATEMENT}, true)`;
    await work(tx);
  });
}

/** Names of the columns that the person is told, in the table's order. */
export function toldColumns(told: ToldTable): string[] {
  const out = new Set(told.leaveOut);
  const besides = new Set(told.besides);
  return Object.entries(PERSONAL_DATA[told.table])
    .filter(([name, { handling }]) =>
      handling === "not personal" ? besides.has(name) : handling !== "erase" && !out.has(name),
    )
    .map(([name]) => name);
}

export async function countRows(tx: Snapshot, told: ToldTable, subject: ExportSubject): Promise<number> {
  const [row] = await tx<{ rows: bigint }[]>`
    select count(*) as rows from ${tx(told.table)} where ${anyMatch(tx, told.by, subject)}`;
  return Number(row?.rows ?? 0n);
}

/** The rows, by and by. A cursor of the database: the table is walked once, however many pages there are. */
export async function* readRows(
  tx: Snapshot,
  told: ToldTable,
  subject: ExportSubject,
): AsyncGenerator<readonly ToldRow[]> {
  const columns = joined(
    tx,
    toldColumns(told).map((name) => columnOf(tx, told, name, subject)),
    tx`, `,
  );
  // The driver remembers of each statement how its columns are read: one with other columns must be another statement.
  const cursor = tx(`told_${subject.kind}_${told.table}`);
  await tx`
    declare ${cursor} no scroll cursor for
    select ${columns} from ${tx(told.table)} where ${anyMatch(tx, told.by, subject)}`;
  for (;;) {
    // Rows with whole texts are large: fewer of them are in memory at a time.
    const long = told.table === "call_contents";
    const rows = long
      ? await tx<ToldRow[]>`fetch 10 from ${cursor}`
      : await tx<ToldRow[]>`fetch 500 from ${cursor}`;
    const open = told.table === "audit_events" ? subject.open : undefined;
    if (rows.length > 0) yield open ? await open(rows) : rows;
    if (rows.length < (long ? LONG_PAGE_ROWS : PAGE_ROWS)) break;
  }
  await tx`close ${cursor}`;
}

function columnOf(tx: Snapshot, told: ToldTable, name: string, subject: ExportSubject): Fragment {
  if (told.mine?.includes(name) === true)
    return tx`case when ${tx(name)} = any(${[...subject.ids]}) then ${tx(name)} end as ${tx(name)}`;
  if (told.unless?.names.includes(name) === true)
    return tx`case when ${tx(told.unless.column)} is null then ${tx(name)} end as ${tx(name)}`;
  const [first] = told.by;
  if (told.asFirst?.includes(name) === true && first !== undefined)
    return tx`case when ${matches(tx, first, subject)} then ${tx(name)} end as ${tx(name)}`;
  return tx`${tx(name)}`;
}

function anyMatch(tx: Snapshot, all: readonly Match[], subject: ExportSubject): Fragment {
  return joined(
    tx,
    all.map((match) => matches(tx, match, subject)),
    tx` or `,
  );
}

function matches(tx: Snapshot, { column, through, where }: Match, subject: ExportSubject): Fragment {
  const ids = [...subject.ids];
  const named =
    through === "key"
      ? tx`${tx(column)} in (select id from virtual_keys where user_id = any(${ids}))`
      : through === "membership"
        ? tx`${tx(column)} in (select team_id || '/' || user_id from memberships where user_id = any(${ids}))`
        : tx`${tx(column)} = any(${ids})`;
  return where === undefined ? named : tx`(${tx(where.column)} = ${where.is} and ${named})`;
}

function joined(tx: Snapshot, parts: readonly Fragment[], between: Fragment): Fragment {
  const [first, ...rest] = parts;
  if (first === undefined) throw new Error("nothing to join");
  return rest.reduce((all, part) => tx`${all}${between}${part}`, first);
}

export function toldTables(subject: ExportSubject): readonly ToldTable[] {
  return TOLD_TABLES[subject.kind];
}

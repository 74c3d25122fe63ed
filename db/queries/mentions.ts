/** Columns of text wherever they are, and what names a person in them. */
import type { Sql } from "../client.ts";

export interface TextColumn {
  readonly table: string;
  readonly column: string;
  /** `text`, `jsonb`, `ARRAY` (of text). */
  readonly type: string;
}

/** Every column of every table that holds text; the day partitions of records by their parent. */
export function textColumns(sql: Sql): Promise<TextColumn[]> {
  return sql<TextColumn[]>`
    select c.table_name as table, c.column_name as column, c.data_type as type
    from information_schema.columns c
    join pg_class t on t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
    where c.table_schema = current_schema() and c.data_type in ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
      and t.relkind in ('r', 'p') and not t.relispartition
    order by 1, 2`;
}

/** How many rows of a table have one of these columns match. @param pattern a regular expression of Postgres */
export async function countMatches(
  sql: Sql,
  table: string,
  columns: readonly string[],
  pattern: string,
  exceptId: string | null = null,
): Promise<number> {
  const [row] = await sql<{ rows: bigint }[]>`
    select count(*) as rows from ${sql(table)} where ${matches(sql, columns, pattern)}
      and ${exceptId === null ? sql`true` : sql`id <> ${exceptId}`}`;
  return Number(row?.rows ?? 0n);
}

export interface LookedFor {
  readonly owner: { readonly column: string; readonly ids: readonly string[] };
  readonly pseudonym: string;
  readonly columns: readonly string[];
  /** What the pattern is made of: a plain search comes first, for the expression is many times as slow. */
  readonly words: readonly string[];
  readonly pattern: string | null;
}

/** A stretch of the records after an erasure: rows that are still the person's, rows of the pseudonym, rows that name them. */
export async function lookThroughStretch(
  sql: Sql,
  { columns, owner, pattern, pseudonym, words }: LookedFor,
  stretch: { readonly partition: string; readonly from: number; readonly to: number },
): Promise<{ left: number; moved: number; named: number; costNanoUsd: bigint }> {
  const text = sql`concat_ws(' ', ${columns.map((column) => sql`${sql(column)}`).reduce((all, one) => sql`${all}, ${one}`)})`;
  const likes = words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);
  const named =
    pattern === null || likes.length === 0
      ? sql`false`
      : sql`${text} like any (${sql.array(likes)}::text[]) and ${text} ~ ${pattern}`;
  const [row] = await sql<{ left: bigint; moved: bigint; named: bigint; cost: string }[]>`
    select count(*) filter (where ${sql(owner.column)} in ${sql(owner.ids)}) as left,
      count(*) filter (where ${sql(owner.column)} = ${pseudonym}) as moved,
      coalesce(sum(cost_nano_usd) filter (where ${sql(owner.column)} = ${pseudonym}), 0)::text as cost,
      count(*) filter (where ${named}) as named
    from ${sql(stretch.partition)}
    where ctid >= ${`(${stretch.from},0)`}::tid and ctid < ${`(${stretch.to},0)`}::tid`;
  return {
    left: Number(row?.left ?? 0n),
    moved: Number(row?.moved ?? 0n),
    named: Number(row?.named ?? 0n),
    costNanoUsd: BigInt(row?.cost ?? "0"),
  };
}

/** Puts a pseudonym in place of a name where it stands as a whole word. @returns how many rows were changed */
export async function replaceMentions(
  sql: Sql,
  { column, table, type }: TextColumn,
  pattern: string,
  pseudonym: string,
): Promise<number> {
  const name = sql(column);
  const replaced = sql`regexp_replace(${name}::text, ${pattern}, ${pseudonym}, 'g')`;
  const value =
    type === "jsonb" ? sql`${replaced}::jsonb` : type === "ARRAY" ? sql`${replaced}::text[]` : replaced;
  const { count } = await sql`update ${sql(table)} set ${name} = ${value} where ${name}::text ~ ${pattern}`;
  return count;
}

function matches(sql: Sql, columns: readonly string[], pattern: string) {
  const all = columns.map((column) => sql`coalesce(${sql(column)}::text, '')`);
  const text = all.slice(1).reduce((whole, one) => sql`${whole} || ' ' || ${one}`, all[0] ?? sql`''`);
  return sql`${text} ~ ${pattern}`;
}

/** How many rows have one of these values in a column. */
export async function countColumn(
  sql: Sql,
  { column, table }: Pick<TextColumn, "table" | "column">,
  values: readonly string[],
): Promise<number> {
  const [row] = await sql<{ rows: bigint }[]>`
    select count(*) as rows from ${sql(table)} where ${sql(column)} in ${sql(values)}`;
  return Number(row?.rows ?? 0n);
}

/** Puts a pseudonym in place of these values of a column. */
export async function replaceColumn(
  sql: Sql,
  { column, table }: Pick<TextColumn, "table" | "column">,
  values: readonly string[],
  pseudonym: string,
): Promise<number> {
  const { count } = await sql`
    update ${sql(table)} set ${sql(column)} = ${pseudonym} where ${sql(column)} in ${sql(values)}`;
  return count;
}

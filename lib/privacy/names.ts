/** What names a person where text is free, as an expression that Postgres and this process read alike. */
import type { Sql } from "#db/client.ts";
import { PERSONAL_DATA } from "./registry.ts";
import type { Identity } from "./subject.ts";

export interface Names {
  /** The distinctive ones, as they are. */
  readonly words: readonly string[];
  /** Finds a name where it stands as a whole word; null: nothing about this person is distinctive enough to look for. */
  readonly pattern: string | null;
  /** The same for this process; never matches when there is none. */
  readonly expression: RegExp;
}

/** Columns that hold a user's id by their name, whatever the table. */
const USER_COLUMN = /(^|_)(user_id|by|by_user|assignee)$/;

/**
 * The names to look for. An id that somebody else has in the other namespace (a user and an end user may share one) is left
 * out: it would find them.
 */
export async function namesOf(sql: Sql, { alias, email, ids, subject }: Identity): Promise<Names> {
  const other = subject.kind === "user" ? "end_users" : "users";
  const [shared] = await sql`select 1 from ${sql(other)} where id = ${subject.id}`;
  const words = [...(shared ? ids.slice(1) : ids), email, alias].filter(
    (word): word is string => word !== null && isDistinctive(word),
  );
  if (words.length === 0) return { words, pattern: null, expression: /(?!)/g };
  const pattern = `(?<![A-Za-z0-9_@.-])(${[...new Set(words)].map(escaped).join("|")})(?![A-Za-z0-9_@-]|\\.[A-Za-z0-9])`;
  return { words, pattern, expression: new RegExp(pattern, "g") };
}

/** `admin`, `r`, `Ann` are words of their own: only columns that are known to name a person are searched for those. */
export function isDistinctive(word: string): boolean {
  return word.length >= 8 || (word.length >= 4 && /[^a-z]/i.test(word));
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

export interface UserColumn {
  readonly table: string;
  readonly column: string;
}

/** Tables that erasure has statements of its own for, views, and what is never changed. */
const ASIDE = new Set([
  ...[
    "request_log",
    "audit_events",
    "audit_pending",
    "audit_heads",
    "audit_chain",
    "subject_keys",
    "erasures",
  ],
  ...["spend_records", "spend_hourly", "budget_spend", "job_file_parts", "shin_migrations"],
]);

/** Where else a user stands by id: who made, changed or decided something. */
export function userColumns(): UserColumn[] {
  return personalColumns().filter(({ column }) => USER_COLUMN.test(column));
}

/** Columns of free text, by the registry: notes, reasons, messages, metadata. Told columns are words of ours, or typed. */
export function freeColumns(): UserColumn[] {
  return personalColumns().filter(
    ({ column, handling }) =>
      !USER_COLUMN.test(column) &&
      (handling === "erase" || ["metadata", "data", "tags", "query"].includes(column)),
  );
}

function personalColumns() {
  return Object.entries(PERSONAL_DATA)
    .filter(([table]) => !ASIDE.has(table))
    .flatMap(([table, columns]) =>
      Object.entries(columns).flatMap(([column, { handling }]) =>
        handling === "not personal" ? [] : [{ table, column, handling }],
      ),
    );
}

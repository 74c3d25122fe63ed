/** What was erased after a backup was taken is erased again in what is restored from it, before anything is served. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Reader, Sql, SqlTx } from "#db/client.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import type { EraseSubject } from "../privacy/erasure.ts";
import { type DataSubject, subjectHash } from "../privacy/subject.ts";
import { unusable } from "./encryption.ts";

/** Keyed hashes and pseudonyms: the list says of nobody who they were. */
export interface Erasure {
  readonly id: string;
  readonly at: string;
  readonly subjectKind: string;
  readonly pseudonym: string;
  readonly subjectHashes: readonly string[];
}

/** Lies beside the backups, and is kept as long as the oldest of them. */
export const ERASURE_LIST = "erasures.jsonl";

/** Every erasure that a database knows of, the oldest first. */
export async function erasuresOf(sql: Reader): Promise<Erasure[]> {
  const [there] = await sql<{ there: boolean }[]>`select to_regclass('erasures') is not null as there`;
  if (!there?.there) return [];
  const rows = await sql<
    { id: string; at: Date | string; subject_kind: string; pseudonym: string; subject_hashes: string[] }[]
  >`select id, at, subject_kind, pseudonym, subject_hashes from erasures order by at, id`;
  return rows.map((row) => ({
    id: row.id,
    at: new Date(row.at).toISOString(),
    subjectKind: row.subject_kind,
    pseudonym: row.pseudonym,
    subjectHashes: row.subject_hashes,
  }));
}

/** Those of the list beside a backup; none when there is no list. @throws StartError when a line cannot be read */
export async function erasuresBeside(file: string): Promise<Erasure[]> {
  const list = path.join(path.dirname(file), ERASURE_LIST);
  let text: string;
  try {
    text = await readFile(list, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at): Erasure => {
      try {
        return JSON.parse(line);
      } catch {
        throw unusable(
          `line ${at + 1} of ${list} cannot be read`,
          "Take the list from where it was copied to: without it people who were erased would come back.",
        );
      }
    });
}

/** Those that a database does not have, each once. */
export function missingErasures(known: readonly Erasure[], ...lists: readonly Erasure[][]): Erasure[] {
  const seen = new Set(known.map(({ id }) => id));
  return lists.flat().filter(({ id }) => {
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

const PENDING = "pending_erasures";

/** Kept with the restored rows, in their transaction: no start serves before they are done again. */
export async function leaveErasures(tx: SqlTx, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return;
  for (const { at, id, pseudonym, subjectHashes, subjectKind } of erasures)
    await tx`insert into erasures (id, at, subject_kind, pseudonym, subject_hashes)
      values (${id}, ${at}, ${subjectKind}, ${pseudonym}, ${tx.array([...subjectHashes])})`;
  const ids = erasures.map(({ id }) => id);
  await tx`insert into settings (name, value, updated_by) values (${PENDING}, ${tx.json(ids)}, 'shin restore')
    on conflict (name) do update set value = settings.value || excluded.value`;
}

/**
 * Erases whom a restored backup brought back. Called at every start before anything is served; nearly always there is nothing.
 * @param erase null where this build cannot erase: then it does not serve either, should somebody be found
 * @returns how many people were found and erased. @throws StartError as said; whatever `erase` throws
 */
export async function replayErasures(deps: JobDeps, erase: EraseSubject | null): Promise<number> {
  const [row] = await deps.sql<{ value: string[] }[]>`select value from settings where name = ${PENDING}`;
  if (!row) return 0;
  const pending = (await erasuresOf(deps.sql)).filter(({ id }) => row.value.includes(id));
  const found = await subjectsOf(deps.sql, deps.pseudonymKey, pending);
  for (const subject of found) {
    if (erase === null)
      throw new StartError("backup_unusable", "the restored data hold people who were erased since", {
        advice: "Start a build that can erase them: they must not be served.",
      });
    const context = {
      deps,
      cursor: undefined,
      progress: async () => {},
      signal: new AbortController().signal,
    };
    await erase(context, { subject, operator: "shin restore", approver: null, requestId: null });
    deps.log.info({ kind: subject.kind }, "erased again after restoring: a backup had brought a person back");
  }
  await deps.sql`delete from settings where name = ${PENDING}`;
  return found.length;
}

/** The people behind the hashes, where the database knows any. */
async function subjectsOf(
  sql: Sql,
  key: string,
  erasures: readonly Erasure[],
): Promise<readonly DataSubject[]> {
  const wanted = new Set(erasures.flatMap(({ subjectHashes }) => subjectHashes));
  const users = await sql<{ id: string }[]>`
    select id from users union select user_id from virtual_keys where user_id is not null
    union select user_id from spend_hourly where user_id <> ''`;
  const endUsers = await sql<{ id: string }[]>`
    select id from end_users union select end_user from spend_records where end_user is not null`;
  return [
    ...users.map(({ id }) => ({ kind: "user", id }) as const),
    ...endUsers.map(({ id }) => ({ kind: "end_user", id }) as const),
  ].filter(({ id, kind }) => wanted.has(subjectHash(key, kind, id)));
}

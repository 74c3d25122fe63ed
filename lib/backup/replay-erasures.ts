/** What was erased after a backup was taken is erased again in what is restored from it, before anything is served. */
import { z } from "zod";
import type { Reader, Sql, SqlTx } from "#db/client.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { StartError } from "../node/start-error.ts";
import type { EraseSubject } from "../privacy/erasure.ts";
import { type DataSubject, subjectHash } from "../privacy/subject.ts";
import type { SideFile } from "./side-file.ts";

const erasureSchema = z.object({
  id: z.string(),
  at: z.string(),
  subjectKind: z.string(),
  pseudonym: z.string(),
  subjectHashes: z.array(z.string()),
});

/** Keyed hashes and pseudonyms: the list says of nobody who they were. */
export type Erasure = Readonly<z.infer<typeof erasureSchema>>;

/** Lies beside the backups, and is kept as long as the oldest of them. */
export const ERASURES: SideFile<Erasure> = {
  name: "erasures.jsonl",
  parse: (line) => erasureSchema.parse(line),
  without: "people who were erased would come back",
};

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

/** Those that a database does not have, each once. */
export function missingErasures(known: readonly Erasure[], ...lists: readonly Erasure[][]): Erasure[] {
  const seen = new Set(known.map(({ id }) => id));
  return lists.flat().filter(({ id }) => {
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** The setting that holds whom the next start must erase again. */
export const PENDING_ERASURES = "pending_erasures";

/** Kept with the restored rows, in their transaction: no start serves before they are done again. */
export async function leaveErasures(tx: SqlTx, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return;
  for (const { at, id, pseudonym, subjectHashes, subjectKind } of erasures)
    await tx`insert into erasures (id, at, subject_kind, pseudonym, subject_hashes)
      values (${id}, ${at}, ${subjectKind}, ${pseudonym}, ${tx.array([...subjectHashes])})`;
  const ids = erasures.map(({ id }) => id);
  await tx`insert into settings (name, value, updated_by) values (${PENDING_ERASURES}, ${tx.json(ids)}, 'shin restore')
    on conflict (name) do update set value = settings.value || excluded.value`;
}

/**
 * Erases whom a restored backup brought back. Alone (replay.ts).
 * @param erase null where this build cannot erase: then it does not serve either, should somebody be found
 * @returns how many people were found and erased. @throws StartError as said; whatever `erase` throws
 */
export async function replayErasures(deps: JobDeps, erase: EraseSubject | null): Promise<number> {
  const [row] = await deps.sql<
    { value: string[] }[]
  >`select value from settings where name = ${PENDING_ERASURES}`;
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
  await deps.sql`delete from settings where name = ${PENDING_ERASURES}`;
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

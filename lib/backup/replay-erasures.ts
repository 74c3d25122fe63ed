/** What was erased after a backup was taken is erased again in what is restored from it, before anything is served. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Reader } from "#db/client.ts";
import { systemErrorCode } from "../node/start-error.ts";
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

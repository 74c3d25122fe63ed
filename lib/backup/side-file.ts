/** A list that lies beside backups, one JSON value a line: written whole or left as it was, and read back before a restore. */
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../node/start-error.ts";
import { unusable } from "./encryption.ts";

export interface SideFile<T> {
  readonly name: string;
  /** @throws when a line is not one of the list's */
  readonly parse: (line: unknown) => T;
  /** What would happen without the list, for whoever finds a line that cannot be read. */
  readonly without: string;
}

/** The lines of the list in that folder are these from now on. */
export async function writeSideFile<T>(
  { name }: SideFile<T>,
  folder: string,
  lines: readonly T[],
): Promise<void> {
  const file = path.join(folder, name);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(`${file}.part`, text, { mode: 0o600 });
  await rename(`${file}.part`, file);
}

/** What the list beside a backup says; nothing when there is none. @throws StartError when a line cannot be read */
export async function readSideFile<T>({ name, parse, without }: SideFile<T>, backup: string): Promise<T[]> {
  const list = path.join(path.dirname(backup), name);
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
    .map((line, at) => {
      try {
        return parse(JSON.parse(line));
      } catch {
        throw unusable(
          `line ${at + 1} of ${list} cannot be read`,
          `Take the list from where it was copied to: without it ${without}.`,
        );
      }
    });
}

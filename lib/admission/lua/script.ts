/** A Lua text and the hash by which Redis knows it. */
import { createHash } from "node:crypto";

export interface Script {
  readonly text: string;
  /** SHA-1 of the text, as `SCRIPT LOAD` answers it. */
  readonly sha: string;
}

/** A script of several pieces of text. */
export function script(...pieces: readonly string[]): Script {
  const text = pieces.map((piece) => piece.trim()).join("\n");
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/**
 * What lies inside a backup's envelope: frames. A frame is one letter, four bytes of length, and that many bytes: `J` is a
 * JSON note, `D` is rows as COPY writes them. A table is its note, its rows, and a note with their number and hash.
 */
import { createHash } from "node:crypto";
import type { LedgerSums } from "#db/queries/backup.ts";
import { damaged } from "./encryption.ts";

export interface BeginNote {
  readonly note: "begin";
  readonly at: string;
  readonly schema: readonly { readonly version: number; readonly tag: string }[];
  readonly chain: { readonly seq: string; readonly hash: string; readonly startedAfter: string };
  readonly ledger: LedgerSums;
  readonly sequences: readonly { readonly name: string; readonly value: string | null }[];
}
export interface TableNote {
  readonly note: "table";
  readonly name: string;
  readonly parent: string | null;
  readonly columns: readonly string[];
}
export interface RowsNote {
  readonly note: "rows";
  readonly name: string;
  readonly rows: number;
  readonly sha256: string;
}
export interface EndNote {
  readonly note: "end";
  readonly tables: number;
  readonly rows: number;
}
export type Note = BeginNote | TableNote | RowsNote | EndNote;
export type Frame = Note | { readonly note: "data"; readonly bytes: Buffer };

const J = 0x4a;
const D = 0x44;
const HEAD_BYTES = 5;
const LARGEST_FRAME = 64 * 1024 * 1024;

export function noteFrame(note: Note): Buffer {
  return frame(J, Buffer.from(JSON.stringify(note)));
}

export function dataFrame(bytes: Buffer): Buffer {
  return frame(D, bytes);
}

function frame(kind: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = kind;
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Counts and hashes rows as they pass. COPY's text form ends every row, and nothing else, with a line feed. */
export class RowCount {
  #rows = 0;
  readonly #hash = createHash("sha256");

  add(bytes: Buffer): void {
    this.#hash.update(bytes);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.#rows += 1;
  }

  end(): { rows: number; sha256: string } {
    return { rows: this.#rows, sha256: this.#hash.digest("hex") };
  }
}

/** Takes frames apart again, and checks numbers and hashes on the way. @throws StartError on the first that is wrong */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let count = new RowCount();
  let tables = 0;
  let rows = 0;
  let ended = false;
  for await (const { kind, payload } of rawFrames(source)) {
    if (ended) throw damaged("something stands after its last note");
    if (kind === D) {
      count.add(payload);
      yield { note: "data", bytes: payload };
      continue;
    }
    const note: Note = JSON.parse(payload.toString());
    if (note.note === "table") count = new RowCount();
    if (note.note === "rows") {
      const read = count.end();
      if (read.rows !== note.rows || read.sha256 !== note.sha256)
        throw damaged(`the rows of ${note.name} are not what was written`);
      tables += 1;
      rows += read.rows;
    }
    if (note.note === "end") {
      if (note.tables !== tables || note.rows !== rows) throw damaged("tables or rows are missing");
      ended = true;
    }
    yield note;
  }
  if (!ended) throw damaged("its last note is missing");
}

async function* rawFrames(source: AsyncIterable<Buffer>): AsyncGenerator<{ kind: number; payload: Buffer }> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let at = 0;
    while (held.length - at >= HEAD_BYTES) {
      const size = held.readUInt32BE(at + 1);
      const kind = held[at] ?? 0;
      if ((kind !== J && kind !== D) || size > LARGEST_FRAME) throw damaged("a frame cannot be read");
      if (held.length - at < HEAD_BYTES + size) break;
      yield { kind, payload: held.subarray(at + HEAD_BYTES, at + HEAD_BYTES + size) };
      at += HEAD_BYTES + size;
    }
    held = held.subarray(at);
  }
  if (held.length > 0) throw damaged("a frame is cut off");
}

/** Reads a backup from its file and checks all that can be checked without a database: seal, hashes, numbers, the chain's end. */
import { createReadStream } from "node:fs";
import { createZstdDecompress } from "node:zlib";
import { type BeginNote, type Frame, readFrames } from "./contents.ts";
import { type BackupKey, damaged, type Envelope, opening } from "./encryption.ts";

export interface Verified {
  readonly envelope: Envelope;
  readonly begin: BeginNote;
  readonly tables: number;
  readonly rows: number;
}

/** The frames of a file, checked as they pass. @param onEnvelope may refuse the file before anything is opened */
export async function* framesOf(
  file: string,
  key: BackupKey,
  onEnvelope: (envelope: Envelope) => void = () => {},
): AsyncGenerator<Frame> {
  const opened = opening(key, onEnvelope)(createReadStream(file, { highWaterMark: 1 << 20 }));
  yield* readFrames(decompressed(opened));
}

/** By hand and not by `pipeline`: the first fault is the one told, not that a stream was closed because of it. */
async function* decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const zstd = createZstdDecompress();
  let fault: unknown = null;
  const feed = async () => {
    for await (const piece of source) if (!zstd.write(piece)) await drained(zstd);
    zstd.end();
  };
  feed().catch((error: unknown) => {
    fault = error;
    zstd.destroy();
  });
  try {
    for await (const piece of zstd) yield piece;
  } catch (error) {
    throw fault ?? damaged("what was unsealed cannot be decompressed", error);
  }
  if (fault !== null) throw fault;
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.removeListener("drain", done);
      stream.removeListener("close", done);
      resolve();
    };
    stream.once("drain", done);
    stream.once("close", done);
  });
}

/** @throws StartError when the file is damaged, cut, or sealed for somebody else */
export async function verifyBackup(file: string, key: BackupKey): Promise<Verified> {
  let envelope: Envelope | null = null;
  let begin: BeginNote | null = null;
  let end = { tables: 0, rows: 0 };
  const chain = new ChainEnds();
  for await (const frame of framesOf(file, key, (found) => {
    envelope = found;
  })) {
    if (frame.note === "begin") begin = frame;
    if (frame.note === "end") end = frame;
    chain.see(frame);
  }
  if (begin === null || envelope === null) throw damaged("its first note is missing");
  chain.compare(begin);
  return { envelope, begin, tables: end.tables, rows: end.rows };
}

/** The chain's row and its newest event, as they lie in the backup, must both be what the database said they are. */
class ChainEnds {
  #table = "";
  #columns: readonly string[] = [];
  #cut = "";
  #last: { readonly seq: bigint; readonly hash: string } | null = null;
  #row: { readonly seq: string; readonly hash: string } | null = null;

  see(frame: Frame): void {
    if (frame.note === "table") {
      this.#table = frame.name;
      this.#columns = frame.columns;
      this.#cut = "";
    }
    if (frame.note !== "data" || (this.#table !== "audit_events" && this.#table !== "audit_chain")) return;
    const lines = (this.#cut + frame.bytes.toString("latin1")).split("\n");
    this.#cut = lines.pop() ?? "";
    for (const line of lines) {
      const cells = line.split("\t");
      const seq = cells[this.#columns.indexOf("seq")] ?? "0";
      const hash = cells[this.#columns.indexOf("hash")] ?? "";
      if (this.#table === "audit_chain") this.#row = { seq, hash };
      else if (this.#last === null || BigInt(seq) > this.#last.seq) this.#last = { seq: BigInt(seq), hash };
    }
  }

  compare({ chain }: BeginNote): void {
    if (this.#row?.seq !== chain.seq || this.#row.hash !== chain.hash)
      throw damaged("the end of the audit chain in it is not the database's");
    if (BigInt(chain.seq) === BigInt(chain.startedAfter)) return;
    if (String(this.#last?.seq) !== chain.seq || this.#last?.hash !== chain.hash)
      throw damaged(`audit event #${chain.seq} in it is not the one that the chain ends with`);
  }
}

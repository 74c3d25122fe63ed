/** The file a job writes: in parts of 256 KiB into the database, hashed on the way. */
import { createHash } from "node:crypto";
import type { Sql, Tx } from "#db/client.ts";
import { beginFile, finishFile, finishFileIn, writePart } from "#db/queries/job-files.ts";

const PART_BYTES = 262_144;

export interface FileEnd {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface FileWriter {
  write(bytes: Uint8Array | string): Promise<void>;
  /**
   * The file is whole: from here on it can be fetched.
   * @param options.within runs the transaction that makes it so, with what else has to be true from then on
   */
  end(options?: { readonly within?: (finish: (tx: Tx) => Promise<void>) => Promise<void> }): Promise<FileEnd>;
}

export async function openFile(
  sql: Sql,
  file: {
    readonly jobId: string;
    readonly name: string;
    readonly contentType: string;
    readonly expiresAt: Date;
  },
): Promise<FileWriter> {
  await beginFile(sql, file);
  const hash = createHash("sha256");
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let part = 0;
  let sizeBytes = 0;
  const flush = async (keepBelow: number) => {
    while (waitingBytes > keepBelow) {
      const all = Buffer.concat(waiting);
      const piece = all.subarray(0, PART_BYTES);
      waiting = all.length > PART_BYTES ? [all.subarray(PART_BYTES)] : [];
      waitingBytes = all.length - piece.length;
      await writePart(sql, file.jobId, part++, piece);
    }
  };
  return {
    write: async (given) => {
      const bytes = typeof given === "string" ? Buffer.from(given) : given;
      hash.update(bytes);
      sizeBytes += bytes.length;
      // The caller may use its buffer again.
      waiting.push(Buffer.from(bytes));
      waitingBytes += bytes.length;
      await flush(PART_BYTES - 1);
    },
    end: async (options = {}) => {
      await flush(0);
      const sha256 = hash.digest("hex");
      const end = { sizeBytes, sha256 };
      if (options.within) await options.within((tx) => finishFileIn(tx, file.jobId, end));
      else await finishFile(sql, file.jobId, end);
      return end;
    },
  };
}

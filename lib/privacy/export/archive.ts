/** A ZIP that grows file by file into a job's file: of what was written, only the piece in hand is in memory. */
import { createHash } from "node:crypto";
import { Zip, ZipDeflate } from "fflate";
import type { Tx } from "#db/client.ts";
import { GatewayError } from "../../errors.ts";
import type { FileEnd, FileWriter } from "../../jobs/job.ts";

/** ZIP without its 64-bit extension, which not every program reads, ends here. */
const MOST_BYTES = 0xf0_00_00_00;

export interface ArchivedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ArchiveFile {
  write(text: string): Promise<void>;
  end(): Promise<ArchivedFile>;
}

export class Archive {
  readonly #file: FileWriter;
  readonly #nowMs: number;
  readonly #zip: Zip;
  #ready: Uint8Array[] = [];
  #bytes = 0;
  #failure: Error | null = null;

  constructor(file: FileWriter, nowMs: number) {
    this.#file = file;
    this.#nowMs = nowMs;
    this.#zip = new Zip((error, bytes) => {
      if (error) this.#failure = error;
      else this.#ready.push(bytes);
    });
  }

  /** Begins a file of the archive; the one before has ended. */
  begin(path: string): ArchiveFile {
    const entry = new ZipDeflate(path, { level: 4 });
    entry.mtime = this.#nowMs;
    this.#zip.add(entry);
    const hash = createHash("sha256");
    let bytes = 0;
    return {
      write: async (text) => {
        const piece = Buffer.from(text, "utf8");
        hash.update(piece);
        bytes += piece.length;
        if (bytes > MOST_BYTES) throw tooLarge();
        entry.push(piece);
        await this.#flush();
      },
      end: async () => {
        entry.push(new Uint8Array(0), true);
        await this.#flush();
        return { path, bytes, sha256: hash.digest("hex") };
      },
    };
  }

  /** A file whose text is at hand. */
  async add(path: string, text: string): Promise<ArchivedFile> {
    const file = this.begin(path);
    await file.write(text);
    return file.end();
  }

  /** @param within as FileWriter's */
  async end(within: (finish: (tx: Tx) => Promise<void>) => Promise<void>): Promise<FileEnd> {
    this.#zip.end();
    await this.#flush();
    return this.#file.end({ within });
  }

  async #flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const ready = this.#ready;
    this.#ready = [];
    for (const bytes of ready) {
      this.#bytes += bytes.length;
      if (this.#bytes > MOST_BYTES) throw tooLarge();
      await this.#file.write(bytes);
    }
  }
}

function tooLarge(): GatewayError {
  return new GatewayError(
    "payload_too_large",
    "The export passes 4 GB, the most that a ZIP holds. Lower data_retention_days first, or read the tables with SQL.",
  );
}

/**
 * Settled records on disk, one JSON row a line, in numbered segments: the bridge over a database outage, and the
 * acknowledgement itself in `ledger_acknowledge: journal`. A segment is deleted when all its rows are in the database;
 * replaying one that is there already changes nothing.
 */
import { appendFileSync } from "node:fs";
import {
  appendFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import path from "node:path";

const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENT = /^\d{8}\.jsonl$/;

interface Segment {
  readonly file: string;
  readonly handle: FileHandle;
  bytes: number;
  /** Rows not yet in the database. */
  open: number;
  closed: boolean;
}

interface Waiting {
  readonly line: string;
  readonly sync: boolean;
  readonly resolve: (segment: Segment) => void;
  readonly reject: (error: unknown) => void;
}

export class Journal {
  readonly #folder: string;
  #current: Segment | null = null;
  #next: number;
  #waiting: Waiting[] = [];
  #sealing: ((next: number) => void)[] = [];
  #writing: Promise<void> | null = null;

  private constructor(folder: string, next: number) {
    this.#folder = folder;
    this.#next = next;
  }

  /** Opens (and makes) the folder. Segments of an earlier start wait in `leftovers`. */
  static async open(folder: string): Promise<{ journal: Journal; leftovers: string[] }> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort();
    const next = Number.parseInt(names.at(-1) ?? "0", 10) + 1;
    return { journal: new Journal(folder, next), leftovers: names.map((name) => path.join(folder, name)) };
  }

  /**
   * Appends a row; resolves when it is with the kernel (survives the death of this process) or, with `sync`, on the disk.
   * @returns a function to call when the row is in the database
   */
  async append(line: string, sync: boolean): Promise<() => Promise<void>> {
    const segment = await new Promise<Segment>((resolve, reject) => {
      this.#waiting.push({ line, sync, resolve, reject });
      this.#kick();
    });
    return () => this.#shipped(segment);
  }

  /**
   * Closes the running segment, so that a replay reads every row appended until now. Rows that come meanwhile go to a new
   * segment, which is not among those named: whoever replays these may delete them.
   * @returns files to replay, oldest first
   */
  async seal(): Promise<string[]> {
    const next = await new Promise<number>((resolve) => {
      this.#sealing.push(resolve);
      this.#kick();
    });
    const names = (await readdir(this.#folder)).filter((name) => SEGMENT.test(name)).sort();
    return names
      .filter((name) => Number.parseInt(name, 10) < next)
      .map((name) => path.join(this.#folder, name));
  }

  /** Rows of a segment; a last line that was cut off by a crash was never acknowledged and is left out. */
  static async read(file: string): Promise<string[]> {
    const text = await readFile(file, "utf8");
    return text
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.endsWith("}"));
  }

  static async discard(file: string): Promise<void> {
    await rm(file, { force: true });
  }

  /** Keeps a row that the database will not take, for a person to look at. */
  async reject(line: string): Promise<void> {
    await appendFile(path.join(this.#folder, "rejected.jsonl"), `${line}\n`, { mode: 0o600 });
  }

  /**
   * Closes the running segment, which goes with its last row, and changes the rows that were set aside for a person to look
   * at. @returns how many of those were changed
   */
  async clear(change: (line: string) => string): Promise<number> {
    await this.seal();
    const file = path.join(this.#folder, "rejected.jsonl");
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
      throw error;
    }
    const lines = text.split("\n").slice(0, -1);
    const next = lines.map(change);
    const changed = next.filter((line, index) => line !== lines[index]).length;
    if (changed === 0) return 0;
    await writeFile(`${file}.part`, next.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    await rename(`${file}.part`, file);
    return changed;
  }

  #kick(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
      // What came between the last look and this line has nobody else to wake the writer.
      if (this.#waiting.length + this.#sealing.length > 0) this.#kick();
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length + this.#sealing.length > 0) {
      if (this.#sealing.length > 0) await this.#closeCurrent();
      for (const resolve of this.#sealing.splice(0)) resolve(this.#next);
      if (this.#waiting.length === 0) continue;
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const segment = await this.#segment();
        const bytes = Buffer.from(`${batch.map((item) => item.line).join("\n")}\n`);
        // Handing bytes to the kernel takes microseconds; a turn through the thread pool would take longer than the write.
        appendFileSync(segment.handle.fd, bytes);
        if (batch.some((item) => item.sync)) await segment.handle.datasync();
        segment.bytes += bytes.length;
        segment.open += batch.length;
        for (const item of batch) item.resolve(segment);
      } catch (error) {
        for (const item of batch) item.reject(error);
        // A write that failed half-way leaves a torn line: what comes next must not be glued to it.
        await this.#closeCurrent();
      }
    }
  }

  async #segment(): Promise<Segment> {
    const current = this.#current;
    if (current && current.bytes < SEGMENT_BYTES) return current;
    await this.#closeCurrent();
    const file = path.join(this.#folder, `${String(this.#next++).padStart(8, "0")}.jsonl`);
    this.#current = { file, handle: await open(file, "a", 0o600), bytes: 0, open: 0, closed: false };
    await syncFolder(this.#folder);
    return this.#current;
  }

  /** Never throws: the rows of a segment that cannot be closed are on disk or were refused already. */
  async #closeCurrent(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    if (!current) return;
    current.closed = true;
    const [closed] = await Promise.allSettled([current.handle.close()]);
    if (closed.status === "fulfilled" && current.open === 0) await rm(current.file, { force: true });
  }

  async #shipped(segment: Segment): Promise<void> {
    segment.open -= 1;
    if (segment.open === 0 && segment.closed) await rm(segment.file, { force: true });
  }
}

/** A new file's name is on the disk only when its folder is; Windows has no such call and no such need. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

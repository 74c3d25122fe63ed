/** The tables of an export: each as JSON and as CSV, from the same snapshot, with what the summary shows of it. */
import { OPENED_NAMES } from "../../content/opened-rows.ts";
import { type CsvValue, csvLine } from "../../csv.ts";
import type { Archive, ArchivedFile, ArchiveFile } from "./archive.ts";
import { countRows, readRows, type Snapshot, type ToldRow, toldColumns, toldTables } from "./rows.ts";
import type { ExportSubject } from "./subject.ts";
import type { ToldTable } from "./tables.ts";

/** A spreadsheet takes 1,048,576 rows. */
const ROWS_A_FILE = 1_000_000;
const SHOWN_ROWS = 20;

export interface DataFile extends ArchivedFile {
  readonly rows: number;
}

export interface WrittenTable {
  readonly table: ToldTable["table"];
  readonly columns: readonly string[];
  readonly rows: number;
  /** The first of them. */
  readonly sample: readonly ToldRow[];
  readonly files: readonly DataFile[];
}

interface Format {
  readonly ending: "json" | "csv";
  readonly head: (columns: readonly string[]) => string;
  readonly row: (row: ToldRow, columns: readonly string[], first: boolean) => string;
  readonly tail: string;
}

const FORMATS: readonly Format[] = [
  {
    ending: "json",
    head: () => "[",
    row: (row, _columns, first) => `${first ? "\n" : ",\n"}${JSON.stringify(row, bigints)}`,
    tail: "\n]\n",
  },
  {
    ending: "csv",
    head: (columns) => csvLine(columns),
    row: (row, columns) => csvLine(columns.map((name) => csvValue(row[name]))),
    tail: "",
  },
];

/** How many rows of each table the export will hold. */
export async function countAll(tx: Snapshot, subject: ExportSubject): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const told of toldTables(subject)) counts.set(told.table, await countRows(tx, told, subject));
  return counts;
}

/** @param onRows hears how many rows were written since it last heard: each row twice, once a format. @param opened opens what is sealed in rows of a table */
export async function writeTables(
  tx: Snapshot,
  archive: Archive,
  subject: ExportSubject,
  counts: ReadonlyMap<string, number>,
  onRows: (count: number) => Promise<void>,
  opened: (table: ToldTable["table"], rows: readonly ToldRow[]) => Promise<readonly ToldRow[]>,
): Promise<WrittenTable[]> {
  const written: WrittenTable[] = [];
  for (const told of toldTables(subject)) {
    if ((counts.get(told.table) ?? 0) === 0) continue;
    const columns = toldColumns(told).map((name) => OPENED_NAMES[name] ?? name);
    const sample: ToldRow[] = [];
    const files: DataFile[] = [];
    for (const format of FORMATS) {
      const name = (part: number) => `data/${told.table}${part === 1 ? "" : `-${part}`}.${format.ending}`;
      const parts = new Parts(archive, format, columns, name);
      for await (const read of readRows(tx, told, subject)) {
        const page = await opened(told.table, read);
        if (sample.length < SHOWN_ROWS && format.ending === "json")
          sample.push(...page.slice(0, SHOWN_ROWS - sample.length));
        await parts.write(page);
        await onRows(page.length);
      }
      files.push(...(await parts.end()));
    }
    const rows = files.reduce((sum, file) => sum + (file.path.endsWith(".csv") ? file.rows : 0), 0);
    written.push({ table: told.table, columns, rows, sample, files });
  }
  return written;
}

/** A table in one format, in as many files as it takes. */
class Parts {
  readonly #archive: Archive;
  readonly #format: Format;
  readonly #columns: readonly string[];
  readonly #name: (part: number) => string;
  readonly #ended: DataFile[] = [];
  #file: ArchiveFile | null = null;
  #rows = 0;

  constructor(archive: Archive, format: Format, columns: readonly string[], name: (part: number) => string) {
    this.#archive = archive;
    this.#format = format;
    this.#columns = columns;
    this.#name = name;
  }

  async write(page: readonly ToldRow[]): Promise<void> {
    if (this.#rows >= ROWS_A_FILE) await this.#close();
    const file = await this.#open();
    const lines = page.map((row, index) =>
      this.#format.row(row, this.#columns, this.#rows === 0 && index === 0),
    );
    await file.write(lines.join(""));
    this.#rows += page.length;
  }

  async end(): Promise<readonly DataFile[]> {
    await this.#open();
    await this.#close();
    return this.#ended;
  }

  async #open(): Promise<ArchiveFile> {
    if (this.#file) return this.#file;
    const file = this.#archive.begin(this.#name(this.#ended.length + 1));
    await file.write(this.#format.head(this.#columns));
    this.#file = file;
    return file;
  }

  async #close(): Promise<void> {
    if (!this.#file) return;
    await this.#file.write(this.#format.tail);
    this.#ended.push({ ...(await this.#file.end()), rows: this.#rows });
    this.#file = null;
    this.#rows = 0;
  }
}

/** Nano-dollars as text: an amount may pass what a JSON number holds. Counts do not. */
function bigints(name: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return name.endsWith("_nano_usd") ? value.toString() : Number(value);
}

function csvValue(value: unknown): CsvValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date || typeof value === "bigint") return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value, bigints);
}

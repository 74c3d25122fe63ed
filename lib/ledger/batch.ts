/**
 * The rows of one commit and, apart from them, what they charge: calls of one caller move the same budgets, and those
 * are told once a commit and not once a row. In the journal a row stands alone, so there its charges are in its line.
 */
import { chargesText, type SpendRecord, toRow } from "./record.ts";

/** A settled record on its way to the database. */
export interface SettledRow {
  readonly id: string;
  /** {@link toRow}, without charges. */
  readonly row: string;
  /** {@link chargesText}. */
  readonly charges: string;
}

export interface Batch {
  /** JSON array text. */
  readonly rows: string;
  /** JSON text: pairs of ids and of what each of them charges; null when none charges anything. */
  readonly charges: string | null;
}

export function settledRow(record: SpendRecord): SettledRow {
  return { id: record.id, row: toRow(record, "settled"), charges: chargesText(record.charges) };
}

export function batchOf(settled: readonly SettledRow[]): Batch {
  const idsByCharges = new Map<string, string>();
  let rows = "";
  for (const { charges, id, row } of settled) {
    rows += rows === "" ? row : `,${row}`;
    if (charges === "") continue;
    const ids = idsByCharges.get(charges);
    idsByCharges.set(charges, ids === undefined ? `"${id}"` : `${ids},"${id}"`);
  }
  const pairs: string[] = [];
  for (const [charges, ids] of idsByCharges) pairs.push(`[[${ids}],${charges}]`);
  return { rows: `[${rows}]`, charges: pairs.length === 0 ? null : `[${pairs.join(",")}]` };
}

/** A row as a line of the journal. */
export function toLine({ charges, row }: Pick<SettledRow, "row" | "charges">): string {
  return charges === "" ? row : `${row.slice(0, -1)},"charges":${charges}}`;
}

/** What {@link toLine} wrote, also in an earlier version. A line that cannot be read stays whole, for the database to refuse. */
export function fromLine(line: string): SettledRow {
  const { charges: stored, id } = members(line);
  if (typeof id !== "string" || !Array.isArray(stored)) return { id: "", charges: "", row: line };
  const charges = JSON.stringify(stored);
  // Cut out of the text, whose numbers stay as they are. What a client sent stands before it.
  const member = `,"charges":${charges}`;
  const at = line.lastIndexOf(member);
  return { id, charges, row: line.slice(0, at) + line.slice(at + member.length) };
}

function members(line: string): { id?: unknown; charges?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

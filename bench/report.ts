/** What a row of the benchmark hands back, and how it is printed: tables, targets met or missed, and notes. */

export interface Column {
  readonly title: string;
  /** Digits after the point; absent for text. */
  readonly digits?: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  /** null: there is no such figure. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly bound: "at least" | "at most";
  readonly target: number;
  readonly unit: string;
}

export interface RowResult {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** Sentences: record checks, reasons why something was left out. */
  readonly notes: readonly string[];
}

/** True when the figure keeps its bound. */
export function isMet(goal: Goal): boolean {
  return goal.bound === "at least" ? goal.measured >= goal.target : goal.measured <= goal.target;
}

/** Prints one row's result for people. */
export function printResult(name: string, result: RowResult): void {
  console.log(`\n== ${name} ==`);
  for (const table of result.tables) printTable(table);
  for (const note of result.notes) console.log(`  ${note}`);
  for (const goal of result.goals) {
    const measured = `${goal.measured.toPrecision(3)}${goal.unit}`;
    console.log(
      `  ${isMet(goal) ? "met   " : "MISSED"} ${goal.what}: ${measured}, target ${goal.bound} ${goal.target}${goal.unit}`,
    );
  }
}

function printTable(table: Table): void {
  console.log(`  ${table.title}`);
  const cells = [
    table.columns.map((column) => column.title),
    ...table.rows.map((row) => row.map((cell, index) => format(cell, table.columns[index]?.digits))),
  ];
  const widths = table.columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  for (const row of cells) {
    const line = row.map((cell, index) =>
      index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    console.log(`    ${line.join("  ")}`);
  }
}

function format(cell: string | number | null, digits = 0): string {
  if (cell === null) return "-";
  if (typeof cell === "string") return cell;
  return cell.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

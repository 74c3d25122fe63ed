/** The one converter of values to CSV: quoted by RFC 4180, and nothing in it is a formula to a spreadsheet. */

export type CsvValue = string | number | bigint | boolean | Date | null;

/**
 * A line with its end. Texts that a spreadsheet would run (`=`, `+`, `-`, `@`, tab, return in front, or the wide signs that
 * East Asian ones take for the same) get a leading `'`. So does what would begin a cell in the many countries whose
 * spreadsheets separate by semicolon, quotes or no quotes.
 */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

const FORMULA = /(^|[;\t])([=+\-@\t\r\n＝＋－＠])/g;

function csvCell(value: CsvValue): string {
  if (value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "string") return String(value);
  const text = value.replace(FORMULA, "$1'$2");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The one converter of values to CSV: quoted by RFC 4180, and nothing in it is a formula to a spreadsheet. */

export type CsvValue = string | number | bigint | boolean | Date | null;

/** A line with its end. Texts that a spreadsheet would run (`=`, `+`, `-`, `@`, tab, return in front) get a leading `'`. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: CsvValue): string {
  if (value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

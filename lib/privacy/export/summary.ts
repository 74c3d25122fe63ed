/** index.html of an export: what is held about the person, why and for how long, readable without a network. */
import type { ColumnEntry } from "../handling.ts";
import { PERSONAL_DATA } from "../registry.ts";
import type { ToldRow } from "./rows.ts";
import type { ExportSubject } from "./subject.ts";
import type { WrittenTable } from "./write-tables.ts";

export interface SummaryFacts {
  readonly subject: ExportSubject;
  readonly generatedAt: string;
  readonly requestId: string | null;
  /** Providers that calls are sent to. */
  readonly recipients: readonly string[];
  readonly tables: readonly WrittenTable[];
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1d22}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:2rem 0 .3rem}p{margin:.4rem 0}small{color:#555}
div{overflow-x:auto}table{border-collapse:collapse;font-size:.82rem}th,td{border:1px solid #d5d7dc;padding:.2rem .5rem;text-align:left;vertical-align:top;white-space:nowrap;max-width:22rem;overflow:hidden;text-overflow:ellipsis}
th{background:#f3f4f6}@media print{div{overflow:visible}td{white-space:normal}}`;

export function summaryPage(facts: SummaryFacts): string {
  const { generatedAt, recipients, requestId, subject, tables } = facts;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const request = requestId === null ? "" : ` for request ${escaped(requestId)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Data held about ${escaped(subject.id)}</title><style>${STYLE}</style></head><body>
<h1>Data held about ${escaped(subject.id)}</h1>
<p>${subject.kind === "user" ? "User" : "End user"} of this gateway. Made ${escaped(generatedAt)}${request}: ${rows} rows in ${tables.length} tables. Each table stands in <code>data/</code> as JSON and as CSV; <code>manifest.json</code> has the SHA-256 of every file and is signed.</p>
<h2>Who gets it</h2>
<p>${recipients.length === 0 ? "No provider is set up." : `Calls are sent to: ${escaped(recipients.join(", "))}. They process them under their own terms and regions, which the operator of this gateway can name.`} Nothing is sold, and nothing is sent to anybody else.</p>
<h2>Decisions without a person</h2>
<p>The gateway refuses a call when a limit or a budget is used up. Each such refusal names its rule in <code>spend_records</code>, column <code>rule</code>. Nothing else is decided by it.</p>
<h2>Your rights</h2>
<p>You may ask for correction, for deletion, for a restriction of processing and for this file again, and you may complain to the supervisory authority where you live. Ask whoever runs this gateway.</p>
<h2>Where it comes from</h2>
<p>From the administrators who made the account, and from the calls that were sent in its name.</p>
${tables.map(tableOf).join("\n")}
</body></html>
`;
}

function tableOf({ columns, files, rows, sample, table }: WrittenTable): string {
  const entries: Readonly<Record<string, ColumnEntry>> = PERSONAL_DATA[table];
  const personal = columns.flatMap((name) => {
    const entry = entries[name];
    return entry === undefined || entry.handling === "not personal" ? [] : [entry];
  });
  const reasons = [
    ...new Set(personal.map((one) => `${one.purpose} (${one.legalBasis}); kept: ${one.retention}`)),
  ];
  const rest =
    rows > sample.length ? `<p><small>The first ${sample.length} of ${rows} rows.</small></p>` : "";
  return `<h2>${escaped(table)}: ${rows} ${rows === 1 ? "row" : "rows"}</h2>
<p><small>${reasons.map(escaped).join("<br>")}<br>${files.map((file) => escaped(file.path)).join(", ")}</small></p>
<div><table><thead><tr>${columns.map((name) => `<th>${escaped(name)}</th>`).join("")}</tr></thead><tbody>
${sample.map((row) => rowOf(row, columns)).join("\n")}
</tbody></table></div>${rest}`;
}

function rowOf(row: ToldRow, columns: readonly string[]): string {
  return `<tr>${columns.map((name) => `<td>${escaped(textOf(row[name]))}</td>`).join("")}</tr>`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

const MARKS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? "");
}

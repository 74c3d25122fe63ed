/** The mapping table of docs/compliance.md, from the catalogue. Writes it when run: node test/compliance/mapping.ts */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKS, kindOf } from "#lib/compliance/catalogue.ts";
import { GUIDE_LINES } from "#lib/compliance/guide.ts";

export const DOCUMENT = join(import.meta.dirname, "../../docs/compliance.md");
const START = "| check | kind | guide | GDPR | SOC 2 |\n|---|---|---|---|---|\n";

/** The document with the table as the catalogue has it now. */
export function withMapping(text: string): string {
  const at = text.indexOf(START);
  if (at < 0) throw new Error("docs/compliance.md has lost its table");
  const rows = CHECKS.map((check) => {
    const days = check.ask === null ? "" : `, ${check.ask.days} days`;
    const guide = check.guide.map((id) => GUIDE_LINES[id]).join("; ");
    return `| \`${check.id}\` | ${kindOf(check)}${days} | ${guide} | ${check.gdpr.join(", ")} | ${check.soc2.join(", ")} |\n`;
  });
  return text.slice(0, at) + START + rows.join("");
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(DOCUMENT, withMapping(readFileSync(DOCUMENT, "utf8")));

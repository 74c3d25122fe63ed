/**
 * The source lines shown beside a fault. They end in terminals, log collectors and tickets, so what looks like a secret is
 * masked: the value of a key that is named like one, and a password inside a URL. References (`os.environ/NAME`) stay.
 */
import type { SourceLine } from "./problems.ts";

const LONGEST_LINE = 160;
const SECRET_LINE =
  /^(\s*(?:-\s+)?["']?[\w.-]*(?:key|kye|token|secret|password|passwd|authorization|credential)[\w.-]*["']?\s*:\s+)(.+)$/i;
/** Names that look secret and are counts, prices, names or lists of ids. */
const HARMLESS_NAME =
  /(?:max_|_?tokens|token_cost|per_token|reasoning_token|key_header_name|credential_name|allowed_keys|key_management|(?:allow_)?credentials)["']?\s*:/i;
const SECRET_WORD = /\b(?:sk|pk|rk|gsk|nvapi|xai)-[A-Za-z0-9_-]{4,}/g;
const URL_PASSWORD = /(:\/\/[^:/?#\s]*:)[^@\s]+@/g;
/** `{ api_key: ..., rpm: 5 }`: values inside braces. */
const FLOW_SECRET =
  /(?<![\w-])([\w-]*(?:key|token|secret|password)["']?\s*:\s*)(?!["']?os\.environ\/|[[{])[^,}\s]+/gi;

/** The given line (counted from 1) and the one before it, when there is one. */
export function excerptOf(text: string, line: number): readonly SourceLine[] {
  const lines = text.split(/\r\n|\n|\r/);
  return [line - 1, line]
    .filter((number) => number >= 1 && number <= lines.length)
    .map((number) => ({ line: number, text: shorten(maskSecrets(lines[number - 1] ?? "")) }));
}

/** Replaces what looks like a secret in one line of YAML by `***`. */
export function maskSecrets(line: string): string {
  const match = SECRET_LINE.exec(line);
  if (match && !HARMLESS_NAME.test(line)) {
    const value = (match[2] ?? "").trim();
    if (/^["']?os\.environ\//.test(value) || /^[[{|>&*]/.test(value)) return maskInside(line);
    return `${match[1]}***`;
  }
  return maskInside(line);
}

function maskInside(line: string): string {
  return line
    .replace(URL_PASSWORD, "$1***@")
    .replace(FLOW_SECRET, (whole, name: string) => (HARMLESS_NAME.test(name) ? whole : `${name}***`))
    .replace(SECRET_WORD, "***");
}

// Control characters could move the cursor of the terminal that shows them.
function shorten(line: string): string {
  const printable = line.replace(/[\p{Cc}]/gu, (character) => (character === "\t" ? "→" : "�"));
  return printable.length > LONGEST_LINE ? `${printable.slice(0, LONGEST_LINE)}…` : printable;
}

/** Text of one YAML file -> tree, with a clear sentence for every fault of the syntax. */
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import type { Place, Reporter } from "./problems.ts";
import { toTree, type YamlNode } from "./tree.ts";

/** What the parser calls a fault -> what a person can act on. */
const SENTENCES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab stands where spaces must — indent with spaces",
  BAD_INDENT: "this line is indented differently from the lines it belongs to",
  MULTIPLE_DOCS: 'a second document starts here ("---") — keep one document a file',
  MISSING_CHAR: "a closing quote, bracket or comma is missing",
  BAD_ALIAS: "this alias (*name) has no anchor (&name) before it",
  BAD_DQ_ESCAPE: "this escape is not known between double quotes — use single quotes for backslashes",
  MULTILINE_IMPLICIT_KEY: 'a name must stand on one line and end with ": "',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on this line — put the value between quotes',
  UNEXPECTED_TOKEN: "this cannot be read here — quotes around the value often help",
  KEY_OVER_1024_CHARS: "this name is longer than 1024 characters",
  BLOCK_IN_FLOW: "an indented block cannot stand between [ ] or { }",
  RESOURCE_EXHAUSTION: "the file is nested too deeply",
};

/** Parses and converts; null when empty or when the syntax is too broken to go on (then a problem was reported). */
export function parseYaml(text: string, file: string, report: Reporter): YamlNode | null {
  const counter = new LineCounter();
  const start: Place = { file, line: 1, column: 1 };
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      version: "1.2",
      strict: true,
      logLevel: "error",
    });
    for (const error of document.errors)
      report.error(placeOf(error, counter, file), sentenceFor(error, text));
    for (const warning of document.warnings) {
      report.warning(placeOf(warning, counter, file), firstLine(warning.message));
    }
    // A name given twice leaves the rest readable: go on and report the other faults too.
    if (document.errors.some((error) => error.code !== "DUPLICATE_KEY")) return null;
    return toTree(document, counter, file, report);
  } catch (error) {
    // The parser recurses: absurd nesting ends here, and must not end the process.
    if (!(error instanceof RangeError)) throw error;
    report.error(start, "the file is nested too deeply to be read");
    return null;
  }
}

function placeOf(error: YAMLError, counter: LineCounter, file: string): Place {
  const position = counter.linePos(error.pos[0]);
  return { file, line: Math.max(position.line, 1), column: Math.max(position.col, 1) };
}

function sentenceFor(error: YAMLError, text: string): string {
  if (error.code === "DUPLICATE_KEY") {
    const name = /^["']?([^\s:"']+)/.exec(text.slice(error.pos[0], error.pos[0] + 100))?.[1] ?? "this name";
    return `"${name}" is given twice — keep one`;
  }
  // The parser's own words say which character; ours say what to do.
  const own = SENTENCES[error.code];
  return own === undefined ? `not valid YAML: ${firstLine(error.message)}` : own;
}

function firstLine(message: string): string {
  return message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;
}

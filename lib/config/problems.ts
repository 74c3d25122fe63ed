/**
 * Faults of the configuration: collected all at once, each with its place, and rendered for a terminal. A message never
 * carries a secret's value, and the source lines shown with it are masked (see `excerpt.ts`).
 */
import { excerptOf } from "./excerpt.ts";

/** Where a value stands. `file` is the path as shown to people; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = "error" | "warning";

export interface SourceLine {
  readonly line: number;
  readonly text: string;
}

export interface Problem {
  readonly severity: Severity;
  /** null: the environment. */
  readonly file: string | null;
  /** null: the file as a whole, or the environment. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  /** The line before and the line itself, secrets masked; empty without a position. */
  readonly excerpt: readonly SourceLine[];
}

/** A position, a whole file, or null for the environment. */
export type ProblemPlace = Place | { readonly file: string } | null;

export interface Reporter {
  error(at: ProblemPlace, message: string): void;
  warning(at: ProblemPlace, message: string): void;
  /** Makes a file's text known, so that its lines can be shown. */
  addSource(file: string, text: string): void;
  /** All problems: by file in the order read, then by position; the environment last. */
  list(): readonly Problem[];
}

/** Collects problems; exact repeats (one anchor used in many places) are kept once. */
export function createReporter(): Reporter {
  const problems: Problem[] = [];
  const sources = new Map<string, string>();
  const seen = new Set<string>();

  const add = (severity: Severity, at: ProblemPlace, message: string): void => {
    const line = at !== null && "line" in at ? at.line : null;
    const column = at !== null && "column" in at ? at.column : null;
    const file = at?.file ?? null;
    const identity = JSON.stringify([severity, file, line, column, message]);
    if (seen.has(identity)) return;
    seen.add(identity);
    const text = file === null ? undefined : sources.get(file);
    const excerpt = text === undefined || line === null ? [] : excerptOf(text, line);
    problems.push({ severity, file, line, column, message, excerpt });
  };

  return {
    error: (at, message) => add("error", at, message),
    warning: (at, message) => add("warning", at, message),
    addSource: (file, text) => void sources.set(file, text),
    list: () => sorted(problems, [...sources.keys()]),
  };
}

function sorted(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const rank = (file: string | null): number => {
    if (file === null) return files.length + 1;
    const index = files.indexOf(file);
    return index === -1 ? files.length : index;
  };
  return [...problems].sort(
    (a, b) =>
      rank(a.file) - rank(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** How many of each. */
export function countProblems(problems: readonly Problem[]): { errors: number; warnings: number } {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return { errors, warnings: problems.length - errors };
}

/** `config.yaml:14:5`, `config.yaml`, or `env`. */
export function placeText(problem: Pick<Problem, "file" | "line" | "column">): string {
  if (problem.file === null) return "env";
  if (problem.line === null) return problem.file;
  return `${problem.file}:${problem.line}:${problem.column ?? 1}`;
}

export interface RenderOptions {
  /** File named in the closing advice; null leaves the advice out. */
  readonly checkFile?: string | null;
  /** Paints a word; the default leaves it plain. */
  readonly paint?: (severity: Severity, text: string) => string;
}

/**
 * The text people see: one line a problem, errors with their source line, then how many there are.
 * Returns "" when there is nothing to say.
 */
export function renderProblems(problems: readonly Problem[], options: RenderOptions = {}): string {
  if (problems.length === 0) return "";
  const paint = options.paint ?? ((_severity, text) => text);
  const placeWidth = Math.max(...problems.map((problem) => placeText(problem).length));
  const lines: string[] = [];
  for (const [index, problem] of problems.entries()) {
    const severity = paint(problem.severity, problem.severity.padEnd("warning".length));
    lines.push(`${placeText(problem).padEnd(placeWidth)} ${severity} ${problem.message}`);
    // Warnings stay one line: they are read at every start, and nothing has to be found and mended at once.
    if (problem.severity === "error" && !isSameLine(problem, problems[index + 1]))
      lines.push(...renderExcerpt(problem));
  }
  const { errors, warnings } = countProblems(problems);
  const total = [countText(errors, "error"), countText(warnings, "warning")].filter((text) => text !== "");
  const advice = options.checkFile ? `   Check without starting: shin config check ${options.checkFile}` : "";
  lines.push(`${total.join(", ")}.${advice}`);
  return lines.join("\n");
}

// Several faults of one line share its excerpt, which then follows the last of them.
function isSameLine(problem: Problem, next: Problem | undefined): boolean {
  return next?.severity === "error" && next.file === problem.file && next.line === problem.line;
}

function renderExcerpt(problem: Problem): string[] {
  const width = Math.max(...problem.excerpt.map((source) => String(source.line).length), 2);
  return problem.excerpt.map((source) => {
    const marker = source.line === problem.line ? ">" : " ";
    return ` ${marker} ${String(source.line).padStart(width)} | ${source.text}`.trimEnd();
  });
}

function countText(count: number, noun: string): string {
  if (count === 0) return "";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

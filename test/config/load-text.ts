/** Loads a configuration from texts in memory: the seam that all tests of lib/config use. */
import path from "node:path";
import type { Config } from "#lib/config/config.ts";
import { type LoadResult, loadConfig } from "#lib/config/load.ts";
import { type Problem, placeText } from "#lib/config/problems.ts";

export const CWD = path.resolve("/srv/shin");
export const NOW = new Date("2026-11-23T12:00:00Z");

export interface TextOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Further files, by path relative to the working folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly now?: Date;
}

/** Loads `yaml` as ./config.yaml; null: there is none. */
export function loadText(yaml: string | null, options: TextOptions = {}): LoadResult {
  const files = new Map(
    Object.entries(options.files ?? {}).map(([name, text]) => [path.resolve(CWD, name), text]),
  );
  if (yaml !== null) files.set(path.resolve(CWD, "config.yaml"), yaml);
  return loadConfig({
    env: options.env ?? {},
    cwd: CWD,
    now: options.now ?? NOW,
    readFile: (file) => files.get(file) ?? null,
    ...(options.file === undefined ? {} : { file: options.file }),
  });
}

/** The configuration of a text that must load; warnings are allowed. */
export function configOf(yaml: string | null, options: TextOptions = {}): Config {
  const { config, problems } = loadText(yaml, options);
  if (config === null) throw new Error(`did not load:\n${lines(problems).join("\n")}`);
  return config;
}

/** `error config.yaml:3:5 message`, one a problem. */
export function lines(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${problem.severity} ${placeText(problem)} ${problem.message}`);
}

/** The messages of one severity, with their places. */
export function faults(yaml: string | null, options: TextOptions = {}, severity = "error"): string[] {
  return lines(loadText(yaml, options).problems)
    .filter((line) => line.startsWith(severity))
    .map((line) => line.slice(severity.length + 1));
}

export function warnings(yaml: string | null, options: TextOptions = {}): string[] {
  return faults(yaml, options, "warning");
}

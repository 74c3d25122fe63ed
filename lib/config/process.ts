/** The configuration of this very process: real environment, real files, real clock. */
import { readFileSync } from "node:fs";
import type { ReadFile } from "./files.ts";
import { type LoadOptions, type LoadResult, loadConfig } from "./load.ts";

/** Text of a file, null when there is none. Throws what the system says when it cannot be read. */
export const readFileIfPresent: ReadFile = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw error;
  }
};

/** Whether a file is there with something in it; one that cannot be read counts, because reading it says why. */
export function fileHasContent(file: string): boolean {
  try {
    return (readFileIfPresent(file) ?? "") !== "";
  } catch {
    return true;
  }
}

export interface ProcessOptions {
  readonly file?: string | null;
  readonly dataDir?: string | null;
  /** Command-line choices, written over the environment: `{ PORT: "4001" }`. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** As it was given to us: Next writes NODE_ENV into its own, and a reload would take that for the operator's word. */
const ENVIRONMENT: NodeJS.ProcessEnv = { ...process.env };

/** What `loadConfig` needs, from this process. */
export function processOptions({ overrides, ...options }: ProcessOptions = {}): LoadOptions {
  return {
    ...options,
    env: { ...ENVIRONMENT, ...overrides },
    cwd: process.cwd(),
    readFile: readFileIfPresent,
    now: new Date(),
  };
}

/** Loads the configuration of this process. */
export function loadProcessConfig(options: ProcessOptions = {}): LoadResult {
  return loadConfig(processOptions(options));
}

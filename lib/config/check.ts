/** What `shin config check FILE [--json]` says, and the exit code it ends with. Nothing is started or written. */
import type { Config } from "./config.ts";
import type { LoadResult } from "./load.ts";
import { countProblems, type Problem, type RenderOptions, renderProblems } from "./problems.ts";

/** sysexits.h: a fault of the configuration. */
export const EXIT_CONFIG = 78;

export interface CheckOutcome {
  readonly exitCode: 0 | typeof EXIT_CONFIG;
  /** Text for standard output, without the final newline. */
  readonly output: string;
}

/** Judges a load: 0 when the gateway would start, 78 otherwise. */
export function checkConfig(
  loaded: LoadResult,
  options: { readonly json?: boolean } & Pick<RenderOptions, "paint"> = {},
): CheckOutcome {
  const { errors, warnings } = countProblems(loaded.problems);
  const exitCode = errors > 0 ? EXIT_CONFIG : 0;
  if (options.json === true) {
    const report = {
      file: loaded.shownFile,
      valid: errors === 0,
      errors,
      warnings,
      problems: loaded.problems.map(toJson),
    };
    return { exitCode, output: JSON.stringify(report, null, 2) };
  }
  const paint = options.paint === undefined ? {} : { paint: options.paint };
  const rendered = renderProblems(loaded.problems, paint);
  const verdict = loaded.config === null ? "" : goodNews(loaded.config, loaded.shownFile);
  return { exitCode, output: [rendered, verdict].filter((part) => part !== "").join("\n") };
}

function toJson({ severity, file, line, column, message }: Problem) {
  return { severity, place: file === null ? "env" : "file", file, line, column, message };
}

function goodNews(config: Config, shownFile: string | null): string {
  const real = config.deployments.filter((deployment) => deployment.source !== "demo");
  const usable = real.filter((deployment) => deployment.unusable === null).length;
  const subject = shownFile === null ? "no config.yaml: the defaults apply" : `${shownFile} is good`;
  return `${subject}; ${count(real.length, "model")}${real.length > usable ? `, ${usable} of them usable` : ""}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

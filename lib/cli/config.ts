/** `shin config check`: the very loading that a start does, without starting. */
import picocolors from "picocolors";
import { checkConfig } from "../config/check.ts";
import { loadConfig } from "../config/load.ts";
import { readFileIfPresent } from "../config/process.ts";
import type { CliHost } from "./main.ts";

/** Prints what is wrong with a configuration file, or that nothing is. Returns the exit code, 78 for errors. */
export function runConfigCheck(file: string, json: boolean, host: CliHost): number {
  const loaded = loadConfig({
    env: host.env,
    cwd: process.cwd(),
    readFile: readFileIfPresent,
    now: host.now(),
    file,
  });
  const { red, yellow } = picocolors.createColors(host.color);
  const paint = (severity: "error" | "warning", text: string) =>
    severity === "error" ? red(text) : yellow(text);
  const { exitCode, output } = checkConfig(loaded, { json, paint });
  host.out(`${output}\n`);
  return exitCode;
}

/** `environment_variables`: values that config.yaml supplies for the environment. The real one wins. */
import type { Environment } from "./environment-reference.ts";
import { referencedVariable } from "./environment-reference.ts";
import type { LoadedFile } from "./files.ts";
import type { Reporter } from "./problems.ts";
import { mapOf } from "./sections.ts";
import { entryOf, isNothing, show } from "./tree.ts";

/** The environment with the sections of all files below it; `files` by precedence. */
export function withVariables(env: Environment, files: readonly LoadedFile[], report: Reporter): Environment {
  const supplied: Record<string, string> = {};
  for (const file of [...files].reverse()) {
    const section = entryOf(file.root, "environment_variables");
    const map = section === null ? null : mapOf(section, report);
    for (const { key, place, value } of map?.entries ?? []) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
        report.error(place, `"${key}" is not the name of a variable`);
      else if (value.kind !== "scalar") report.error(value.place, `${key}: ${show(value)} is not text`);
      else if (!isNothing(value)) {
        const text = typeof value.value === "string" ? value.value : value.text;
        const reference = referencedVariable(text);
        const resolved = reference === null ? text : env[reference];
        if (resolved === undefined)
          report.error(null, `${reference} is referred to (${place.file}:${place.line}) but not set`);
        else supplied[key] = resolved;
        if (reference === null && /MASTER_KEY/.test(key)) {
          report.warning(place, `${key} stands here in clear — set it in the environment or in .env`);
        }
      }
    }
  }
  const merged: Record<string, string | undefined> = { ...supplied };
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value !== "") merged[name] = value;
  return merged;
}

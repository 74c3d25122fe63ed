/**
 * The variables that deployments take credentials from. Deployments made through the API may name these and no others:
 * whoever may add a model could otherwise read out the environment by sending it to an address of their own.
 */
import { PROVIDERS } from "../providers/catalogue.ts";
import { type Environment, referencedVariable } from "./environment-reference.ts";
import type { LoadedFile } from "./files.ts";
import { entryOf, type YamlNode } from "./tree.ts";

/** Name -> value, of those that are set: what `api_key` refers to in the files, and the providers' usual ones. */
export function credentialVariables(
  files: readonly LoadedFile[],
  env: Environment,
): Readonly<Record<string, string>> {
  const usual = Object.values(PROVIDERS).flatMap(({ keyVariable }) => keyVariable ?? []);
  const named = files.flatMap((file) =>
    ["model_list", "credential_list"].flatMap((section) => {
      const entry = entryOf(file.root, section);
      return entry === null ? [] : [...keyReferences(entry.value)];
    }),
  );
  const names = new Set([...usual, "AZURE_API_BASE", "AZURE_API_VERSION", ...named]);
  const pairs = [...names].map((name) => [name, Object.hasOwn(env, name) ? env[name] : undefined] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => !!pair[1]?.trim()));
}

function* keyReferences(node: YamlNode): Generator<string> {
  if (node.kind === "list") for (const item of node.items) yield* keyReferences(item);
  if (node.kind !== "map") return;
  for (const { key, value } of node.entries) {
    const text = value.kind === "scalar" && typeof value.value === "string" ? value.value : "";
    const name = key === "api_key" ? referencedVariable(text) : null;
    if (name !== null) yield name;
    else yield* keyReferences(value);
  }
}

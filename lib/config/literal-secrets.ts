/** Finds secrets that stand in a configuration file in clear, with their lines. What they are is never told. */
import { createReporter } from "./problems.ts";
import type { Entry, YamlNode } from "./tree.ts";
import { parseYaml } from "./yaml-file.ts";

export interface LiteralSecret {
  /** `api_key` */
  readonly name: string;
  readonly line: number;
}

const SECRET_NAME = /(^|_)(key|secret|token|password|passwd|credentials?|authorization)$/i;
/** A URL that carries a password. */
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
const REFERENCE = /os\.environ\/|\$\{\w+\}/;
const SHORTEST = 8;

/** @param text of a YAML file @param file its name, for nothing but the parser @returns in the order of their lines */
export function literalSecrets(text: string, file: string): readonly LiteralSecret[] {
  const root = parseYaml(text, file, createReporter());
  const found: LiteralSecret[] = [];
  if (root !== null) walk(root, found);
  return found.sort((a, b) => a.line - b.line);
}

function walk(node: YamlNode, found: LiteralSecret[]): void {
  if (node.kind === "list") for (const item of node.items) walk(item, found);
  if (node.kind !== "map") return;
  for (const entry of node.entries) {
    if (isSecret(entry)) found.push({ name: entry.key, line: entry.value.place.line });
    else walk(entry.value, found);
  }
}

function isSecret({ key, value }: Entry): boolean {
  if (value.kind !== "scalar" || typeof value.value !== "string") return false;
  const text = value.value.trim();
  if (REFERENCE.test(text)) return false;
  return URL_WITH_PASSWORD.test(text) || (SECRET_NAME.test(key) && text.length >= SHORTEST);
}

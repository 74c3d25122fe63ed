/** `os.environ/NAME` as a whole value, anywhere in the tree: replaced by what the environment holds. */
import type { Place } from "./problems.ts";
import type { YamlNode } from "./tree.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "os.environ/";
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface MissingVariable {
  readonly name: string;
  readonly place: Place;
  /** Set, but to nothing: what a copied template leaves behind. */
  readonly empty: boolean;
}

export interface Resolved {
  readonly node: YamlNode;
  readonly missing: readonly MissingVariable[];
}

/** The variable a text refers to, or null when it is no reference. A name that cannot exist is returned as it stands. */
export function referencedVariable(text: string): string | null {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length).trim() : null;
}

/** Replaces every reference below `node`; those without a value are listed and left as null. */
export function resolveReferences(node: YamlNode, env: Environment): Resolved {
  const missing: MissingVariable[] = [];
  const walk = (current: YamlNode): YamlNode => {
    if (current.kind === "list") return { ...current, items: current.items.map(walk) };
    if (current.kind === "map") {
      return {
        ...current,
        entries: current.entries.map((entry) => ({ ...entry, value: walk(entry.value) })),
      };
    }
    const name = typeof current.value === "string" ? referencedVariable(current.value) : null;
    if (name === null) return current;
    const value = Object.hasOwn(env, name) && NAME.test(name) ? env[name] : undefined;
    if (value === undefined || value.trim() === "") {
      missing.push({ name, place: current.place, empty: value !== undefined });
      return { ...current, value: null, text: "" };
    }
    return { ...current, value, text: value };
  };
  return { node: walk(node), missing };
}

/** `OPENAI_API_KEY is referred to (config.yaml:9) but not set`. */
export function missingText(name: string, uses: readonly MissingVariable[]): string {
  const places = some(uses.map((use) => `${use.place.file}:${use.place.line}`));
  if (!NAME.test(name))
    return `${PREFIX}${name} (${places}) does not name a variable — write os.environ/NAME`;
  return `${name} is referred to (${places}) but ${uses.every((use) => use.empty) ? "empty" : "not set"}`;
}

const MOST_NAMED = 8;

/** `a, b, c`, without repeats; of many the first few and how many there are besides. */
export function some(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const rest = unique.length - MOST_NAMED;
  return rest <= 1 ? unique.join(", ") : `${unique.slice(0, MOST_NAMED).join(", ")} and ${rest} more`;
}

/**
 * The engine behind the tables of settings. A setting is data: where it may stand, how its value is read, which member it
 * fills and one sentence about it. Documentation is checked against the same tables.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Environment,
  type MissingVariable,
  missingText,
  resolveReferences,
} from "./environment-reference.ts";
import type { Place, Reporter } from "./problems.ts";
import { type Entry, entryOf, isNothing, type MapNode, type YamlNode } from "./tree.ts";

/** Reports what is wrong with a value (the setting's name is put before it) and returns undefined: `return fault("...")`. */
export type Fault = (message: string, at?: YamlNode) => undefined;

/** Reads one value; undefined means a fault was reported. */
export interface Parser<T> {
  /** What is accepted, for people: `whole number`, `seconds or a duration`. */
  readonly form: string;
  parse(node: YamlNode, fault: Fault): T | undefined;
}

export interface About {
  /** `section.name`; the first is the canonical one, the others are accepted spellings. */
  readonly at: readonly [string, ...string[]];
  readonly doc: string;
  /** The default in words, for the documentation. */
  readonly default: string;
  /** Two spellings side by side must agree, unless LiteLLM says that one beats the other. */
  readonly whenBoth?: "mustAgree" | "firstWins";
}

export interface Setting<S> extends About {
  readonly member: keyof S & string;
  readonly form: string;
  /** Reads the found entries and fills the member. Returns the entry that disagrees, else null. */
  apply(draft: S, found: readonly Entry[], faultFor: (entry: Entry) => Fault): Entry | null;
}

/** Binds a table to the shape it fills, so that member and parser must fit together. */
export function settingsOf<S>() {
  return <K extends keyof S & string>(member: K, parser: Parser<S[K]>, about: About): Setting<S> => ({
    ...about,
    member,
    form: parser.form,
    apply(draft, found, faultFor) {
      let taken: { value: S[K] } | null = null;
      for (const entry of found) {
        const value = parser.parse(entry.value, faultFor(entry));
        if (value === undefined) continue;
        if (taken === null) {
          taken = { value };
          draft[member] = value;
        } else if (about.whenBoth !== "firstWins" && !isDeepStrictEqual(taken.value, value)) return entry;
      }
      return null;
    },
  });
}

/** The sections of one file (or of one model): name -> map. Earlier layers beat later ones. */
export type Layer = ReadonlyMap<string, MapNode>;

export interface CollectContext {
  readonly env: Environment;
  readonly report: Reporter;
  /** Told of references without a value; returns true when it took care of them. */
  onMissing(member: string, missing: readonly MissingVariable[]): boolean;
}

/** Fills `draft` from the layers. Returns where each member was set. */
export function collect<S>(
  table: readonly Setting<S>[],
  layers: readonly Layer[],
  draft: S,
  context: CollectContext,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const setting of table) {
    for (const layer of layers) {
      const written = setting.at
        .flatMap((path) => find(layer, path) ?? [])
        .filter((entry) => !isNothing(entry.value));
      const first = written[0];
      if (first === undefined) continue;
      places.set(setting.member, first.value.place);
      applyOne(setting, written, draft, context);
      break;
    }
  }
  return places;
}

function applyOne<S>(
  setting: Setting<S>,
  written: readonly Entry[],
  draft: S,
  { env, report, onMissing }: CollectContext,
): void {
  const found: Entry[] = [];
  for (const entry of written) {
    const { node, missing } = resolveReferences(entry.value, env);
    if (missing.length === 0) found.push({ ...entry, value: node });
    else if (!onMissing(setting.member, missing)) reportMissing(report, missing);
  }
  const faultFor =
    (entry: Entry): Fault =>
    (message, at) => {
      report.error((at ?? entry.value).place, `${entry.key}: ${message}`);
      return undefined;
    };
  const other = setting.apply(draft, found, faultFor);
  const first = found[0];
  if (other !== null && first !== undefined) {
    const where = `${first.place.file}:${first.place.line}`;
    const name = first.key === other.key ? `the other ${first.key}` : first.key;
    report.error(
      other.place,
      `${other.key} says something else than ${name} (${where}) — keep one of the two`,
    );
  }
}

function find(layer: Layer, path: string): Entry | null {
  const dot = path.indexOf(".");
  const section = layer.get(path.slice(0, dot));
  return section === undefined ? null : entryOf(section, path.slice(dot + 1));
}

/** One error for each variable that a setting cannot do without. */
export function reportMissing(report: Reporter, missing: readonly MissingVariable[]): void {
  for (const variable of missing) {
    report.error(null, missingText(variable.name, [variable]));
  }
}

/** The names a table knows in one section. */
export function namesIn(table: readonly About[], section: string): string[] {
  return table.flatMap((setting) => setting.at.filter((path) => path.startsWith(`${section}.`)).map(nameOf));
}

/** `general_settings.master_key` -> `master_key`. */
export function nameOf(path: string): string {
  return path.slice(path.indexOf(".") + 1);
}

/**
 * A YAML file as a small tree in which every key and value knows its place. Anchors, aliases and merge keys (`<<`) are
 * resolved here, so that the rest never sees YAML. Keys stay in lists, never in plain objects: `__proto__` is just a name.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import type { Place, Reporter } from "./problems.ts";

export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written, so that decimals stay exact. */
  readonly text: string;
}
export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly YamlNode[];
}
export interface Entry {
  readonly key: string;
  readonly place: Place;
  readonly value: YamlNode;
}
export interface MapNode {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: readonly Entry[];
}
export type YamlNode = ScalarNode | ListNode | MapNode;

/** Far above any real file; aliases of aliases would otherwise grow without end. */
const MOST_NODES = 200_000;
const DEEPEST = 100;

/** Converts a parsed document; null when it is empty or unusable (then a problem was reported). */
export function toTree(
  document: Document,
  counter: LineCounter,
  file: string,
  report: Reporter,
): YamlNode | null {
  let nodes = 0;
  const open = new Set<Node>();
  const start: Place = { file, line: 1, column: 1 };
  const placeOf = (node: Node | null | undefined, fallback: Place): Place => {
    const offset = node?.range?.[0];
    if (offset === undefined) return fallback;
    const position = counter.linePos(offset);
    return { file, line: Math.max(position.line, 1), column: Math.max(position.col, 1) };
  };
  const nothing = (place: Place): ScalarNode => ({ kind: "scalar", place, value: null, text: "" });

  const convert = (node: unknown, fallback: Place, depth: number): YamlNode => {
    nodes += 1;
    if (nodes > MOST_NODES || depth > DEEPEST) throw new TreeTooLarge();
    if (isAlias(node)) {
      const target = node.resolve(document);
      const place = placeOf(node, fallback);
      if (target === undefined || open.has(target)) {
        report.error(place, `*${node.source} refers to itself or to nothing`);
        return nothing(place);
      }
      return convert(target, place, depth + 1);
    }
    if (isScalar(node)) {
      const place = placeOf(node, fallback);
      const value = plainValue(node.value);
      return { kind: "scalar", place, value, text: node.source ?? String(value ?? "") };
    }
    if (isSeq(node)) {
      open.add(node);
      const place = placeOf(node, fallback);
      const items = node.items.map((item) => convert(item, place, depth + 1));
      open.delete(node);
      return { kind: "list", place, items };
    }
    if (isMap(node)) {
      open.add(node);
      const place = placeOf(node, fallback);
      const own: Entry[] = [];
      const merged: Entry[] = [];
      for (const pair of node.items) {
        if (!isScalar(pair.key)) {
          report.error(placeOf(isAlias(pair.key) ? pair.key : null, place), "a name must be plain text");
          continue;
        }
        const keyPlace = placeOf(pair.key, place);
        const key = pair.key.source ?? String(pair.key.value ?? "");
        const value = convert(pair.value, keyPlace, depth + 1);
        if (key === "<<") merged.push(...mergeEntries(value, keyPlace, report));
        else own.push({ key, place: keyPlace, value });
      }
      open.delete(node);
      const taken = new Set(own.map((entry) => entry.key));
      return { kind: "map", place, entries: [...own, ...merged.filter((entry) => !taken.has(entry.key))] };
    }
    return nothing(fallback);
  };

  if (document.contents === null) return null;
  try {
    return convert(document.contents, start, 0);
  } catch (error) {
    if (!(error instanceof TreeTooLarge)) throw error;
    report.error(start, `nested deeper than ${DEEPEST} levels or larger than ${MOST_NODES} values`);
    return null;
  }
}

class TreeTooLarge extends Error {}

// `<<: *base` or `<<: [*a, *b]`; of several, the first that has a name wins.
function mergeEntries(value: YamlNode, place: Place, report: Reporter): Entry[] {
  const maps = value.kind === "list" ? value.items : [value];
  const entries = new Map<string, Entry>();
  for (const map of maps) {
    if (map.kind !== "map") report.error(place, '"<<" must name a map, such as <<: *defaults');
    else for (const entry of map.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }
  return [...entries.values()];
}

function plainValue(value: unknown): string | number | boolean | null {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return null;
  return typeof value === "bigint" ? value.toString() : String(value);
}

/** The value of a name in a map, or null. */
export function entryOf(map: MapNode, key: string): Entry | null {
  return map.entries.find((entry) => entry.key === key) ?? null;
}

/** Whether a value is absent: `name:` or `name: null`. */
export function isNothing(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** A value as people know it: `"1k"`, `12`, `a list`. For messages about values that are not secret. */
export function show(node: YamlNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a map";
  if (typeof node.value === "string") return JSON.stringify(clip(node.value));
  return clip(node.text === "" ? "nothing" : node.text);
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

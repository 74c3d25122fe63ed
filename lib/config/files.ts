/** config.yaml and the files it includes, each read once and turned into a tree. */
import path from "node:path";
import { type Environment, missingText, resolveReferences } from "./environment-reference.ts";
import type { Place, ProblemPlace, Reporter } from "./problems.ts";
import { entryOf, isNothing, type MapNode, show, type YamlNode } from "./tree.ts";
import { parseYaml } from "./yaml-file.ts";

/** Text of a file, null when there is none; throws when it is there and cannot be read. */
export type ReadFile = (absolutePath: string) => string | null;

export interface LoadedFile {
  readonly path: string;
  readonly root: MapNode;
  readonly included: readonly LoadedFile[];
}

export interface FileContext {
  readonly readFile: ReadFile;
  readonly cwd: string;
  /** For references inside `include`. */
  readonly env: Environment;
  readonly report: Reporter;
  /** Collects every path that was asked for, found or not: what a reload has to watch. */
  readonly asked: Set<string>;
}

/** The path as people know it: relative below the working folder, absolute elsewhere. */
export function shownPath(absolutePath: string, cwd: string): string {
  const relative = path.relative(cwd, absolutePath);
  return relative === "" || relative.startsWith("..") || path.isAbsolute(relative) ? absolutePath : relative;
}

/** Reads a file and what it includes; null when it is missing, empty or broken (missing and broken are reported). */
export function readConfigFile(absolutePath: string, context: FileContext): LoadedFile | null {
  return readOne(absolutePath, null, [], new Set(), context);
}

function readOne(
  file: string,
  from: Place | null,
  chain: readonly string[],
  read: Set<string>,
  context: FileContext,
): LoadedFile | null {
  const { report, cwd } = context;
  const shown = shownPath(file, cwd);
  if (chain.includes(file)) {
    const round = [...chain.slice(chain.indexOf(file)), file].map((step) => shownPath(step, cwd));
    report.error(from, `include goes in a circle: ${round.join(" includes ")}`);
    return null;
  }
  // Reached by two ways, a file still counts once: its models must not double.
  if (read.has(file)) return null;
  read.add(file);
  const text = readText(file, from ?? { file: shown }, context);
  if (text === null) return null;
  report.addSource(shown, text);
  const root = parseYaml(text, shown, report);
  if (root === null || isNothing(root)) return null;
  if (root.kind !== "map") {
    report.error(root.place, `the file must consist of sections such as model_list:, not ${show(root)}`);
    return null;
  }
  const included: LoadedFile[] = [];
  for (const [name, place] of includeNames(root, context)) {
    const target = path.resolve(path.dirname(file), name);
    const loaded = readOne(target, place, [...chain, file], read, context);
    if (loaded !== null) included.push(loaded);
  }
  return { path: file, root, included };
}

/** Reads text; what stands in the way is reported at `at`. */
export function readText(file: string, at: ProblemPlace, context: FileContext): string | null {
  context.asked.add(file);
  const shown = shownPath(file, context.cwd);
  try {
    const text = context.readFile(file);
    if (text === null) context.report.error(at, `there is no file ${shown}`);
    return text;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const reason = code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "permission denied" : code;
    context.report.error(at, `${shown} cannot be read: ${reason}`);
    return null;
  }
}

function includeNames(root: MapNode, { env, report }: FileContext): [string, Place][] {
  const entry = entryOf(root, "include");
  if (entry === null || isNothing(entry.value)) return [];
  const { node, missing } = resolveReferences(entry.value, env);
  for (const variable of missing) report.error(null, missingText(variable.name, [variable]));
  const items: readonly YamlNode[] = node.kind === "list" ? node.items : [node];
  const names: [string, Place][] = [];
  for (const item of items) {
    if (item.kind === "scalar" && typeof item.value === "string" && item.value.trim() !== "") {
      names.push([item.value.trim(), item.place]);
    } else if (!isNothing(item)) report.error(item.place, `include: ${show(item)} is not a file name`);
  }
  return names;
}

/** Files in reading order: each before what it includes. Models are listed in this order. */
export function inReadingOrder(file: LoadedFile | null): readonly LoadedFile[] {
  return file === null ? [] : [file, ...file.included.flatMap(inReadingOrder)];
}

/** Files by whose word counts: each before what it includes, and of two included ones the later first. */
export function byPrecedence(file: LoadedFile | null): readonly LoadedFile[] {
  return file === null ? [] : [file, ...[...file.included].reverse().flatMap(byPrecedence)];
}

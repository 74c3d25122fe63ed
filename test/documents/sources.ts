/** The repository as text, for tests about the code and the documents themselves: files, their imports, their lines of code. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** Top folder of the repository. */
export const root = join(import.meta.dirname, "..", "..");

const LEFT_OUT = new Set(["node_modules", ".next", ".data", ".git"]);

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the top folder for our own files, else null. */
  readonly file: string | null;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** From the top folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Without whole-line comments, which may name what code must not. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Paths of all files below a folder or of the file itself; nothing for a folder that is not there. */
export function listFiles(path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = posix.join(path, entry.name);
    if (LEFT_OUT.has(entry.name)) return [];
    return entry.isDirectory() ? listFiles(child) : [child];
  });
}

/** The TypeScript and JavaScript sources of some folders. */
export function readSources(...folders: string[]): Source[] {
  return folders
    .flatMap(listFiles)
    .filter((path) => /\.(ts|tsx|js|mjs)$/.test(path))
    .map(readSource);
}

export function readSource(path: string): Source {
  const text = readText(path);
  const code = text
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\/\*|\*)/.test(line))
    .join("\n");
  return { path, text, code, lines: text.split("\n").length - 1, imports: importsOf(path, code) };
}

const FROM =
  /^\s*(?:import|export)\s+(?!const|function|class|default|async|interface)([^;"']*?)\s*from\s*["']([^"']+)["']/gm;
const BARE = /^\s*import\s*["']([^"']+)["']/gm;
const CALLED = /\bimport\(\s*["']([^"']+)["']/g;

/** What a file imports or exports from elsewhere: `from "x"`, `import "x"` and `import("x")` with a text. */
export function importsOf(path: string, code: string): Import[] {
  const named = [...code.matchAll(FROM)].map((match) => ({
    specifier: match[2] ?? "",
    typeOnly: isTypeOnly(match[1] ?? ""),
  }));
  const others = [BARE, CALLED].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({ specifier: match[1] ?? "", typeOnly: false })),
  );
  return [...named, ...others].map((found) => ({ ...found, file: resolve(path, found.specifier) }));
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const names = /^\{([\s\S]*)\}$/.exec(clause)?.[1]?.split(",") ?? [clause];
  return names.every((name) => name.trim() === "" || /^type\s/.test(name.trim()));
}

function resolve(path: string, specifier: string): string | null {
  if (specifier.startsWith("#")) return specifier.slice(1);
  return specifier.startsWith(".") ? posix.join(dirname(path), specifier) : null;
}

/** The first circle of imports among the sources, as the files it goes through; null when there is none. */
export function findCircle(sources: readonly Source[]): string[] | null {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      source.imports.flatMap((one) => (one.typeOnly || one.file === null ? [] : [one.file])),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of edges.get(path) ?? []) {
      const circle = visit(next, [...trail, path]);
      if (circle) return circle;
    }
    done.add(path);
    return null;
  };
  for (const path of edges.keys()) {
    const circle = visit(path, []);
    if (circle) return circle;
  }
  return null;
}

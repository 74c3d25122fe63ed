/** The house rules that a reader relies on: who may import whom, how large files grow, what needs a second look. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  findCircle,
  importsOf,
  listFiles,
  readSource,
  readSources,
  readText,
  root,
} from "./documents/sources.ts";

const app = readSources("app");
const components = readSources("components");
const lib = readSources("lib");
const db = readSources("db");
const server = [readSource("server.ts")];
const product = [...app, ...components, ...lib, ...db, ...server];
const programs = [...product, ...readSources("scripts")];

/** `file: specifier` of every import that a rule refuses. */
function refused(sources: typeof product, refuses: (specifier: string, file: string) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((one) => refuses(one.specifier, one.file ?? ""))
      .map((one) => `${source.path}: ${one.specifier}`),
  );
}

/** Files whose code matches, each with how often. */
function uses(sources: typeof product, pattern: RegExp): Record<string, number> {
  const found = sources.map((source) => [source.path, source.code.match(pattern)?.length ?? 0] as const);
  return Object.fromEntries(found.filter(([, times]) => times > 0));
}

const below = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const isPackage = (specifier: string, ...names: string[]) =>
  names.some((name) => specifier === name || specifier.startsWith(`${name}/`));

describe("the scanner", () => {
  it("sees every form of import, and which are erased", () => {
    const code = `
import { a, type B } from "#lib/one.ts";
import type { C } from "./two.ts";
import { type D, type E } from "../three.ts";
import "./four.ts";
export { f } from "./five.ts";
export * from "./six.ts";
import {
  g,
} from "pkg";
const h = await import("#db/seven.ts");`;
    expect(importsOf("lib/x/y.ts", code).map((one) => [one.file, one.typeOnly])).toEqual([
      ["lib/one.ts", false],
      ["lib/x/two.ts", true],
      ["lib/three.ts", true],
      ["lib/x/five.ts", false],
      ["lib/x/six.ts", false],
      [null, false],
      ["lib/x/four.ts", false],
      ["db/seven.ts", false],
    ]);
  });

  it("reads the whole product", () => {
    for (const sources of [app, lib, db]) expect(sources.length).toBeGreaterThan(2);
    expect(lib.flatMap((source) => source.imports).length).toBeGreaterThan(100);
  });
});

describe("imports", () => {
  it("name files that exist, with their ending", () => {
    const ours = product.flatMap((source) => source.imports.map((one) => [source.path, one.file] as const));
    const lost = ours.filter(([, file]) => file !== null && !existsSync(join(root, file)));
    expect(lost).toEqual([]);
  });

  it("of app lead to components, lib and db/queries", () => {
    const fine = ["app", "components", "lib", "db/queries"].map(below);
    expect(refused(app, (_, file) => file !== "" && !fine.some((inside) => inside(file)))).toEqual([]);
    expect(refused(app, (specifier) => isPackage(specifier, "drizzle-orm", "postgres"))).toEqual([]);
  });

  it("of components lead to schemas, the names they are made of, what they say, and money of lib, and to nothing else of ours", () => {
    const besides = new Set(["lib/money.ts", "lib/field-sentences.ts"]);
    const fine = (file: string) =>
      below("components")(file) || besides.has(file) || /^lib\/.*(schema|\/names)\.ts$/.test(file);
    expect(refused(components, (_, file) => file !== "" && !fine(file))).toEqual([]);
  });

  it("of toasts lead to what draws them alone: whoever imported them would make every page carry them", () => {
    const drawing = new Set(["components/shell/toaster.tsx", "components/shell/say.ts"]);
    const others = [...app, ...components].filter(({ path }) => !drawing.has(path));
    expect(refused(others, (specifier) => isPackage(specifier, "sonner"))).toEqual([]);
  });

  it("of lib never lead to Next, React, pages or components", () => {
    const pages = [below("app"), below("components")];
    expect(
      refused(
        lib,
        (specifier, file) =>
          isPackage(specifier, "next", "react", "react-dom", "next-auth") ||
          pages.some((inside) => inside(file)),
      ),
    ).toEqual([]);
  });

  it("of db lead to db alone", () => {
    expect(refused(db, (_, file) => file !== "" && !below("db")(file))).toEqual([]);
  });

  it("lead to the gateway only from its mounts and the composition root", () => {
    const mounts = [below("lib/gateway"), below("lib/node"), below("lib/next")];
    const others = lib.filter(
      ({ path }) => path !== "lib/runtime.ts" && !mounts.some((inside) => inside(path)),
    );
    expect(refused(others, (_, file) => below("lib/gateway")(file))).toEqual([]);
  });

  it("of lib and db form no circle when the program runs", () => {
    expect(findCircle([...lib, ...db])).toBeNull();
  });
});

describe("files", () => {
  const own = product.filter(({ path }) => !below("components/ui")(path));

  it("stay within 250 lines", () => {
    expect(own.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it("begin with what they are for", () => {
    const silent = lib.concat(db).filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("have names that say something, in lower case with dashes", () => {
    const all = ["app", "components", "lib", "db", "test", "scripts", "bench"]
      .flatMap(listFiles)
      .filter((path) => /\.(ts|tsx|js|mjs)$/.test(path));
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/;
    expect(all.filter((path) => !kebab.test(basename(path)))).toEqual([]);
    const empty = /\b(utils?|misc|common|helpers?)\.(ts|tsx|js|mjs)$/;
    expect(all.filter((path) => empty.test(path))).toEqual([]);
  });

  it("are no barrels", () => {
    const barrel = ({ path, code }: (typeof product)[number]) =>
      /^index\.tsx?$/.test(basename(path)) ||
      /^\s*export \*/m.test(code) ||
      code.replace(/^\s*export (type )?\{[^}]*\} from "[^"]+";\s*$/gm, "").trim() === "";
    expect(product.filter(barrel).map(({ path }) => path)).toEqual([]);
  });
});

describe("what needs a second look stands in a list", () => {
  it("process.env: the configuration, scripts, and NO_COLOR in server.ts", () => {
    const outside = product.filter(({ path }) => !below("lib/config")(path));
    expect(uses(outside, /process\.env|import\.meta\.env/g)).toEqual({
      "components/playground/code.ts": 2, // in code that is shown to people
      "components/snippets.tsx": 2, // in code that is shown to people
      "server.ts": 1,
    });
    expect(server[0]?.code).toContain('process.env["NO_COLOR"]');
  });

  it("SQL that is put together from text", () => {
    expect(uses(product, /\.unsafe[(<]|\bsql\.raw\(|\braw\(/g)).toEqual({
      "db/migrate.ts": 1, // our own migration files
      "db/queries/ledger.ts": 1, // constants of that file
      "lib/backup/copy-out.ts": 1, // names from the catalogue
      "lib/backup/restore.ts": 4, // the same, and names and dates that were checked
      "db/queries/partitions.ts": 1, // dates formatted by us
    });
  });

  it("other programs", () => {
    expect(Object.keys(uses(programs, /["'](node:)?child_process["']/g)).sort()).toEqual([
      "lib/node/console-child.ts",
      "lib/node/embedded-postgres-account.ts",
      "lib/node/embedded-postgres-server.ts",
      "lib/node/process-info.ts",
      "scripts/prepare.js",
      "scripts/shin.js",
      "scripts/test.js",
    ]);
  });

  it("no code made from text, no Server Actions, no types waved through", () => {
    expect(uses(programs, /(?<!\.)\beval\(|new Function\(|["'](node:)?vm["']/g)).toEqual({
      "lib/admission/transport.ts": 1, // EVAL of Redis, as its clients name it
      "lib/throttle/redis-scripts.ts": 1,
    });
    expect(uses(product, /["']use server["']/g)).toEqual({});
    expect(
      uses(product, /@ts-(ignore|nocheck|expect-error)|\bas unknown as\b|<any>|:\s*any\s*[;,)=]|\bas any\b/g),
    ).toEqual({});
  });

  it("time and chance are passed in where decisions are made", () => {
    const pure = lib.filter(({ path }) => /^lib\/(admission|routing|models|keys|audit|people)\//.test(path));
    expect(pure.length).toBeGreaterThan(10);
    expect(uses(pure, /Date\.now\(|Math\.random|new Date\(\)|performance\.now\(/g)).toEqual({});
  });
});

interface PackageFile {
  readonly dependencies: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}
describe("packages", () => {
  const manifest: PackageFile = JSON.parse(readText("package.json"));
  const bench: PackageFile = JSON.parse(readText("bench/package.json"));
  const wanted = (file: PackageFile) =>
    Object.entries({ ...file.dependencies, ...file.devDependencies, ...file.optionalDependencies });

  it("are pinned to one version", () => {
    const loose = [...wanted(manifest), ...wanted(bench)].filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it("are new enough to be without known holes", () => {
    const atLeast = (name: string, least: readonly number[]) => {
      const version = (manifest.dependencies[name] ?? "0").split(/[.-]/).map(Number);
      const first = least.findIndex((part, index) => part !== version[index]);
      return first < 0 || (version[first] ?? 0) > (least[first] ?? 0);
    };
    expect(atLeast("next", [16, 4, 6])).toBe(true);
    expect(atLeast("drizzle-orm", [0, 45, 2])).toBe(true);
    expect(atLeast("next", [999, 0, 0])).toBe(false);
  });
});

/** The documents are true: every path, script, command, setting of theirs exists, and nothing of one machine is in them. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { ALERT_KINDS } from "#lib/alerts/channel-schema.ts";
import { SETTINGS } from "#lib/config/sections.ts";
import { blocksOf } from "./markdown.ts";
import { listFiles, readText, root } from "./sources.ts";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "bench/README.md",
  ...listFiles("docs"),
].filter((path) => path.endsWith(".md"));
const scripts: Record<string, string> = JSON.parse(readText("package.json")).scripts;

/** Commands that npm has by itself. */
const NPM = new Set(["start", "test", "run", "exec", "ci", "install"]);
const TOP = /^(app|bench|components|db|docs|lib|scripts|test|\.ci|\.env|\.github|server\.ts)/;
/** Made at run time, or in the reader's own folder. */
const MADE = /^(\.data|\.env|\.next|node_modules)(\/|$)/;

/** A folder without a file in it is in no clone. */
function isThere(path: string): boolean {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  return found?.isDirectory() ? listFiles(path).length > 0 : found !== undefined;
}

/** The headings of a page as a link names them. */
function headingsOf(path: string): readonly string[] {
  const text = readText(path).replace(/^\s*```[\s\S]*?^\s*```/gm, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

describe.each(pages)("%s", (path) => {
  const page = readText(path);

  it("names paths that exist", () => {
    const quoted = [...page.matchAll(/`([\w.@[\]/-]+)`/g)].map((match) => match[1] ?? "");
    const ours = quoted.filter(
      (name) => name.includes("/") && TOP.test(name) && !MADE.test(name) && !/NAME/.test(name),
    );
    expect(ours.filter((name) => !isThere(name))).toEqual([]);
  });

  it("links to what exists", () => {
    const links = [...page.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, posix.join(dirname(path), link))))).toEqual([]);
  });

  it("links to headings that exist", () => {
    const lost = [...page.matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)].filter(([, file = "", heading = ""]) => {
      if (/^https?:/.test(file)) return false;
      const target = file === "" ? path : posix.join(dirname(path), file);
      return target.endsWith(".md") && !headingsOf(target).includes(heading);
    });
    expect(lost.map(([link]) => link)).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const called = [...page.matchAll(/\bnpm (?:run )?([\w:]+)/g)]
      .map((match) => [match[0], match[1] ?? ""] as const)
      .filter(([command, name]) => command.startsWith("npm run ") || NPM.has(name));
    const lost = called.filter(([command, name]) =>
      command.startsWith("npm run ") || ["start", "test"].includes(name) ? !(name in scripts) : false,
    );
    expect(lost).toEqual([]);
  });

  it("holds nothing of one machine, no marks of unfinished work, no pictures in the text", () => {
    for (const wrong of [
      /\/(home|root|work|Users)\/\w.*/,
      /\b(TODO|FIXME|coming soon)\b.*/i,
      /\p{Emoji_Presentation}.*/u,
    ])
      expect(page.match(wrong)?.[0]).toBeUndefined();
  });
});

describe("the decisions", () => {
  const decisions = listFiles("docs/decisions").filter((path) => /\/\d{4}-[a-z0-9-]+\.md$/.test(path));

  it("each have a context, a choice and a price, on one page, and stand in the list", () => {
    expect(decisions.length).toBeGreaterThanOrEqual(13);
    const list = readText("docs/decisions/README.md");
    for (const path of decisions) {
      const page = readText(path);
      const heads = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
      expect(heads, path).toEqual(["Context", "Choice", "Price"]);
      expect(page.split("\n").length, path).toBeLessThan(40);
      expect(list).toContain(`(${posix.basename(path)})`);
    }
  });
});

it("docs/alerts.md has every kind of alert", () => {
  const page = readText("docs/alerts.md");
  expect(ALERT_KINDS.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
});

describe("what the pages say about settings", () => {
  it("uses names that the configuration knows", () => {
    const known = new Set(SETTINGS.flatMap((setting) => setting.at));
    const named = pages.flatMap((path) =>
      [...readText(path).matchAll(/\b((?:general|litellm|router)_settings\.[a-z_]+)/g)].map(
        (match) => match[1] ?? "",
      ),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("the command line in the pages", () => {
  it("has only commands of shin that exist", () => {
    const said = pages.flatMap((path) =>
      blocksOf(readText(path)).flatMap(({ text }) =>
        [...text.matchAll(/^\s*(?:npm exec (?:--silent )?-- )?shin ([a-z]+(?: [a-z]+)?)/gm)].map(
          (match) => match[1],
        ),
      ),
    );
    expect(said).toContain("config check");
    const known = [
      "audit verify",
      "backup",
      "check",
      "compliance report",
      "compliance verify",
      "config check",
      "content approve",
      "content show",
      "content status",
      "db shell",
      "db url",
      "demo-data remove",
      "doctor",
      "incident freeze",
      "incident status",
      "incident unfreeze",
      "incident verify",
      "jobs cancel",
      "jobs list",
      "jobs watch",
      "keys master",
      "privacy erase",
      "privacy export",
      "privacy fetch",
      "privacy requests",
      "privacy verify",
      "restore",
      "start",
    ];
    expect(said.filter((command) => !known.includes(command ?? ""))).toEqual([]);
  });
});

/**
 * Lighthouse over the console, signed in, with made-up data: `node bench/lighthouse.ts [--form mobile] [--runs 3] [page ...]`
 * after `npm run build`. Lighthouse comes from this folder's lockfile on first use and drives Debian's Chromium. Prints the
 * median scores of each page and the audits that are not met; exit code 1 below 95. Performance wants a quiet machine.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { chromium } from "playwright-core";
import { freePort } from "../lib/node/embedded-postgres-connection.ts";
import { CHROMIUM_FLAGS } from "../test/e2e/chromium.ts";
import { services } from "../test/helpers/services.ts";
import { startDemoConsole } from "./demo-console.ts";

const LEAST = 95;
const ENTRY = join(import.meta.dirname, "node_modules/lighthouse/cli/index.js");
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
const PAGES = ["sign-in", "overview", "keys", "usage", "logs"] as const;
const run = promisify(execFile);

interface Report {
  readonly categories: Readonly<
    Record<
      string,
      {
        readonly score: number | null;
        readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
      }
    >
  >;
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly title: string; readonly displayValue?: string }>
  >;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { form: { type: "string", default: "desktop" }, runs: { type: "string", default: "1" } },
});
if (!existsSync(ENTRY))
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: import.meta.dirname });
const demo = await startDemoConsole();
const port = await freePort();
// Lighthouse opens tabs of its own beside the one that signs in, in the same profile.
const browser = await chromium.launchPersistentContext(join(demo.folder, "profile"), {
  headless: true,
  args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`],
  executablePath: services.chromium ?? "",
});
try {
  const asked = PAGES.filter((page) => positionals.length === 0 || positionals.includes(page));
  process.stdout.write(`${values.form.padEnd(12)}${CATEGORIES.map((name) => name.padStart(16)).join("")}\n`);
  // The sign-in page leads whoever is signed in away from it, so it comes first.
  if (asked.includes("sign-in")) await look("sign-in");
  await demo.signIn(await browser.newPage());
  for (const page of asked) if (page !== "sign-in") await look(page);
} finally {
  await browser.close();
  await demo.end();
}

async function look(page: string): Promise<void> {
  const reports: Report[] = [];
  for (let round = 0; round < Number(values.runs); round += 1) reports.push(await report(page));
  const scores = CATEGORIES.map((name) =>
    median(reports.map(({ categories }) => 100 * (categories[name]?.score ?? 0))),
  );
  process.stdout.write(
    `${page.padEnd(12)}${scores.map((score) => score.toFixed(0).padStart(16)).join("")}\n`,
  );
  if (scores.some((score) => score < LEAST)) process.exitCode = 1;
  const last = reports.at(-1);
  if (last) for (const line of unmet(last)) process.stdout.write(`  ${line}\n`);
}

async function report(page: string): Promise<Report> {
  const file = join(demo.folder, `${page}.json`);
  const form = values.form === "mobile" ? [] : ["--preset=desktop"];
  await run(process.execPath, [
    ENTRY,
    `${demo.url}/ui/${page}`,
    `--port=${port}`,
    `--only-categories=${CATEGORIES.join(",")}`,
    "--disable-storage-reset",
    "--no-enable-error-reporting",
    "--output=json",
    `--output-path=${file}`,
    "--quiet",
    ...form,
  ]);
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

/** Audits that count and are not met in full. */
function unmet({ categories, audits }: Report): string[] {
  return Object.entries(categories).flatMap(([category, { auditRefs }]) =>
    auditRefs.flatMap(({ id, weight }) => {
      const audit = audits[id];
      if (!audit || weight === 0 || audit.score === null || audit.score >= 0.9) return [];
      return [`${category}: ${audit.title} (${id}) ${audit.displayValue ?? ""}`.trimEnd()];
    }),
  );
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

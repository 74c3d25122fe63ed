/**
 * How much JavaScript each page of the console loads, gzipped: `node bench/console-size.ts` after `npm run build`. Charts are
 * counted apart: they come after the page. Exit code 1 when a page loads more than it may.
 */
import { gzipSync } from "node:zlib";
import { PAGES } from "../lib/console/roles.ts";
import { openChromium } from "../test/e2e/chromium.ts";
import { startDemoConsole } from "./demo-console.ts";

const MOST_BYTES = 200_000;
/** Names that recharts leaves in its code, whatever is renamed. */
const CHARTS = /recharts-|victory-vendor/;

const demo = await startDemoConsole();
const browser = await openChromium();
try {
  const page = await (await browser.newContext()).newPage();
  const sizes = new Map<string, { bytes: number; chart: boolean; text: string }>();
  const loaded = new Set<string>();
  page.on("request", (request) => {
    if (/\.js(\?|$)/.test(request.url())) loaded.add(request.url());
  });
  /** The scripts of the page of now; asked for once more, since a page that is left takes its answers along. */
  const scriptsOf = () =>
    Promise.all(
      [...loaded].map(async (url) => {
        const known = sizes.get(url);
        if (known) return known;
        const text = await (await fetch(url)).text();
        const size = { bytes: gzipSync(text, { level: 6 }).length, chart: CHARTS.test(text), text };
        sizes.set(url, size);
        return size;
      }),
    );
  await demo.signIn(page);
  let worst = 0;
  process.stdout.write("page                          kB gzip   charts\n");
  for (const { path } of Object.values(PAGES)) {
    loaded.clear();
    await page.goto(`${demo.url}${path}`, { waitUntil: "networkidle" });
    const scripts = await scriptsOf();
    const sum = (chart: boolean) =>
      scripts.filter((one) => one.chart === chart).reduce((all, one) => all + one.bytes, 0);
    worst = Math.max(worst, sum(false));
    const shown = (bytes: number) => (bytes / 1000).toFixed(1).padStart(8);
    process.stdout.write(`${path.padEnd(28)} ${shown(sum(false))} ${shown(sum(true))}\n`);
  }
  process.stdout.write(
    `\nThe most is ${(worst / 1000).toFixed(1)} kB; a page may load ${MOST_BYTES / 1000} kB.\n`,
  );
  if (process.argv.includes("--list"))
    for (const [url, { bytes, text }] of [...sizes].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 30))
      process.stdout.write(`${bytes} ${url.split("/").at(-1)} ${hints(text)}\n`);
  if (worst > MOST_BYTES) process.exitCode = 1;
} finally {
  await browser.close();
  await demo.end();
}

/** What a chunk seems to hold. */
function hints(text: string): string {
  const words = [
    "recharts",
    "ZodError",
    "radix",
    "sonner",
    "cmdk",
    "nuqs",
    "lucide",
    "tailwind-merge",
    "react-dom",
    "floating-ui",
    "isDisabled",
    "next-router",
  ];
  return words.filter((word) => text.includes(word)).join(",");
}

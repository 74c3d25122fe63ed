/**
 * What a stranger does in the console, from the set-up link on, by what stands on the screen alone:
 *
 *   npm run build
 *   node bench/console/tasks.ts [--show FOLDER]
 *
 * A fresh gateway with made-up traffic and a real browser. After the link no address is typed. Each task's seconds are what the
 * pages took, measured, and what a person takes for the same acts by the keystroke-level model (`hand.ts`); `--show` keeps a
 * picture of each task's end. Exit code 1 when a task cannot be done, or the first request takes longer than 60 s.
 */
import { mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newSetUpLink } from "../../lib/cli/setup-link.ts";
import { openChromium } from "../../test/e2e/chromium.ts";
import { startGatewayProcess } from "../../test/helpers/process.ts";
import { printResult } from "../report.ts";
import { Hand } from "./hand.ts";

const FIRST_REQUEST_S = 60;
const PATIENCE_MS = 20_000;

interface Task {
  readonly name: string;
  readonly walk: (hand: Hand) => Promise<void>;
}

const TASKS: readonly Task[] = [
  {
    name: "first request, from the set-up link",
    async walk(hand) {
      const { page } = hand;
      await hand.type(page.getByLabel("Your e-mail"), "ana@example.com");
      await hand.type(page.getByLabel("Password"), "four unrelated wooden words");
      await hand.press(page.getByRole("button", { name: "Create admin and first key" }));
      await hand.press(page.getByRole("button", { name: "Send it for me" }));
      await hand.read(page.getByText("First request: 200"));
    },
  },
  {
    name: "a key for a team, with a budget",
    async walk(hand) {
      const { page } = hand;
      await hand.press(page.getByRole("link", { name: "Open the console" }));
      await goTo(hand, "Keys");
      await hand.press(page.getByRole("button", { name: "Create key" }));
      const dialog = page.getByRole("dialog");
      await hand.type(dialog.getByLabel("Name"), "search-suggest", true);
      await hand.choose(dialog.getByLabel("Owner"), "Search");
      await hand.type(dialog.getByLabel("Budget in US dollars"), "50");
      await hand.press(dialog.getByRole("button", { name: "Create key" }));
      await hand.press(page.getByRole("button", { name: "Copy the key" }));
      await hand.press(page.getByRole("button", { name: "Done" }));
      await page.getByRole("link", { name: "search-suggest" }).waitFor();
    },
  },
  {
    name: "why a colleague's call was refused",
    async walk(hand) {
      const { page } = hand;
      await goTo(hand, "Logs");
      await hand.choose(page.getByLabel("Outcome"), "Denied");
      await hand.press(page.getByRole("row").filter({ hasText: "Denied" }).first().getByRole("link"));
      const why = await hand.read(page.getByRole("dialog").getByText(/^Denied: /));
      if (!/limit|budget|may not/.test(why)) throw new Error(`the request does not say why: ${why}`);
      await hand.press(page.getByRole("button", { name: "Close" }));
    },
  },
  {
    name: "a leaked key rotated, with an hour of grace",
    async walk(hand) {
      const { page } = hand;
      await goTo(hand, "Keys");
      await hand.press(page.getByRole("button", { name: "Actions for checkout-assistant" }));
      await hand.press(page.getByRole("menuitem", { name: "Rotate…" }));
      const dialog = page.getByRole("dialog");
      await hand.choose(dialog.getByLabel("The old secret goes on for"), "1 hour");
      await hand.press(dialog.getByRole("button", { name: "Rotate" }));
      await hand.press(page.getByRole("button", { name: "Copy the key" }));
      await hand.press(page.getByRole("button", { name: "Done" }));
    },
  },
  {
    name: "a budget raised until Friday",
    async walk(hand) {
      const { page } = hand;
      await goTo(hand, "Budgets");
      await hand.press(page.getByRole("button", { name: "Actions for the budget of checkout-assistant" }));
      await hand.press(page.getByRole("menuitem", { name: "Raise for a while…" }));
      const dialog = page.getByRole("dialog");
      await hand.type(dialog.getByLabel("Add in US dollars"), "100", true);
      await hand.press(dialog.getByRole("button", { name: "Friday" }));
      await hand.press(dialog.getByRole("button", { name: "Raise until then" }));
      await hand.read(page.getByText("is raised by $100"));
    },
  },
  {
    name: "last month's cost by team, as a file",
    async walk(hand) {
      const { page } = hand;
      await goTo(hand, "Usage");
      await hand.choose(page.getByLabel("Time"), "Last month");
      await page.waitForURL(/range=last-month/);
      await hand.choose(page.getByLabel("Grouped by"), "By team");
      await page.waitForURL(/by=team/);
      await hand.press(page.getByRole("button", { name: "Export" }));
      const file = page.waitForEvent("download");
      await hand.press(page.getByRole("menuitem", { name: "CSV of this table by day" }));
      const failure = await (await file).failure();
      if (failure) throw new Error(`the file did not come: ${failure}`);
    },
  },
];

const { values } = parseArgs({ options: { show: { type: "string" } } });
if (values.show) mkdirSync(values.show, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), "shin-tasks-"));
const configFile = join(folder, "config.yaml");
await writeFile(configFile, "general_settings: {}\n");
const dataDir = join(folder, "data");
const gateway = await startGatewayProcess({ dataDir, configFile, args: ["--demo-data"] });
const browser = await openChromium();
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const hand = new Hand(page);
  const link = await newSetUpLink({ databaseUrl: null, dataDir }, gateway.url, Date.now());
  const rows = [];
  let firstS = 0;
  for (const [index, { name, walk }] of TASKS.entries()) {
    const from = performance.now();
    if (index === 0) await page.goto(link);
    await walk(hand);
    const pagesS = (performance.now() - from) / 1000;
    const { keys, personS, presses, words } = hand.effort();
    if (index === 0) firstS = pagesS + personS;
    rows.push([name, presses, keys, words, pagesS, personS, pagesS + personS]);
    if (values.show) await page.screenshot({ path: join(values.show, `${index + 1}.png`) });
  }
  printResult("tasks", {
    tables: [
      {
        title: "what a stranger does, without help",
        columns: [
          { title: "task" },
          { title: "presses", digits: 0 },
          { title: "keys", digits: 0 },
          { title: "words read", digits: 0 },
          { title: "pages s", digits: 1 },
          { title: "person s", digits: 1 },
          { title: "both s", digits: 1 },
        ],
        rows,
      },
    ],
    goals: [
      { what: "first request", measured: firstS, bound: "at most", target: FIRST_REQUEST_S, unit: " s" },
    ],
    notes: [],
  });
  if (firstS > FIRST_REQUEST_S) process.exitCode = 1;
} finally {
  await browser.close();
  gateway.signal("SIGTERM");
  await gateway.ended;
  await rm(folder, { recursive: true, force: true });
}

/** By the menu at the left; until the page is there, what is on the screen is still the one before. */
async function goTo(hand: Hand, name: string): Promise<void> {
  const { page } = hand;
  await hand.press(page.getByRole("navigation").getByRole("link", { name, exact: true }));
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

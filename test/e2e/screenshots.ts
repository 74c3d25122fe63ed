/**
 * `npm run screenshots`: a gateway with made-up traffic, and a picture of every page in docs/screens/, light and dark, wide
 * and narrow. Needs the console built (npm run build) and Debian's Chromium. Arguments choose pages: `-- keys logs`.
 * For looking at bad and at first days: `-- --states empty,error --out FOLDER`, a gateway without anything in it, and one whose
 * database stands still.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { connect } from "#db/client.ts";
import { connectionOf } from "#lib/cli/database.ts";
import { PAGES } from "#lib/console/roles.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { openChromium } from "./chromium.ts";
import { smallPng } from "./small-png.ts";
import { signalPostgres } from "./standing-still.ts";

const SIZES = [
  { name: "wide", width: 1440, height: 900 },
  { name: "narrow", width: 375, height: 812 },
] as const;
/** Of bad and first days, which are looked at and not kept. */
const OTHER_SIZES = [
  { name: "wide", width: 1280, height: 800 },
  { name: "narrow", width: 375, height: 812 },
] as const;
const STATES = ["usual", "empty", "error"] as const;
type State = (typeof STATES)[number];
const THEMES = ["light", "dark"] as const;
const EMAIL = "ana@example.com";
const PASSWORD = "four unrelated wooden words";

/** Five models with prices; their keys open nothing, and nothing is called. */
const MODELS = [
  ["gpt-5-mini", "openai/gpt-5-mini"],
  ["gpt-5", "openai/gpt-5"],
  ["mistral-large", "mistral/mistral-large-latest"],
  ["deepseek-chat", "deepseek/deepseek-chat"],
  ["llama-70b", "groq/llama-3.3-70b-versatile"],
] as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done before the picture. */
  readonly act?: (page: Page) => Promise<void>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: join(import.meta.dirname, "../../docs/screens") },
    full: { type: "boolean", default: false },
    states: { type: "string", default: "usual" },
  },
});
for (const state of STATES)
  if (values.states.split(",").includes(state)) await take(values.out, values.full, positionals, state);

/** @param full the whole page in place of the first screen, for looking at it closely */
async function take(out: string, full: boolean, only: readonly string[], state: State): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "shin-screens-"));
  const configFile = join(folder, "config.yaml");
  const usual = state === "usual";
  await writeFile(configFile, usual ? configText() : "general_settings: {}\n");
  await writeFile(join(folder, "password"), PASSWORD);
  const dataDir = join(folder, "data");
  const gateway = await startGatewayProcess({
    dataDir,
    configFile,
    args: usual ? ["--demo-data"] : [],
    env: { SHIN_ADMIN_EMAIL: EMAIL, SHIN_ADMIN_PASSWORD_FILE: join(folder, "password") },
  });
  const browser = await openChromium();
  const sql = connect({
    target: await connectionOf({ databaseUrl: null, dataDir }),
    max: 1,
    applicationName: "screenshots",
  });
  try {
    await mkdir(out, { recursive: true });
    const all = usual ? await shotsOf(sql) : pages();
    const shots = all.filter(({ name }) => only.length === 0 || only.includes(name));
    const signalAll = state === "error" ? await signalPostgres(sql) : () => {};
    for (const theme of THEMES)
      for (const size of usual ? SIZES : OTHER_SIZES) {
        const name = (shot: string) => `${usual ? "" : `${state}-`}${shot}-${theme}-${size.name}`;
        await takeAll(
          browser,
          gateway.url,
          shots,
          theme,
          size,
          (shot) => join(out, `${name(shot)}.png`),
          full,
          signalAll,
        );
      }
  } finally {
    await browser.close();
    await sql.end({ timeout: 1 });
    gateway.signal("SIGTERM");
    await gateway.ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeAll(
  browser: Browser,
  url: string,
  shots: readonly Shot[],
  theme: (typeof THEMES)[number],
  { name: sizeName, ...viewport }: { readonly name: string; readonly width: number; readonly height: number },
  fileOf: (shot: string) => string,
  full: boolean,
  signalAll: (signal: NodeJS.Signals) => void,
): Promise<void> {
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    reducedMotion: "reduce",
    hasTouch: sizeName === "narrow",
  });
  const page = await context.newPage();
  const write = async (name: string) => {
    const picture = await page.screenshot({ fullPage: full });
    await writeFile(fileOf(name), smallPng(picture));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    const over = wide > 0 ? `, ${wide} pixels too wide` : "";
    process.stdout.write(`${name} ${theme} ${sizeName}${over}\n`);
  };
  await page.goto(`${url}/ui/sign-in`, { waitUntil: "networkidle" });
  if (shots.length > 1) await write("sign-in");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/ui/overview");
  signalAll("SIGSTOP");
  try {
    for (const shot of shots) {
      await page.goto(`${url}${shot.path}`);
      await page.waitForFunction(() => document.querySelector(".skeleton") === null);
      // Until what answers to clicks and keys is awake.
      await page.waitForLoadState(shot.act ? "networkidle" : "load");
      await shot.act?.(page);
      await write(shot.name);
    }
  } finally {
    signalAll("SIGCONT");
  }
  await context.close();
}

function pages(): Shot[] {
  return Object.entries(PAGES).map(([name, { path }]) => ({ name, path }));
}

/** Every page of the menu and of the settings, one of each kind of detail, and what opens over a page. */
async function shotsOf(sql: ReturnType<typeof connect>): Promise<Shot[]> {
  const [ids] = await sql<{ key: string; user: string; team: string; call: string }[]>`select
    (select id from virtual_keys where alias = 'checkout-assistant') as key,
    (select id from users where alias = 'Noor Haddad') as user,
    (select id from teams where alias = 'Payments') as team,
    (select id from spend_records where outcome = 'refused' and rule is not null order by id desc limit 1) as call`;
  const { key, user, team, call } = ids ?? { key: "", user: "", team: "", call: "" };
  return [
    ...pages(),
    { name: "key", path: `/ui/keys/${key}` },
    { name: "key-limits", path: `/ui/keys/${key}?view=limits` },
    { name: "key-history", path: `/ui/keys/${key}?view=history` },
    { name: "user", path: `/ui/people/users/${user}` },
    { name: "team", path: `/ui/people/teams/${team}` },
    { name: "log", path: `/ui/logs?range=30d&id=${call}` },
    { name: "create-key", path: "/ui/keys", act: openCreateKey },
    { name: "keys-selected", path: "/ui/keys", act: selectKeys },
    { name: "palette", path: "/ui/overview", act: openPalette },
  ];
}

async function openCreateKey(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.getByRole("dialog").getByLabel("Name").waitFor();
}

async function selectKeys(page: Page): Promise<void> {
  for (const name of ["mobile-app", "docs-chat"])
    await page.getByRole("checkbox", { name: `Select ${name}` }).check();
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("search");
  await page.getByRole("option", { name: "search-ranking" }).waitFor();
}

function configText(): string {
  const models = MODELS.map(
    ([name, model]) =>
      `  - model_name: ${name}\n    litellm_params:\n      model: ${model}\n      api_key: not-a-key-nothing-is-called\n`,
  );
  return `model_list:\n${models.join("")}`;
}

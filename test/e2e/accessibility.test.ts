/**
 * Every page of the menu, one of each kind of detail, and what stands outside of the console's frame; each of them
 * - at 1280 pixels: all rules of WCAG 2.2 A and AA in light, the contrast of colours in dark;
 * - at 320 pixels: all rules in light, the contrast of colours in dark;
 * - nothing sticks out to the side, at either width; no script is refused by the policy, and nothing fails to hydrate.
 * /docs has its own in audit-playground-settings.test.ts. Not covered: dialogs and menus that are closed, and what no rule can see (test/e2e/shell.test.ts has keys and focus).
 * Dark and light have the same elements in other colours, so only contrast is looked at twice.
 */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { PAGES } from "#lib/console/roles.ts";
import { services } from "#test/helpers/services.ts";
import { MASTER_KEY, openConsoleUnderTest, PASSWORD, signIn } from "./console.ts";
import { seedTraffic } from "./synthetic-traffic.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 800 };
/** For whoever is not signed in. */
const OUTSIDE = [
  "/ui/sign-in",
  "/ui/setup",
  "/ui/invitation",
  "/ui/privacy/notice",
  "/ui/privacy/verify",
] as const;

async function theme(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(
    (dark) => document.documentElement.classList.contains("dark") === dark,
    colorScheme === "dark",
  );
}

describe.skipIf(services.chromium === null)("accessibility", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const admin = await under.person("admin");
  await seedTraffic({
    url: under.url,
    masterKey: MASTER_KEY,
    sql: under.sql,
    nowMs: Date.now(),
    days: 3,
    callsPerDay: 60,
  });
  const [key] = await under.sql<
    { id: string }[]
  >`select id from virtual_keys where max_budget_nano_usd is not null limit 1`;
  const [call] = await under.sql<
    { id: string }[]
  >`select id from spend_records where outcome = 'refused' limit 1`;
  const [team] = await under.sql<{ id: string }[]>`select id from teams limit 1`;
  const paths = [
    ...Object.values(PAGES).map(({ path }) => path),
    `/ui/keys/${key?.id}`,
    "/ui/compliance/master_key",
    "/ui/compliance/report",
    `/ui/people/users/${admin.id}`,
    `/ui/people/teams/${team?.id}`,
    `/ui/keys/${key?.id}?view=limits`,
    `/ui/keys/${key?.id}?view=history`,
    "/ui/keys?q=nothing-has-this-name&page=zzz",
    `/ui/logs?range=7d&id=${call?.id}`,
    "/ui/usage?by=key&metric=requests",
  ];

  it("holds in light, in dark and at 320 pixels", { timeout: 300_000 }, async () => {
    const { page } = await under.window({ viewport: WIDE, colorScheme: "light", reducedMotion: "reduce" });
    const said: string[] = [];
    const faults: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy|hydrat/i.test(message.text())) said.push(message.text());
    });
    page.on("pageerror", (error) => said.push(error.message));
    // One frame, so axe needs no second page to gather what it found in several.
    const all = () => new AxeBuilder({ page }).setLegacyMode().withTags(RULES);
    const contrast = () => new AxeBuilder({ page }).setLegacyMode().withRules("color-contrast");
    const look = async (where: string, axe: AxeBuilder) => {
      const { violations } = await axe.analyze();
      for (const { id, nodes } of violations)
        faults.push(`${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) faults.push(`${where}: ${overflow} pixels too wide`);
    };
    const lookAt = async (path: string) => {
      await page.goto(`${under.url}${path}`);
      // Until the last of what comes later is there.
      await page.waitForFunction(() => document.querySelector(".skeleton") === null);
      await look(`${path} in light`, all());
      await theme(page, "dark");
      await look(`${path} in dark`, contrast());
      await page.setViewportSize(NARROW);
      await look(`${path} in dark at 320 pixels`, contrast());
      await theme(page, "light");
      await look(`${path} in light at 320 pixels`, all());
      await page.setViewportSize(WIDE);
      const title = await page.title();
      if (!/Shin Gateway$/.test(title)) faults.push(`${path}: is called "${title}"`);
    };
    for (const path of OUTSIDE) await lookAt(path);
    await signIn(page, under.url, admin.email, PASSWORD);
    await page.waitForURL("**/ui/overview");
    for (const path of paths) await lookAt(path);
    expect(faults).toEqual([]);
    expect(said).toEqual([]);
  });

  it("lets the keyboard skip to the content and through the menu", async () => {
    const page = await under.signedIn(admin);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  });
});

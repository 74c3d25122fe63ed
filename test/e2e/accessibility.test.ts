/** Every page, in both themes and at 320 pixels: axe finds nothing, nothing sticks out, and no script is refused by the policy. */
import AxeBuilder from "@axe-core/playwright";
import { describe, expect, it } from "vitest";
import { PAGES } from "#lib/console/roles.ts";
import { services } from "#test/helpers/services.ts";
import { MASTER_KEY, openConsoleUnderTest, PASSWORD, signIn } from "./console.ts";
import { seedTraffic } from "./synthetic-traffic.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 800 };

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
  const paths = [
    "/ui/sign-in",
    ...Object.values(PAGES).map(({ path }) => path),
    `/ui/keys/${key?.id}`,
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
    const look = async (where: string, axe: AxeBuilder) => {
      const { violations } = await axe.analyze();
      for (const { id, nodes } of violations)
        faults.push(`${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) faults.push(`${where}: ${overflow} pixels too wide`);
    };
    await signIn(page, under.url, admin.email, PASSWORD);
    await page.waitForURL("**/ui/overview");
    for (const path of paths) {
      await page.goto(`${under.url}${path}`);
      // Until the last of what comes later is there.
      await page.waitForFunction(() => document.querySelector(".skeleton") === null);
      await look(`${path} in light`, new AxeBuilder({ page }).withTags(RULES));
      // The same elements in other colours.
      await page.emulateMedia({ colorScheme: "dark" });
      await page.waitForFunction(() => document.documentElement.classList.contains("dark"));
      await look(`${path} in dark`, new AxeBuilder({ page }).withRules("color-contrast"));
      await page.setViewportSize(NARROW);
      await look(`${path} at 320 pixels`, new AxeBuilder({ page }).withTags(RULES));
      await page.setViewportSize(WIDE);
      await page.emulateMedia({ colorScheme: "light" });
      const title = await page.title();
      if (!/ · Shin Gateway$/.test(title)) faults.push(`${path}: is called "${title}"`);
    }
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

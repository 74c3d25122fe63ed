/** Audit, Playground, Settings and the API reference in a real browser: filters that stay, keys that do not, pages that need no sign-in. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest } from "./console.ts";

describe.skipIf(services.chromium === null)("these pages", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const { sql, url } = under;
  const admin = await under.person("admin");
  await under.api("POST", "/team/new", { team_alias: "=1+1" });
  const made = await under.api("POST", "/key/generate", {
    key_alias: "app",
    models: ["gpt-4"],
    rpm_limit: 60,
  });
  await under.api("POST", "/key/update", {
    key: made["key"],
    models: ["gpt-4", "shin-llama-8b"],
    rpm_limit: 90,
  });

  // One sign-in for all of it: they are counted.
  const boss = await under.signedIn(admin);
  const violations = async (page: Page) =>
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);

  it("audit: a filter stands in the address, an event tells what it changed, and Esc leads back", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${url}/ui/audit`);
    await page.getByLabel("Action").selectOption("key.update");
    await page.waitForURL("**/ui/audit?action=key.update");
    await page.reload();
    expect(await page.getByLabel("Action").inputValue()).toBe("key.update");
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.locator("tbody tr a").first().click();
    const sheet = page.getByRole("dialog");
    await sheet.getByText("What changed").waitFor();
    expect(await violations(page)).toEqual([]);
    const lines = await sheet.locator("dl del, dl ins").allInnerTexts();
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
      "+ Added: shin-llama-8b",
      "− Before: 60",
      "+ After: 90",
    ]);
    await page.keyboard.press("Escape");
    await page.waitForURL("**/ui/audit?action=key.update");
  });

  it("logs: a live list shows each call once, the newest first, and a paused one stands still", async () => {
    const page = await boss.context().newPage();
    const send = async (count: number) => {
      for (let i = 0; i < count; i++)
        await fetch(`${url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${made["key"]}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "shin-llama-8b", messages: [{ role: "user", content: "hello" }] }),
        });
    };
    const shown = () =>
      page.locator("tbody tr a").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    const inLedger = async () => {
      const rows = await sql<{ id: string }[]>`
        select id from spend_records where key_id = ${String(made["key_id"])} order by id desc`;
      return rows.map(({ id }) => id);
    };
    await page.goto(`${url}/ui/logs?key=${made["key_id"]}`);
    await page.getByRole("button", { name: "Live" }).click();
    await page.getByText("Live, every 2 seconds").waitFor();
    await send(7);
    await expect.poll(async () => (await shown()).length, { timeout: 15_000 }).toBe(7);
    await send(5);
    await expect.poll(async () => (await shown()).length, { timeout: 15_000 }).toBe(12);
    const ids = await inLedger();
    expect((await shown()).map((href) => new URL(href, url).searchParams.get("id"))).toEqual(ids);
    await page.getByRole("button", { name: "Pause" }).click();
    await send(1);
    // A list that went on would have asked twice by now; the clock that is waited for is the browser's own.
    const asked = page.waitForRequest(/\/ui\/logs\/live/, { timeout: 4_500 }).then(
      () => true,
      () => false,
    );
    expect(await asked).toBe(false);
    expect(await shown()).toHaveLength(12);
  });

  it("audit: an export holds exactly what is filtered, no formula and no secret", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${url}/ui/audit?action=team.create`);
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "CSV of these events" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("audit.csv");
    const get = async (query: string) => {
      const answer = await page.request.get(`${url}/ui/audit/export?${query}`);
      return { status: answer.status(), text: await answer.text() };
    };
    const csv = await get("action=team.create&format=csv");
    expect(csv.text.split("\r\n")).toHaveLength(3);
    expect(csv.text).toContain(",'=1+1,");
    const whole = await get("range=all&format=jsonl");
    const [counted] = await sql<{ events: number }[]>`select count(*)::int as events from audit_events`;
    const events = whole.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.length).toBe(counted?.events);
    expect(events[0].seq).toBeGreaterThan(events.at(-1).seq);
    const [key] = await sql<
      { secret_hash: string }[]
    >`select secret_hash from virtual_keys where alias = 'app'`;
    for (const secret of [String(made["key"]), key?.secret_hash ?? "no hash"])
      expect(whole.text).not.toContain(secret);
    // What means nothing is refused: it must not become everything.
    expect((await get("range=tomorrow")).status).toBe(400);
  });

  it("playground: two models answer, the key is nowhere in the browser and is gone when the page is left", {
    timeout: 60_000,
  }, async () => {
    const page = await boss.context().newPage();
    const developer = await under.person("developer");
    const own = await under.signedIn(developer);
    for (const [tab, person] of [
      [page, admin],
      [own, developer],
    ] as const) {
      await tab.goto(`${url}/ui/playground`);
      const secrets: string[] = [];
      tab.on("response", (answer) => {
        if (!answer.url().endsWith("/key/generate")) return;
        void answer.json().then(
          (body: { key: string }) => secrets.push(body.key),
          () => undefined,
        );
      });
      await tab.getByRole("button", { name: "Compare with another" }).click();
      await tab.getByLabel("Message", { exact: true }).fill("Say hello");
      await tab.keyboard.press("Enter");
      await tab.getByText("In the log").nth(1).waitFor();
      await tab
        .getByText(/\d+ in, \d+ out · \$0/)
        .nth(1)
        .waitFor();
      const alive = await sql<{ left_s: number; deleted_at: Date | null }[]>`
        select extract(epoch from expires_at - now())::float8 as left_s, deleted_at from virtual_keys
        where user_id = ${person.id} and alias like 'playground-%'`;
      expect(alive).toHaveLength(1);
      expect(alive[0]?.deleted_at).toBeNull();
      expect(alive[0]?.left_s).toBeLessThanOrEqual(900);
      await expect.poll(() => secrets.length).toBe(1);
      expect(await violations(tab)).toEqual([]);
      const kept = await tab.evaluate(() =>
        JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          document.documentElement.outerHTML,
          location.href,
        ]),
      );
      expect(kept).toContain("Say hello");
      expect(kept).not.toContain(secrets[0]);
      await tab.goto(`${url}/ui/overview`);
      await expect
        .poll(async () => {
          const [row] = await sql<{ gone: boolean }[]>`
            select deleted_at is not null as gone from virtual_keys where user_id = ${person.id} and alias like 'playground-%'`;
          return row?.gone;
        })
        .toBe(true);
      await tab.goto(`${url}/ui/playground`);
      await tab.getByText("Say hello").first().waitFor();
    }
  });

  it("playground: Stop ends the call, and what came stays", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${url}/ui/playground`);
    await page.route("**/v1/chat/completions", () => undefined);
    const sent = page.waitForRequest("**/v1/chat/completions");
    await page.getByLabel("Message", { exact: true }).fill("Take your time");
    await page.getByRole("button", { name: "Send" }).click();
    await sent;
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("stopped", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Send" }).waitFor();
  });

  it("playground: a pasted key is used as it is, and its refusal is told", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${url}/ui/playground`);
    // A choice made before the page's script has begun is not heard.
    const chosen = async () => {
      await page.getByLabel("Call with").selectOption("pasted");
      return page.getByLabel("Key", { exact: true }).count();
    };
    await expect.poll(chosen).toBe(1);
    await page.getByLabel("Key", { exact: true }).fill("sk-nobody-has-this-key-0123");
    await page.getByLabel("Message", { exact: true }).fill("Hello");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("failed", { exact: true }).first().waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(
      "nobody-has-this-key",
    );
  });

  it("settings: a role sees its own sections, the master key is in none, and the look is kept", async () => {
    const page = await under.signedIn(await under.person("finance"));
    await page.goto(`${url}/ui/settings`);
    const tabs = await page.getByRole("navigation", { name: "Settings" }).getByRole("link").allInnerTexts();
    expect(tabs).toEqual(["General", "Sign-in", "Alerts", "Appearance"]);
    await page.goto(`${url}/ui/settings/appearance`);
    await page.getByText("Compact").click();
    await page.getByText("Dark", { exact: true }).click();
    await page.getByText("Off", { exact: true }).click();
    await page.reload({ waitUntil: "networkidle" });
    await page.waitForFunction(() => document.documentElement.dataset["density"] === "compact");
    expect(await page.evaluate(() => document.documentElement.classList.contains("dark"))).toBe(true);
    // One key does nothing now; had it opened the palette, Ctrl and K would close it.
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");
    await page.getByRole("link", { name: "Single keys are off" }).waitFor();
    for (const path of ["", "/sign-in", "/network", "/master-key", "/retention", "/alerts"]) {
      const answer = await boss.request.get(`${url}/ui/settings${path}`);
      expect([path, answer.status()]).toEqual([path, 200]);
      expect(await answer.text()).not.toContain("sk-Test-master-key");
    }
  });

  it("the API reference needs no sign-in, finds operations and says this host; axe finds nothing", {
    timeout: 90_000,
  }, async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await under.window({
        viewport: { width: 1280, height: 900 },
        colorScheme,
        reducedMotion: "reduce",
      });
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      const foreign: string[] = [];
      page.on(
        "request",
        (request) =>
          !request.url().startsWith(url) && !request.url().startsWith("data:") && foreign.push(request.url()),
      );
      const answer = await page.goto(`${url}/docs`);
      const policy = answer?.headers()["content-security-policy"] ?? "";
      expect(policy).toMatch(/script-src 'self' 'nonce-/);
      expect(policy.split(";").find((part) => part.includes("script-src"))).not.toContain("unsafe-inline");
      await page.keyboard.press("/");
      await page.keyboard.type("revoke_all");
      await page.getByRole("link", { name: /\/key\/revoke_all/ }).click();
      await page.waitForURL("**/docs/keys#postKeyRevokeAll");
      await page.getByText(`curl ${url}/key/revoke_all`).waitFor();
      await page.locator("#op-postKeyRevokeAll").getByRole("link", { name: "Idempotency-Key" }).click();
      await page.waitForURL("**/docs#asking-again");
      await page.getByRole("heading", { name: "Asking again" }).waitFor();
      for (const path of ["/docs", "/docs/keys", "/docs/models"]) {
        await page.goto(`${url}${path}`);
        expect([path, await violations(page)]).toEqual([path, []]);
      }
      expect([faults, foreign]).toEqual([[], []]);
    }
    const { page } = await under.window({ viewport: { width: 320, height: 800 } });
    await page.goto(`${url}/docs`);
    const groups = await page
      .locator('a[href^="/docs/"]')
      .evaluateAll((links) => [
        ...new Set(links.map((link) => new URL((link as HTMLAnchorElement).href).pathname)),
      ]);
    expect(groups.length).toBeGreaterThan(8);
    for (const path of groups)
      expect([path, (await page.request.get(`${url}${path}`)).status()]).toEqual([path, 200]);
    for (const path of ["/docs", "/docs/keys"]) {
      await page.goto(`${url}${path}`);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      ).toBeLessThanOrEqual(0);
    }
  });
});

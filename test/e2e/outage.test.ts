/** Bad days: the database stands still, the session is over. The page says so, nothing typed is lost, and it recovers. */
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD, signIn } from "./console.ts";
import { signalPostgres } from "./standing-still.ts";

describe.skipIf(services.chromium === null)("bad days", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const admin = await under.person("admin");
  const signalAll = await signalPostgres(under.sql);

  it("says that the database is away, keeps what was typed, and goes on when it is back", {
    timeout: 60_000,
  }, async () => {
    const page = await under.signedIn(admin);
    await page.goto(`${under.url}/ui/keys`);
    await page.getByRole("button", { name: "Create key" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("typed-before");
    await dialog.getByLabel("Requests a minute").fill("120");
    const other = await page.context().newPage();
    signalAll("SIGSTOP");
    try {
      await dialog.getByRole("button", { name: "Create key" }).click();
      await dialog.getByText("cannot reach its database").waitFor();
      await other.goto(`${under.url}/ui/models`);
      await other.getByText("The console could not be loaded").waitFor();
      expect(await other.content()).not.toMatch(/at \w+ \(|node_modules|DatabaseAway/);
    } finally {
      signalAll("SIGCONT");
    }
    expect(await dialog.getByLabel("Requests a minute").inputValue()).toBe("120");
    await expect
      .poll(
        async () => {
          await other
            .getByRole("button", { name: /Try/ })
            .click({ timeout: 1000 })
            .catch(() => null);
          return other.getByRole("heading", { name: "Models" }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await dialog.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
  });

  it("stays on the page while the network is away, and opens what was asked for once it is back", {
    timeout: 60_000,
  }, async () => {
    const page = await under.signedIn(admin);
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    await page.context().setOffline(true);
    await page.getByText("Connection lost, trying again").waitFor();
    await page.getByRole("link", { name: "Budgets", exact: true }).click();
    await page
      .getByText(/The page you asked for opens then/)
      .first()
      .waitFor();
    expect(page.url()).toContain("/ui/keys");
    await page.context().setOffline(false);
    await page.getByRole("heading", { name: "Budgets" }).waitFor();
    expect(await page.getByText("Connection lost").count()).toBe(0);
  });

  it("notices by itself that nothing answers, and keeps what is filtered meanwhile until something does", {
    timeout: 60_000,
  }, async () => {
    const page = await under.signedIn(admin);
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    // The browser is online, as it is when the gateway stops.
    await page.route("**/*", (route) => route.abort("connectionrefused"));
    // Looked at again: it asks at once, and not only after its ten seconds.
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("Connection lost, trying again").waitFor({ timeout: 30_000 });
    await page.getByRole("searchbox", { name: "Search keys" }).fill("no-such-key");
    await page.getByRole("combobox", { name: "Status" }).selectOption("disabled");
    expect(new URL(page.url()).search).toBe("");
    await page.unroute("**/*");
    await page.waitForURL(/q=no-such-key/, { timeout: 30_000 });
    await page.waitForURL(/status=disabled/);
    await page
      .getByRole("button", { name: "Clear 2 filters" })
      .or(page.getByRole("link", { name: "Clear 2 filters" }))
      .waitFor();
    expect(await page.getByText("Connection lost").count()).toBe(0);
  });

  it("says on a page of its own that an address leads nowhere, whoever asks", async () => {
    const { page } = await under.window();
    for (const path of ["/ui/nothing/here", "/docs/nothing"]) {
      const answer = await page.goto(`${under.url}${path}`);
      expect(answer?.status()).toBe(404);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
    }
  });

  it("takes the form after signing in elsewhere, when nobody wants to do so in place", async () => {
    const person = await under.person("admin");
    const page = await under.signedIn(person);
    await page.goto(`${under.url}/ui/keys`);
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByLabel("Name").fill("half-typed");
    await under.sql`update console_sessions set ended_at = now() where user_id = ${person.id}`;
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByRole("button", { name: "Not now" }).click();
    await page.getByText("Your session is over").waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("half-typed");
    const other = await page.context().newPage();
    await signIn(other, under.url, person.email, PASSWORD);
    await other.waitForURL("**/ui/overview");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
  });
});

/** Keys in the console: a secret that is seen once, and actions that hold at the next call. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { MASTER_KEY, openConsoleUnderTest, PASSWORD, signIn } from "./console.ts";

describe.skipIf(services.chromium === null)("keys", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;
  const admin = await under.person("admin");
  // One sign-in for all of it: they are counted.
  const boss = await under.signedIn(admin);

  const call = async (secret: string) => {
    const answer = await fetch(`${under.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "Hello" }] }),
    });
    await answer.text();
    return answer.status;
  };

  const create = async (page: Page, name: string): Promise<string> => {
    await page.goto(`${under.url}/ui/keys`);
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByLabel("Name").fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
    await page.getByRole("button", { name: "Show the key" }).click();
    return (await page.locator("[data-secret]").textContent()) ?? "";
  };

  const openMenu = (page: Page, name: string, item: string) =>
    page
      .getByRole("button", { name: `Actions for ${name}` })
      .click()
      .then(() => page.getByRole("menuitem", { name: item }).click());

  it("are made once by a double click", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${under.url}/ui/keys`);
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByLabel("Name").fill("pressed-twice");
    const form = page.getByRole("dialog").locator("form");
    await form.evaluate((one: HTMLFormElement) => {
      one.requestSubmit();
      one.requestSubmit();
    });
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
    await page.waitForLoadState("networkidle");
    const made = await under.sql`select id from virtual_keys where alias = 'pressed-twice'`;
    expect(made).toHaveLength(1);
    await page.close();
  });

  it("are shown once and are nowhere afterwards: not in the page, its storage, its address or what it loads", async () => {
    const page = await boss.context().newPage();
    const secret = await create(page, "shown-once");
    expect(await call(secret)).toBe(200);
    // Neither Esc nor a click outside loses it; closing asks once.
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("You won't see this secret again").waitFor();
    const loaded: string[] = [];
    page.on("response", (answer) => {
      if (/^(text|application\/json)/.test(answer.headers()["content-type"] ?? ""))
        void answer.text().then(
          (text) => loaded.push(text),
          () => loaded.push(""),
        );
    });
    await page.getByRole("button", { name: "Close all the same" }).click();
    await page.getByRole("link", { name: "shown-once" }).click();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("created it").waitFor();
    await page.reload();
    const storage = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]),
    );
    const everything = [await page.content(), storage, page.url(), ...loaded].join("\n");
    expect(loaded.length).toBeGreaterThan(1);
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(secret.slice(10, 40));
  });

  it("that are disabled refuse the next call, and Undo lets it in again", async () => {
    const page = await boss.context().newPage();
    const secret = await create(page, "switched");
    await page.getByRole("button", { name: "Copy the key" }).click();
    await page
      .getByRole("button", { name: /Done|Close/ })
      .last()
      .click();
    if (await page.getByRole("button", { name: "Close all the same" }).count())
      await page.getByRole("button", { name: "Close all the same" }).click();
    await openMenu(page, "switched", "Disable");
    await page.getByText("“switched” is disabled").waitFor();
    expect(await call(secret)).toBe(401);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("“switched” is enabled").waitFor();
    expect(await call(secret)).toBe(200);
  });

  it("that are revoked refuse the next call, after their name was typed", async () => {
    const made = await under.api("POST", "/key/generate", { key_alias: "to-revoke", user_id: admin.id });
    expect(await call(String(made["key"]))).toBe(200);
    const page = await boss.context().newPage();
    await page.goto(`${under.url}/ui/keys`);
    await openMenu(page, "to-revoke", "Revoke…");
    const button = page.getByRole("button", { name: "Revoke for good" });
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel("Type to-revoke to confirm").fill("to-revoke");
    await button.click();
    await page.getByText("“to-revoke” is revoked").waitFor();
    expect(await call(String(made["key"]))).toBe(401);
    const [event] = await under.sql<{ actor_kind: string }[]>`
      select actor_kind from audit_events where action = 'key.delete' order by seq desc limit 1`;
    expect(event).toEqual({ actor_kind: "user" });
  });

  it("are rotated by keyboard alone, and the old secret has its grace", async () => {
    const made = await under.api("POST", "/key/generate", { key_alias: "by-keyboard", user_id: admin.id });
    const page = await boss.context().newPage();
    await page.goto(`${under.url}/ui/keys/${made["key_id"]}`);
    await page.getByRole("button", { name: "Rotate" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByRole("button", { name: "Rotate", exact: true }).last().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "The new secret" }).waitFor();
    await page.getByRole("button", { name: "Show the key" }).focus();
    await page.keyboard.press("Enter");
    const next = (await page.locator("[data-secret]").textContent()) ?? "";
    expect(next).not.toBe(made["key"]);
    expect([await call(next), await call(String(made["key"]))]).toEqual([200, 200]);
  });

  it("are given a schedule of rotation, lose it again, and can be ticked, all on a phone", {
    timeout: 60_000,
  }, async () => {
    const { page } = await under.window({ viewport: { width: 375, height: 812 }, hasTouch: true });
    await signIn(page, under.url, admin.email, PASSWORD);
    await page.waitForURL("**/ui/overview");
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Create key" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("on-a-schedule");
    await dialog.getByLabel("Rotation").selectOption("on a schedule");
    await dialog.getByLabel("New secret every").fill("monthly");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await dialog.getByText(/^Must be a duration/).waitFor();
    await dialog.getByLabel("New secret every").fill("30d");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Close all the same" }).click();
    const rotation = async () => [
      ...(await under.sql`
        select auto_rotate as on, rotation_interval as every, rotate_at is not null as dated
        from virtual_keys where alias = 'on-a-schedule'`),
    ];
    expect(await rotation()).toEqual([{ on: true, every: "30d", dated: true }]);
    await page.getByRole("checkbox", { name: "Select on-a-schedule" }).check();
    await page.getByRole("region", { name: "Selected keys" }).getByText("1 selected").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await openMenu(page, "on-a-schedule", "Edit…");
    expect(await page.getByLabel("New secret every").inputValue()).toBe("30d");
    await page.getByLabel("Rotation").selectOption("only by hand");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“on-a-schedule” is changed").waitFor();
    expect(await rotation()).toEqual([{ on: false, every: "30d", dated: false }]);
  });

  it("say which field is wrong, in the key API's own words", async () => {
    const page = await boss.context().newPage();
    await page.goto(`${under.url}/ui/keys`);
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByLabel("Name").fill("odd");
    await page.getByLabel("Requests a minute").fill("many");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByText("Must be a whole number").waitFor();
    expect(await page.getByLabel("Requests a minute").getAttribute("aria-invalid")).toBe("true");
  });

  it("the master key is made in the page, kept first and put in force then, even when the first answer is lost", async () => {
    const { context, page } = await under.window({ permissions: ["clipboard-read", "clipboard-write"] });
    await signIn(page, under.url, admin.email, PASSWORD);
    await page.waitForURL("**/ui/overview");
    await page.goto(`${under.url}/ui/settings/master-key`, { waitUntil: "networkidle" });
    await page.getByLabel("The old key goes on for").selectOption("1h");
    await page.getByRole("button", { name: "Replace the master key" }).click();
    const dialog = page.getByRole("dialog", { name: "The new master key" });
    const confirm = dialog.getByRole("button", { name: "Put it in force" });
    expect(await confirm.isDisabled()).toBe(true);
    // Neither Esc nor a reload loses what nobody has kept yet.
    await page.keyboard.press("Escape");
    const asked = page.waitForEvent("dialog");
    await page.evaluate(() => void setTimeout(() => window.location.reload()));
    const question = await asked;
    expect(question.type()).toBe("beforeunload");
    await question.dismiss();
    await dialog.getByRole("button", { name: "Copy the key" }).click();
    await dialog.getByText("Copied", { exact: true }).waitFor();
    const secret = await page.evaluate(() => navigator.clipboard.readText());
    expect(secret).toMatch(/^sk-[0-9a-f]{64}$/);
    // The gateway takes it, and its answer never arrives.
    await page.route(
      "**/master_key/rotate",
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await confirm.click();
    await dialog.getByText(/may be in force already/).waitFor();
    await confirm.click();
    await dialog.getByText("It counts now, on every instance.").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("in grace").waitFor();
    expect(await page.content()).not.toContain(secret);
    for (const key of [secret, MASTER_KEY]) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await fetch(`${under.url}/master_key/info`, { headers })).status).toBe(200);
    }
    await context.close();
  });
});

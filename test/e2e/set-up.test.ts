/** The first minutes of a new gateway: from the set-up link to the first request, in a browser. */
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD } from "./console.ts";

describe.skipIf(services.chromium === null)("set-up", async () => {
  const under = services.chromium === null ? null : await openConsoleUnderTest();
  if (!under) return;

  it("leads from the link to a key, its first request and the console", async () => {
    const { page } = await under.window({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${under.url}/`);
    await page.getByText("npx shin setup-link").waitFor();
    const link = await under.setUpLink();
    await page.goto(link);
    await page.getByLabel("Your e-mail").fill("ana@example.com");
    // The code must not stay where others find it.
    expect(page.url()).not.toContain("#");
    await page.getByLabel("Password").fill("too short");
    await page.getByRole("button", { name: "Create admin and first key" }).click();
    await page.getByText("Use at least 12 characters").waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create admin and first key" }).click();
    await page.getByText("Waiting for your first request").waitFor();
    await page.getByRole("button", { name: "Copy the key" }).click();
    const secret = await page.evaluate(() => navigator.clipboard.readText());
    expect(secret).toMatch(/^sk-[0-9A-Za-z]{48}$/);
    const answer = await fetch(`${under.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] }),
    });
    expect(answer.status).toBe(200);
    await page.getByText("First request: 200").waitFor();
    await page.getByRole("link", { name: "Open it in Logs" }).click();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.goto(link);
    await page.getByLabel("Your e-mail").fill("eve@example.com");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create admin and first key" }).click();
    await page.getByText("This set-up link was used").waitFor();
  });

  it("refuses a guessed code, and slows down whoever guesses", async () => {
    const attempts = Array.from({ length: 14 }, (_, index) =>
      fetch(`${under.url}/console/setup`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code: `AAAA-BBBB-CCC${index}`, email: "eve@example.com", password: PASSWORD }),
      }).then((answer) => answer.status),
    );
    const statuses = await Promise.all(attempts);
    expect(new Set(statuses)).toEqual(new Set([400, 429]));
  });

  it("ends the earlier link when a new one is printed", async () => {
    const first = await under.setUpLink();
    const second = await under.setUpLink();
    expect(second).not.toBe(first);
    const rows = await under.sql<
      { n: bigint }[]
    >`select count(*) as n from console_codes where kind = 'setup' and used_at is null`;
    expect(rows[0]?.n).toBe(1n);
  });
});

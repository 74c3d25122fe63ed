/** Signing in, and the ways in that must not be. */
import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD, signIn } from "./console.ts";

describe.skipIf(services.chromium === null)("sign-in", async () => {
  const under =
    services.chromium === null
      ? null
      : await openConsoleUnderTest(
          "general_settings:\n  throttle: { sign_in: 1000/1m, sign_in_account: 6/1m }\n",
        );
  if (!under) return;
  const admin = await under.person("admin");

  /** next-auth's own way, as any client could go it. */
  const post = async (
    email: string,
    password: string,
    extra: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) => {
    const first = await fetch(`${under.url}/api/auth/csrf`);
    const { csrfToken } = (await first.json()) as { csrfToken: string };
    const cookie = first.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    const startedMs = performance.now();
    const answer = await fetch(`${under.url}/api/auth/callback/credentials`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ csrfToken, email, password, json: "true", ...extra }),
    });
    return { answer, text: await answer.text(), tookMs: performance.now() - startedMs };
  };
  const cookieOf = async (page: Page) =>
    (await page.context().cookies()).find((one) => one.name.endsWith("shin.session"));

  it("says the same to a wrong password and an unknown address, and takes as long", async () => {
    const { page } = await under.window();
    await signIn(page, under.url, admin.email, "not the password at all");
    await page.getByText("E-mail or password is wrong.").waitFor();
    const wrong = await post(admin.email, "not the password at all");
    const unknown = await post("nobody@example.com", "not the password at all");
    expect([unknown.answer.status, unknown.text]).toEqual([wrong.answer.status, wrong.text]);
    expect(wrong.answer.status).toBe(401);
    // Both work through scrypt: far apart would mean that one of them does not.
    expect(unknown.tookMs).toBeGreaterThan(wrong.tookMs / 3);
  });

  it("sets a cookie that scripts cannot read and other sites do not send", async () => {
    const page = await under.signedIn(admin);
    expect(await cookieOf(page)).toMatchObject({
      httpOnly: true,
      sameSite: "Lax",
      path: "/",
      name: "shin.session",
    });
    expect(await page.evaluate(() => document.cookie)).not.toContain("session");
  });

  it("takes a while after five wrong tries, for the right password too", async () => {
    const person = await under.person("developer");
    for (let i = 0; i < 6; i++) await post(person.email, `wrong ${i}`);
    const { text } = await post(person.email, PASSWORD);
    expect(text).toContain("too_many");
  });

  it("leads nowhere but into the console", async () => {
    const { page } = await under.window();
    for (const evil of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
      "/ui/../../evil",
      "https://127.0.0.1@evil.example/ui",
    ]) {
      await page.context().clearCookies();
      await page.goto(`${under.url}/ui/sign-in?callbackUrl=${encodeURIComponent(evil)}`);
      await page.getByLabel("E-mail").fill((await under.person("dpo")).email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL("**/ui/overview");
      expect(new URL(page.url()).origin).toBe(under.url);
      const direct = await post("nobody@example.com", "wrong", { callbackUrl: evil });
      expect(direct.answer.headers.get("location") ?? "").not.toContain("evil");
    }
  });

  it("is over at the next request after signing out, losing a role, being blocked, or a forged cookie", async () => {
    const person = await under.person("auditor");
    const page = await under.signedIn(person);
    const stolen = await cookieOf(page);
    const status = async (value: string) =>
      (
        await fetch(`${under.url}/ui/overview`, {
          redirect: "manual",
          headers: { cookie: `shin.session=${value}` },
        })
      ).status;
    expect(await status(stolen?.value ?? "")).toBe(200);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL("**/ui/sign-in");
    expect(await status(stolen?.value ?? "")).toBe(307);

    const again = await under.signedIn(person);
    const value = (await cookieOf(again))?.value ?? "";
    await under.sql`update console_accounts set session_version = session_version + 1 where user_id = ${person.id}`;
    expect(await status(value)).toBe(307);

    const third = await under.signedIn(person);
    const live = (await cookieOf(third))?.value ?? "";
    expect(await status(live)).toBe(200);
    const flipped = live.slice(0, -2) + (live.endsWith("AA") ? "BB" : "AA");
    expect([await status(flipped), await status("v1.AAAA"), await status("")]).toEqual([307, 307, 307]);
    await under.sql`update users set blocked = true where id = ${person.id}`;
    expect(await status(live)).toBe(307);
    const refused = await fetch(`${under.url}/key/list`, {
      headers: { cookie: `shin.session=${live}`, "x-csrf-token": "x" },
    });
    expect(refused.status).toBe(401);
  });

  it("does not let another site act with a session's cookie", async () => {
    const person = await under.person("admin");
    const page = await under.signedIn(person);
    const cookie = `shin.session=${(await cookieOf(page))?.value}`;
    const { csrf } = await page.evaluate(() => fetch("/ui/session").then((answer) => answer.json()));
    const generate = (headers: Record<string, string>) =>
      fetch(`${under.url}/key/generate`, {
        method: "POST",
        body: "{}",
        headers: { cookie, "content-type": "application/json", ...headers },
      }).then((answer) => answer.status);
    const own = { origin: under.url, "x-csrf-token": csrf };
    const before = await under.api("GET", "/key/list");
    expect(await generate({ origin: under.url })).toBe(401);
    expect(await generate({ ...own, "x-csrf-token": "guessed" })).toBe(403);
    expect(await generate({ ...own, origin: "https://evil.example" })).toBe(403);
    expect(await generate({ ...own, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await generate({ ...own, "content-type": "text/plain" })).toBe(415);
    expect((await under.api("GET", "/key/list"))["total_count"]).toBe(before["total_count"]);
    expect(await generate(own)).toBe(200);
    // A session is no key: it calls no model.
    const call = await fetch(`${under.url}/v1/chat/completions`, {
      method: "POST",
      body: "{}",
      headers: { cookie, "content-type": "application/json", ...own },
    });
    expect(call.status).toBe(401);
    const login = await post(person.email, PASSWORD, {}, { origin: "https://evil.example" });
    expect(login.answer.status).toBe(403);
  });

  it("keeps next-auth's side doors shut", async () => {
    const ask = (method: string, path: string) =>
      fetch(`${under.url}/api/auth/${path}`, { method, redirect: "manual" }).then((answer) => answer.status);
    expect(await ask("POST", "_log")).toBe(404);
    expect(await ask("GET", "callback/credentials")).toBe(405);
    expect(await ask("GET", "signin?callbackUrl=javascript:1")).toBe(400);
    const bearer = await fetch(`${under.url}/api/auth/session`, { headers: { authorization: "Bearer %" } });
    expect([bearer.status, await bearer.json()]).toEqual([200, {}]);
  });

  it("asks for the second factor once it is on, takes each code once, and a recovery code once", async () => {
    const person = await under.person("finance");
    const page = await under.signedIn(person);
    await page.goto(`${under.url}/ui/account`);
    await page.getByRole("button", { name: "Turn on" }).click();
    const secret = await page.locator("form code").first().textContent();
    const totp = new TOTP({ secret: Secret.fromBase32(secret ?? "") });
    await page.getByLabel("Code it shows").fill(totp.generate());
    await page.getByRole("button", { name: "Confirm" }).click();
    const recovery =
      (await page
        .locator("ul li")
        .filter({ hasText: /^[0-9a-f]{4}-/ })
        .first()
        .textContent()) ?? "";
    const used = totp.generate();

    const { page: next } = await under.window();
    await signIn(next, under.url, person.email, PASSWORD);
    await next.getByLabel("Code").fill(used);
    await next.getByRole("button", { name: "Confirm" }).click();
    await next.getByText("This code does not fit, or was used before").waitFor();
    await next.getByLabel("Code").fill(recovery);
    await next.getByRole("button", { name: "Confirm" }).click();
    await next.waitForURL("**/ui/overview");
    const replay = await post(person.email, PASSWORD, { code: recovery });
    expect(replay.text).toContain("code_wrong");
  });
});

/** The frame around the pages: the palette, a session that ends in a form, many keys at once, kept views, TLS at a proxy. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest, PASSWORD } from "./console.ts";

/** Only connections from here are the proxy's. */
const PROXY = "127.0.0.2";

describe.skipIf(services.chromium === null)("the frame", async () => {
  const under =
    services.chromium === null
      ? null
      : await openConsoleUnderTest(`general_settings:\n  trusted_proxies: ["${PROXY}"]\n`);
  if (!under) return;
  const admin = await under.person("admin");
  // Signing in takes its time on purpose: once is enough for what one person does.
  let adminPage: Promise<Page> | null = null;
  const adminsWindow = () => {
    adminPage ??= under.signedIn(admin);
    return adminPage;
  };
  const newKey = (key_alias: string) => under.api("POST", "/key/generate", { key_alias, user_id: null });

  it("finds a key by its pasted secret, of which only the hash is sent, and goes there by keyboard", async () => {
    const made = await newKey("found-by-secret");
    const page = await adminsWindow();
    const sent: string[] = [];
    page.on("request", (one) => sent.push(`${one.url()} ${one.postData() ?? ""}`));
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill(`Bearer ${made["key"]}`);
    await page.getByText("only its SHA-256 leaves the browser").waitFor();
    await page.getByRole("option", { name: "found-by-secret" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "found-by-secret" }).waitFor();
    expect(sent.some((one) => one.includes("/console/search"))).toBe(true);
    expect(sent.join("\n")).not.toContain(String(made["key"]).slice(3, 30));
    // What was opened is there again, what was typed is not; two keys lead on.
    await page.keyboard.press("Control+k");
    await page.getByRole("option", { name: "found-by-secret" }).waitFor();
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(stored).not.toContain(String(made["key"]).slice(3, 30));
    await page.keyboard.press("Escape");
    await page.keyboard.type("gb");
    await page.waitForURL("**/ui/budgets");
  });

  it("signs in where one is when the session ends in a form, and sends it; nobody else may", async () => {
    const [person, other] = [await under.person("admin"), await under.person("admin")];
    const page = await under.signedIn(person);
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    await page.keyboard.type("ck");
    await page.getByRole("dialog").getByLabel("Name").fill("half-typed");
    await under.sql`update console_sessions set ended_at = now() where user_id = ${person.id}`;
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog", { name: "Sign in to go on" });
    await dialog.getByLabel("Password").fill("not it");
    await dialog.getByRole("button", { name: "Sign in and send" }).click();
    await dialog.getByText("E-mail or password is wrong.").waitFor();
    // Somebody else signs in in another tab of the same browser.
    await page.evaluate(
      async ([email, password]) => {
        const { csrfToken } = await (await fetch("/api/auth/csrf")).json();
        const body = new URLSearchParams({
          csrfToken,
          email: email ?? "",
          password: password ?? "",
          json: "true",
        });
        await fetch("/api/auth/callback/credentials", { method: "POST", body });
        window.dispatchEvent(new Event("focus"));
      },
      [other.email, PASSWORD],
    );
    await dialog.getByText(`${other.email} is signed in in this browser now`).waitFor();
    const made = under.sql`select count(*)::int as n from virtual_keys where alias = 'half-typed'`;
    expect(await made).toEqual([{ n: 0 }]);
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in and send" }).click();
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
    const [row] = await under.sql`select created_by from virtual_keys where alias = 'half-typed'`;
    expect(row).toEqual({ created_by: person.id });
  });

  it("says that the connection is lost, and recovers by itself", async () => {
    const page = await adminsWindow();
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    await page.context().setOffline(true);
    await page.getByText(/Connection lost, trying again in \d s\. Nothing you typed is lost\./).waitFor();
    await page.context().setOffline(false);
    await page.getByText(/Connection lost, trying/).waitFor({ state: "detached" });
  });

  it("tells the second of two who edit one key what the first changed", async () => {
    const made = await newKey("edited-by-two");
    const page = await adminsWindow();
    await page.goto(`${under.url}/ui/keys/${made["key_id"]}`, { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Requests a minute").fill("60");
    await under.api("POST", "/key/update", { key: made["key_id"], tpm_limit: 900 });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("changed this key while you had it open").waitFor();
    await page.getByText("tpm limit: none → 900").waitFor();
    await page.getByRole("button", { name: "Save mine all the same" }).click();
    await page.getByText("“edited-by-two” is changed").waitFor();
    const [row] =
      await under.sql`select rpm_limit, tpm_limit from virtual_keys where alias = 'edited-by-two'`;
    expect(row).toEqual({ rpm_limit: 60n, tpm_limit: 900n });
  });

  it("disables many keys at once and brings them back; columns and views are kept", async () => {
    for (const name of ["many-1", "many-2"]) await newKey(name);
    const page = await adminsWindow();
    await page.goto(`${under.url}/ui/keys?q=many-`, { waitUntil: "networkidle" });
    await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByRole("button", { name: "Disable 2 keys" }).click();
    await page.getByText("2 keys disabled").waitFor();
    const blocked = () => under.sql`select blocked from virtual_keys where alias like 'many-%'`;
    expect(await blocked()).toEqual([{ blocked: true }, { blocked: true }]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("All as it was before").waitFor();
    expect(await blocked()).toEqual([{ blocked: false }, { blocked: false }]);
    await page.getByRole("button", { name: "Columns and rows" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Owner" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("columnheader", { name: "Owner" }).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: "Save this view…" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Many");
    await page.getByRole("button", { name: "Save view" }).click();
    await page.getByRole("button", { name: "Many", exact: true }).waitFor();
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    expect(await page.getByRole("columnheader", { name: "Owner" }).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: "Many" }).click();
    await page.waitForURL("**/ui/keys?q=many-");
  });

  it("behind a proxy that ends TLS sets __Host- cookies that are Secure, and HSTS; to anybody else it does not", async () => {
    const secure = { "x-forwarded-proto": "https", "x-forwarded-host": "console.example" };
    const page = await ask(`${under.url}/ui/sign-in`, PROXY, secure);
    expect(page.headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
    expect(page.headers["content-security-policy"]).toContain("upgrade-insecure-requests");
    const claimed = await ask(`${under.url}/ui/sign-in`, "127.0.0.1", secure);
    expect(claimed.headers["strict-transport-security"]).toBeUndefined();

    const csrf = await ask(`${under.url}/api/auth/csrf`, PROXY, secure);
    const cookie = cookiesOf(csrf).map((one) => one.split(";")[0]);
    const { csrfToken } = JSON.parse(csrf.body);
    const form = { csrfToken, email: admin.email, password: PASSWORD, json: "true" };
    const answer = await ask(
      `${under.url}/api/auth/callback/credentials`,
      PROXY,
      {
        ...secure,
        origin: "https://console.example",
        cookie: cookie.join("; "),
        "content-type": "application/x-www-form-urlencoded",
      },
      new URLSearchParams(form).toString(),
    );
    expect(answer.status).toBe(200);
    const all = [...cookiesOf(csrf), ...cookiesOf(answer)].filter((one) => !/=;/.test(one));
    const session = all.find((one) => one.startsWith("__Host-shin.session="));
    expect(session).toMatch(/; HttpOnly/i);
    expect(session).toMatch(/; SameSite=Lax/i);
    for (const one of all) {
      expect(one).toMatch(/^__Host-/);
      expect(one).toMatch(/; Secure/i);
      expect(one).toMatch(/; Path=\/(;|$)/i);
      expect(one).not.toMatch(/domain=/i);
    }
    // It opens the console through the proxy, and is worth nothing on a plain connection.
    const opens = { ...secure, cookie: session?.split(";")[0] ?? "" };
    expect((await ask(`${under.url}/ui/session`, PROXY, opens)).status).toBe(200);
    expect((await ask(`${under.url}/ui/session`, "127.0.0.1", opens)).status).toBe(401);
  });
});

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** @param from the address that the connection comes from */
async function ask(
  url: string,
  from: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answered> {
  const outgoing = request(url, { localAddress: from, method: body === undefined ? "GET" : "POST", headers });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: text };
}

function cookiesOf({ headers }: Answered): string[] {
  return headers["set-cookie"] ?? [];
}

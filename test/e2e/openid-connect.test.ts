/** Signing in through a real OpenID Connect provider: roles come from its claim, and lose their power when it takes them away. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#lib/node/embedded-postgres-connection.ts";
import { services } from "#test/helpers/services.ts";
import { openConsoleUnderTest } from "./console.ts";
import { hostileProvider, type Lie } from "./hostile-provider.ts";

const CLIENT_SECRET = "a secret of the client";

/** What the provider says of each person; tests change it. */
const claims = new Map<string, Record<string, unknown>>([
  [
    "pat",
    { email: "pat@example.com", email_verified: true, name: "Pat Platform", groups: ["staff", "platform"] },
  ],
  ["mal", { email: "admin1@example.com", email_verified: false, groups: ["platform"] }],
  ["kim", { email: "kim@example.com", email_verified: true, name: "Kim", groups: ["platform"] }],
  ["lee", { email: "lee@example.com", email_verified: true, groups: ["somebody"] }],
]);

/** Set while the provider lies. */
let hostile: ReturnType<typeof hostileProvider> | null = null;

async function openProvider(redirectUri: string): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "shin", client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...claims.get(sub) }),
    }),
  });
  const honest = provider.callback();
  server.on("request", (incoming, outgoing) => {
    if (!hostile?.answer(incoming, outgoing)) honest(incoming, outgoing);
  });
  afterAll(() => void server.close());
  return issuer;
}

/** At the provider: who one is, and that it may say so. */
async function logIn(page: Page, sub: string): Promise<void> {
  await page.locator("input[name=login]").fill(sub);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
}

describe.skipIf(services.chromium === null)("OpenID Connect", async () => {
  if (services.chromium === null) return;
  const port = await freePort();
  const issuer = await openProvider(`http://127.0.0.1:${port}/api/auth/callback/oidc`);
  const under = await openConsoleUnderTest("", {
    PORT: String(port),
    SHIN_OIDC_ISSUER: issuer,
    SHIN_OIDC_CLIENT_ID: "shin",
    SHIN_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    SHIN_OIDC_NAME: "Continue with Example",
    SHIN_OIDC_ROLE_CLAIM: "groups",
    SHIN_OIDC_ROLES: "platform=admin,books=finance",
  });
  await under.person("admin");

  /** Goes to the provider and back as this person. */
  const enter = async (sub: string) => {
    const { page } = await under.window();
    await page.goto(`${under.url}/ui/sign-in`);
    await page.getByRole("button", { name: "Continue with Example" }).click();
    await logIn(page, sub);
    await page.waitForURL(`${under.url}/ui/**`);
    return page;
  };

  it("makes the person at the first visit, with the role of the claim", async () => {
    const page = await enter("pat");
    await page.waitForURL("**/ui/overview");
    await page.getByRole("button", { name: "Account of Pat Platform" }).waitFor();
    const [user] = await under.sql<
      { role: string }[]
    >`select role from users where email = 'pat@example.com'`;
    expect(user?.role).toBe("proxy_admin");
  });

  it("signs in again in a window of its own when the session ends in a form, and sends what was typed", {
    timeout: 60_000,
  }, async () => {
    const page = await enter("kim");
    await page.goto(`${under.url}/ui/keys`, { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Create key" }).first().click();
    const form = page.getByRole("dialog", { name: "Create a key" });
    await form.getByLabel("Name").fill("half-typed");
    await form.getByLabel("Requests a minute").fill("77");
    await under.sql`update console_sessions set ended_at = now()
      where user_id = (select id from users where email = 'kim@example.com')`;
    await form.getByRole("button", { name: "Create key" }).click();
    const again = page.getByRole("dialog", { name: "Sign in to go on" });
    // Nobody without a password is asked for one.
    expect(await again.getByLabel("Password").count()).toBe(0);
    // The provider has forgotten this browser.
    await page.context().clearCookies({ name: /^_/ });
    const coming = page.context().waitForEvent("page");
    await again.getByRole("button", { name: "Continue with Example" }).click();
    const window = await coming;
    const closed = window.waitForEvent("close");
    await logIn(window, "kim");
    await closed;
    await page.getByRole("dialog", { name: "Your new key" }).waitFor();
    const rows = await under.sql`select k.rpm_limit::int as rpm, u.email from virtual_keys k
      join users u on u.id = k.created_by where k.alias = 'half-typed'`;
    expect([...rows]).toEqual([{ rpm: 77, email: "kim@example.com" }]);
  });

  it("gives somebody without a group of ours the least", async () => {
    const page = await enter("lee");
    await page.waitForURL("**/ui/overview");
    expect((await page.request.get(`${under.url}/ui/logs`)).status()).toBe(200);
    const [user] = await under.sql<
      { role: string }[]
    >`select role from users where email = 'lee@example.com'`;
    expect(user?.role).toBe("internal_user");
  });

  it("ends earlier sessions when the claim says less", async () => {
    const before = await enter("pat");
    claims.set("pat", { ...claims.get("pat"), groups: ["books"] });
    const after = await enter("pat");
    const status = async (page: typeof before) =>
      (await page.request.get(`${under.url}/ui/keys`, { maxRedirects: 0 })).status();
    expect([await status(before), await status(after)]).toEqual([307, 403]);
  });

  it("does not give an account to whoever claims its address without proof", async () => {
    const page = await enter("mal");
    await page.getByText("This account may not use the console").waitFor();
    const [account] = await under.sql<{ oidc_subject: string | null }[]>`
      select a.oidc_subject from console_accounts a join users u on u.id = a.user_id where u.email = 'admin1@example.com'`;
    expect(account).toEqual({ oidc_subject: null });
  });

  describe("makes no session of a token", () => {
    const liar = hostileProvider(() => issuer, { id: "shin", secret: CLIENT_SECRET });
    beforeAll(() => {
      hostile = liar;
    });
    afterAll(() => {
      hostile = null;
    });
    const nowS = Math.floor(Date.now() / 1000);
    const who = { sub: "liar", email: "liar@example.com", email_verified: true, groups: ["platform"] };
    const signIn = async (lie: Lie, query: Record<string, string> = {}) =>
      liar.comeBack(
        under.url,
        await liar.ask(under.url),
        { ...lie, claims: { ...who, ...lie.claims } },
        query,
      );

    it.each<[string, Lie]>([
      ["without a signature", { signing: "none" }],
      ["signed with the public key as if it were a secret", { signing: "HS256 with the public key" }],
      ["signed with the client's secret", { signing: "HS256 with the client's secret" }],
      ["signed with another key", { signing: "another key" }],
      ["of another issuer", { claims: { iss: "https://evil.example" } }],
      ["for another client", { claims: { aud: "somebody-else" } }],
      ["for two clients, given to the other", { claims: { aud: ["shin", "other"], azp: "other" } }],
      ["that has ended", { claims: { exp: nowS - 3_600 } }],
      ["without an end", { claims: { exp: undefined } }],
      ["for another sign-in", { claims: { nonce: "of-another" } }],
      ["for no sign-in", { claims: { nonce: undefined } }],
      ["about nobody", { claims: { sub: undefined } }],
    ])("%s", async (_name, lie) => {
      expect(await signIn(lie)).toBeNull();
    });

    it("that another browser asked for, or another provider sends", async () => {
      const [mine, theirs] = [await liar.ask(under.url), await liar.ask(under.url)];
      expect(await liar.comeBack(under.url, { ...mine, state: theirs.state }, { claims: who })).toBeNull();
      expect(await liar.comeBack(under.url, { ...mine, cookie: theirs.cookie }, { claims: who })).toBeNull();
      expect(await liar.comeBack(under.url, { ...mine, cookie: "" }, { claims: who })).toBeNull();
      expect(await signIn({}, { iss: "https://evil.example" })).toBeNull();
      // The same road without a lie leads in, so what refused the others is what was said.
      expect(await signIn({})).toMatch(/^shin\.session=/);
    });
  });
});

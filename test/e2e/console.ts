/** A real gateway with its console, a real browser, and people of every role: what the console's tests stand on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll } from "vitest";
import { connect, database } from "#db/client.ts";
import { upsertAccount } from "#db/queries/console-access.ts";
import { connectionOf, type DatabaseTarget } from "#lib/cli/database.ts";
import { newSetUpLink } from "#lib/cli/setup-link.ts";
import { hashPassword } from "#lib/console/password.ts";
import { type Role, USER_ROLE_OF } from "#lib/console/roles.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { openChromium } from "./chromium.ts";

export const MASTER_KEY = "sk-Test-master-key-0123456789-abcdef";
export const PASSWORD = "four unrelated wooden words";

export interface Person {
  readonly id: string;
  readonly email: string;
}

export interface ConsoleUnderTest {
  readonly url: string;
  readonly browser: Browser;
  readonly sql: ReturnType<typeof connect>;
  /** The admin API with the master key. @throws when it refuses */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  setUpLink(): Promise<string>;
  /** Somebody with that role who can sign in with PASSWORD. */
  person(role: Role): Promise<Person>;
  /** A new browser window of its own, signed in as `person`. */
  signedIn(person: Person): Promise<Page>;
  /** A new browser window of its own. */
  window(options?: Parameters<Browser["newContext"]>[0]): Promise<{ context: BrowserContext; page: Page }>;
}

/** @param config config.yaml; without it the demo models answer */
export async function openConsoleUnderTest(
  config = "",
  env: Record<string, string> = {},
): Promise<ConsoleUnderTest> {
  const dataDir = await makeTemporaryFolder();
  const configFile = join(dataDir, "config.yaml");
  await writeFile(configFile, config === "" ? "general_settings: {}\n" : config);
  const gateway = await startGatewayProcess({
    dataDir,
    configFile,
    env: { LITELLM_MASTER_KEY: MASTER_KEY, ...env },
  });
  const target: DatabaseTarget = { databaseUrl: null, dataDir };
  const sql = connect({ target: await connectionOf(target), max: 2, applicationName: "test" });
  // Drizzle changes how its client writes dates and JSON, so it gets one to itself.
  const drizzleSql = connect({ target: await connectionOf(target), max: 2, applicationName: "test" });
  const db = database(drizzleSql);
  const browser = await openChromium();
  afterAll(async () => {
    await browser.close();
    await Promise.all([sql, drizzleSql].map((client) => client.end({ timeout: 1 })));
    gateway.signal("SIGTERM");
    await gateway.ended;
  });
  const { url } = gateway;
  // The console begins with the first request for it, which on a busy machine takes longer than a page may.
  await (await fetch(`${url}/ui/sign-in`)).text();
  let people = 0;
  const under: ConsoleUnderTest = {
    url,
    browser,
    sql,
    async api(method, path, body) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    setUpLink: () => newSetUpLink(target, url, Date.now()),
    async person(role) {
      people += 1;
      const email = `${role}${people}@example.com`;
      const made = await under.api("POST", "/user/new", { user_email: email, auto_create_key: false });
      const id = String(made["user_id"]);
      await sql`update users set role = ${USER_ROLE_OF[role]} where id = ${id}`;
      await upsertAccount(db, id, { passwordHash: await hashPassword(PASSWORD) }, new Date());
      return { id, email };
    },
    async signedIn(person) {
      const { page } = await under.window();
      await signIn(page, url, person.email, PASSWORD);
      await page.waitForURL("**/ui/overview");
      return page;
    },
    async window(options) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      return { context, page };
    },
  };
  return under;
}

/** Fills in the sign-in page and sends it. */
export async function signIn(page: Page, url: string, email: string, password: string): Promise<void> {
  await page.goto(`${url}/ui/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

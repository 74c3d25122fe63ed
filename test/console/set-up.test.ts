/** The first admin: by a link, or by the environment, and by neither once there is one. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkPassword } from "#lib/console/password.ts";
import { setUpLink } from "#lib/node/setup-link.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";

const KEY = "test pseudonym key";
const gateway = await testGateway();
const { options, sql } = gateway.database;
const NOBODY = { secret: null, publicUrl: null, admin: null, oidc: null, mail: null };
const URL = "http://127.0.0.1:4000";

const setUp = (code: string, password = "four unrelated wooden words", email = "ana@example.com") =>
  gateway.call("POST", "/console/setup", { key: null, body: { code, email, password } });

describe("set-up", () => {
  it("prints a link on this machine's address, or on the public one", async () => {
    expect(await setUpLink(options, NOBODY, URL, Date.now(), KEY)).toMatch(
      /^http:\/\/127\.0\.0\.1:4000\/ui\/setup#(\w{4}-){2}\w{4}$/,
    );
    const link = await setUpLink(
      options,
      { ...NOBODY, publicUrl: "https://gw.example.com" },
      URL,
      Date.now(),
      KEY,
    );
    expect(link).toMatch(/^https:\/\/gw\.example\.com\/ui\/setup#/);
  });

  it("keeps the code as a hash, for half an hour", async () => {
    const link = (await setUpLink(options, NOBODY, URL, Date.now() - 31 * 60_000, KEY)) ?? "";
    const code = link.split("#")[1] ?? "";
    const rows = await sql`select * from console_codes`;
    expect(JSON.stringify(rows)).not.toContain(code);
    const late = await setUp(code);
    expect([late.status, late.json.error.param]).toEqual([400, "code"]);
  });

  it("refuses a weak password without using up the link, and is good once", async () => {
    const code = ((await setUpLink(options, NOBODY, URL, Date.now(), KEY)) ?? "").split("#")[1] ?? "";
    const weak = await setUp(code, "short");
    expect([weak.status, weak.json.error.param]).toEqual([400, "password"]);
    const tries = Array.from({ length: 12 }, (_, n) => setUp(n % 2 === 0 ? code : code.toLowerCase()));
    const all = await Promise.all(tries);
    const refused = all.filter(({ status }) => status !== 200);
    expect(refused.length).toBe(11);
    expect(refused.filter(({ status }) => status !== 400 && status !== 429)).toEqual([]);
    const made = all.find(({ status }) => status === 200);
    expect(made?.json.key).toMatch(/^sk-/);
    expect((await gateway.call("GET", "/models", { key: made?.json.key })).status).toBe(200);
    const events = await sql<{ action: string }[]>`select action from audit_events order by seq`;
    expect(events.map(({ action }) => action)).toEqual(["user.create", "key.create"]);
  });

  it("prints nothing more once there is an admin", async () => {
    expect(await setUpLink(options, NOBODY, URL, Date.now(), KEY)).toBeNull();
  });
});

describe("SHIN_ADMIN_EMAIL", async () => {
  const other = await testGateway();
  const folder = await makeTemporaryFolder();
  const passwordFile = path.join(folder, "password");
  const settings = { ...NOBODY, admin: { email: "Ops@Example.com", passwordFile } };

  it("says what is wrong with the file", async () => {
    await expect(setUpLink(other.database.options, settings, URL, Date.now(), KEY)).rejects.toThrow(
      /cannot be read/,
    );
    await writeFile(passwordFile, "short\n");
    await expect(setUpLink(other.database.options, settings, URL, Date.now(), KEY)).rejects.toThrow(
      /at least 12/,
    );
  });

  it("makes the admin, once, and leaves its password alone afterwards", async () => {
    await writeFile(passwordFile, "four unrelated wooden words\n");
    expect(await setUpLink(other.database.options, settings, URL, Date.now(), KEY)).toBeNull();
    await writeFile(passwordFile, "some other words altogether\n");
    expect(await setUpLink(other.database.options, settings, URL, Date.now(), KEY)).toBeNull();
    const rows = await other.database.sql<{ email: string; role: string; password_hash: string }[]>`
      select u.email, u.role, a.password_hash from users u join console_accounts a on a.user_id = u.id`;
    expect(rows.map(({ email, role }) => [email, role])).toEqual([["ops@example.com", "proxy_admin"]]);
    expect(await checkPassword("four unrelated wooden words", rows[0]?.password_hash ?? "")).toBe(true);
  });
});

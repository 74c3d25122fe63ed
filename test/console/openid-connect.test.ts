/** Whose account a profile of an OpenID Connect provider is: nobody gets one by an address that was somebody else's. */
import { expect, test } from "vitest";
import { findAccount } from "#db/queries/console-access.ts";
import { accountOfProfile, type OidcProfile } from "#lib/console/oidc.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const gateway = await testGateway();
const { db } = gateway.runtime.deps;
const provider = {
  issuer: "https://id.example",
  clientId: "shin",
  clientSecret: "secret",
  name: "Example",
  roleClaim: "groups",
  roles: { platform: "admin" },
};
const come = async (profile: OidcProfile, issuer = provider.issuer) =>
  (await accountOfProfile(db, { ...provider, issuer }, profile, null, Date.now()))?.user ?? null;
const rolesOf = (email: string) => gateway.database.sql`select role from users where email = ${email}`;

test("an address that the provider gave to somebody else is not its next owner's way into the account", async () => {
  const email = "boss@example.com";
  const first = await come({ sub: "boss", email, email_verified: true, groups: ["platform"] });
  expect(first?.role).toBe("proxy_admin");
  expect(await come({ sub: "next-owner", email, email_verified: true })).toBeNull();
  expect((await findAccount(db, first?.id ?? ""))?.oidcSubject).toBe("https://id.example#boss");
  expect((await come({ sub: "boss", email, email_verified: true }))?.id).toBe(first?.id);
});

test("another provider, which the operator has moved to, is believed about its addresses", async () => {
  const email = "mover@example.com";
  const first = await come({ sub: "m", email, email_verified: true });
  const moved = await come({ sub: "m-there", email, email_verified: true }, "https://other.example");
  expect(moved?.id).toBe(first?.id);
});

test.each([false, "false"])("nobody is made for an address with email_verified: %j", async (verified) => {
  const email = "squatted@example.com";
  expect(await come({ sub: "squatter", email, email_verified: verified })).toBeNull();
  expect(await rolesOf(email)).toHaveLength(0);
});

test.each([false, undefined, "true", 1])(
  "an account that is here is not given for email_verified: %j",
  async (verified) => {
    const email = `here-${String(verified)}@example.com`;
    await gateway.call("POST", "/user/new", { body: { user_email: email, auto_create_key: false } });
    expect(await come({ sub: email, email, email_verified: verified, groups: ["platform"] })).toBeNull();
    expect([...(await rolesOf(email))]).toEqual([{ role: "internal_user" }]);
  },
);

test("a claim that names a role of ours is nothing where the operator maps groups", async () => {
  const groups = ["admin", "proxy_admin", "constructor", "__proto__"];
  const person = await come({
    sub: "g",
    email: "g@example.com",
    email_verified: true,
    groups,
    roles: ["admin"],
  });
  expect(person?.role).toBe("internal_user");
});

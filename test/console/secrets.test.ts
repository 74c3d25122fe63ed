/** Passwords, sealed texts and second factors of the console. */

import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { checkPassword, hashPassword, passwordFault } from "#lib/console/password.ts";
import { csrfToken, isCsrfToken, seal, unseal } from "#lib/console/seal.ts";
import { cookieValue, sessionIdOf, sessionToken } from "#lib/console/session.ts";
import { hashCode, newRecoveryCodes, newTotpSecret, totpStep } from "#lib/console/totp.ts";

const SECRET = "a secret of the gateway's own, long enough";

describe("a password", () => {
  it("is kept as a salted hash that only it fits", async () => {
    const stored = await hashPassword("four unrelated wooden words");
    expect(stored).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(stored).not.toBe(await hashPassword("four unrelated wooden words"));
    expect(await checkPassword("four unrelated wooden words", stored)).toBe(true);
    expect(await checkPassword("four unrelated wooden word", stored)).toBe(false);
    expect(await checkPassword("anything", null)).toBe(false);
    // What a keyboard composes in two ways is one password.
    expect(
      await checkPassword("cafe\u0301 cafe\u0301 cafe", await hashPassword("caf\u00e9 caf\u00e9 cafe")),
    ).toBe(true);
  });

  it("is refused when it is short, regular, or what everybody tries", () => {
    for (const bad of ["short", "aaaaaaaaaaaaaaaa", "password1234", "ana1234ana12", "x".repeat(300)])
      expect([bad.slice(0, 20), passwordFault(bad, ["ana1234"])]).not.toEqual([bad.slice(0, 20), null]);
    for (const good of ["four unrelated wooden words", "kP9#vLx2!mQz", "correct horse battery staple"])
      expect(passwordFault(good, ["ana"])).toBeNull();
  });
});

describe("a sealed text", () => {
  it("opens with its own secret and purpose, unchanged, and with nothing else", () => {
    const sealed = seal(SECRET, "session", "ses_1");
    expect(unseal(SECRET, "session", sealed)).toBe("ses_1");
    expect(unseal(`${SECRET}!`, "session", sealed)).toBeNull();
    expect(unseal(SECRET, "totp", sealed)).toBeNull();
    for (let at = 3; at < sealed.length; at += 7) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      expect(unseal(SECRET, "session", changed)).toBeNull();
    }
    for (const junk of ["", "v1", "v1.", "v2.AAAA", `v1.${"A".repeat(10_000)}`, "eyJhbGciOiJub25lIn0.e30."])
      expect(unseal(SECRET, "session", junk)).toBeNull();
  });

  it("of a session is no session under another name", () => {
    expect(sessionIdOf(SECRET, sessionToken(SECRET, "ses_1"))).toBe("ses_1");
    expect(sessionIdOf(SECRET, seal(SECRET, "check state", "ses_1"))).toBeNull();
  });

  it("has a CSRF token for each session", () => {
    expect(isCsrfToken(SECRET, "ses_1", csrfToken(SECRET, "ses_1"))).toBe(true);
    for (const sent of [null, "", csrfToken(SECRET, "ses_2"), csrfToken("other", "ses_1")])
      expect(isCsrfToken(SECRET, "ses_1", sent)).toBe(false);
  });
});

describe("cookies", () => {
  it("of one name sent twice are nobody's", () => {
    expect(cookieValue("a=1; shin.session=x; b=2", "shin.session")).toBe("x");
    expect(cookieValue("shin.session=x; shin.session=y", "shin.session")).toBeNull();
    expect(cookieValue("other.shin.session=x", "shin.session")).toBeNull();
    expect(cookieValue(null, "shin.session")).toBeNull();
  });
});

describe("the second factor", () => {
  it("takes a code of now or of the step beside it, and never one again", () => {
    const secret = newTotpSecret();
    const nowMs = Date.UTC(2026, 10, 23, 12);
    const code = (ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms });
    const step = totpStep(secret, code(nowMs), nowMs, null);
    expect(step).toBe(nowMs / 30_000);
    expect(totpStep(secret, code(nowMs), nowMs, step)).toBeNull();
    expect(totpStep(secret, code(nowMs - 30_000), nowMs, null)).toBe(nowMs / 30_000 - 1);
    expect(totpStep(secret, code(nowMs - 120_000), nowMs, null)).toBeNull();
    expect(totpStep(secret, "12345", nowMs, null)).toBeNull();
  });

  it("has ten recovery codes, typed in any way", () => {
    const { codes, hashes } = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    expect(hashes).toEqual(codes.map((code) => hashCode(code.toUpperCase().replaceAll("-", " "))));
  });
});

/** Guessing at what people sign in with: side by side, from many addresses of one network, and from within a stolen session. */
import { Secret, TOTP } from "otpauth";
import { describe, expect, test } from "vitest";
import { findAccount, upsertAccount } from "#db/queries/console-access.ts";
import { hashPassword } from "#lib/console/password.ts";
import { seal } from "#lib/console/seal.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { type SignInDeps, signIn, TOTP_PURPOSE } from "#lib/console/sign-in.ts";
import { newRecoveryCodes, newTotpSecret } from "#lib/console/totp.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";
import { authOptions } from "../../app/api/auth/options.ts";

const PASSWORD = "four unrelated wooden words";
const NOW_MS = Date.UTC(2026, 4, 1, 12, 0, 10);
const at = { now: () => NOW_MS, monotonic: () => 0 };
const gateway = await testGateway({
  clock: at,
  yaml: "general_settings:\n  throttle: { sign_in: 3/1m, sign_in_account: 1000/1m, second_factor: 3/1h }\n",
});
const { deps } = gateway.runtime;
const secret = consoleSecret(deps.policy().config, deps.pseudonymKey);
const passwordHash = await hashPassword(PASSWORD);
const from = { ip: "192.0.2.1", userAgent: null };
/** The account's own rules, without the address's. */
const open: SignInDeps = { db: deps.db, consoleSecret: secret, nowMs: () => NOW_MS, throttle: null };

async function withSecondFactor(id: string) {
  const person = await signedInAs(gateway, "developer", id);
  const totpSecret = newTotpSecret();
  const { codes, hashes } = newRecoveryCodes();
  const totpSealed = seal(secret, TOTP_PURPOSE, totpSecret);
  const now = new Date(NOW_MS);
  await upsertAccount(
    deps.db,
    id,
    { passwordHash, totpSealed, totpConfirmedAt: now, recoveryHashes: [...hashes] },
    now,
  );
  const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) });
  return {
    person,
    email: `${id}@example.com`,
    recovery: codes[0] ?? "",
    codeAt: (offsetMs: number) => totp.generate({ timestamp: NOW_MS + offsetMs }),
  };
}

const kinds = async (tries: readonly Promise<{ kind: string }>[]) =>
  (await Promise.all(tries)).map(({ kind }) => kind).sort();

describe("a second factor", () => {
  test("lets in one of two who come with the same code, or the same recovery code, at once", async () => {
    const { codeAt, email, recovery } = await withSecondFactor("twice");
    for (const code of [codeAt(0), recovery])
      expect(await kinds([1, 2].map(() => signIn(open, { email, password: PASSWORD, code }, from)))).toEqual([
        "code_wrong",
        "ok",
      ]);
  });

  test.each([
    [-60_000, "code_wrong"],
    [-30_000, "ok"],
    [0, "ok"],
    [30_000, "ok"],
    [60_000, "code_wrong"],
  ])("of a clock %i ms off: %s", async (offsetMs, kind) => {
    const { codeAt, email } = await withSecondFactor(`clock${offsetMs}`);
    const code = codeAt(offsetMs);
    expect((await signIn(open, { email, password: PASSWORD, code }, from)).kind).toBe(kind);
  });

  test("is tried a few times an hour, however many try at once and wherever they come from", async () => {
    const { codeAt, email } = await withSecondFactor("guessed");
    const wrong = codeAt(900_000);
    const throttle: SignInDeps["throttle"] = async (policy, who) =>
      policy !== "second_factor" || (await deps.throttle.take(policy, who)).allowed;
    const tries = Array.from({ length: 6 }, (_, i) =>
      signIn(
        { ...open, throttle },
        { email, password: PASSWORD, code: wrong },
        { ...from, ip: `192.0.2.${i}` },
      ),
    );
    expect(await kinds(tries)).toEqual([...Array(3).fill("code_wrong"), ...Array(3).fill("too_many")]);
    const right = { email, password: PASSWORD, code: codeAt(0) };
    expect((await signIn({ ...open, throttle }, right, from)).kind).toBe("too_many");
  });
});

test("all addresses of one IPv6 network together have one address's tries", async () => {
  const said: string[] = [];
  for (let i = 1; i <= 5; i++) {
    const [credentials] = authOptions(deps, { ip: `2001:db8:1:2::${i}`, userAgent: null }, false).providers;
    const given = { email: `nobody${i}@example.com`, password: "wrong", code: "" };
    await credentials?.options?.["authorize"](given).catch((error: Error) => said.push(error.message));
  }
  expect(said).toEqual(["wrong", "wrong", "wrong", "too_many", "too_many"]);
});

describe("within somebody else's session", () => {
  test("a code that was seen makes no new recovery codes", async () => {
    const { codeAt, person } = await withSecondFactor("shoulder");
    const before = (await findAccount(deps.db, "shoulder"))?.recoveryHashes;
    expect((await person.call("POST", "/console/totp/confirm", { code: codeAt(0) })).status).toBe(409);
    expect((await findAccount(deps.db, "shoulder"))?.recoveryHashes).toEqual(before);
  });

  test("the password is guessed no faster than at the door, whichever way", async () => {
    const strict = await testGateway({
      clock: at,
      yaml: "general_settings:\n  throttle: { sign_in_account: 3/1m }\n",
    });
    const person = await signedInAs(strict, "developer", "stolen");
    const ways = [
      ["/console/totp/remove", { password: "a guess" }],
      ["/console/password", { current_password: "a guess", new_password: "another few wooden words" }],
      ["/console/totp/confirm", { code: "000000" }],
    ] as const;
    const statuses: number[] = [];
    for (const [path, body] of [...ways, ...ways])
      statuses.push((await person.call("POST", path, body)).status);
    expect(statuses).toEqual([400, 400, 400, 429, 429, 429]);
  });
});

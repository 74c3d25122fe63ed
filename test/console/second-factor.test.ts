/** AC-35: a code is good for one step and one use, and guessing them ends in waiting. */
import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { upsertAccount } from "#db/queries/console-access.ts";
import { hashPassword } from "#lib/console/password.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { signIn } from "#lib/console/sign-in.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";

const STEP_MS = 30_000;
const clock = manualClock(Date.UTC(2026, 10, 23, 12));
const gateway = await testGateway({ clock });
const { deps } = gateway.runtime;
const password = "four unrelated wooden words";

/** Somebody whose second factor is on. @returns signs in with a code, from an address of their own */
async function personWithFactor(name: string) {
  const person = await signedInAs(gateway, "finance", name);
  const { secret } = (await person.call("POST", "/console/totp/begin", {})).json;
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (offsetMs = 0) => totp.generate({ timestamp: clock.now() + offsetMs });
  const confirmed = await person.call("POST", "/console/totp/confirm", { code: code() });
  expect(confirmed.status, confirmed.text).toBe(200);
  await upsertAccount(deps.db, name, { passwordHash: await hashPassword(password) }, new Date(clock.now()));
  // What was confirmed with is of this step.
  clock.advance(10 * STEP_MS);
  const given = {
    db: deps.db,
    consoleSecret: consoleSecret(deps.policy().config, deps.pseudonymKey),
    nowMs: () => clock.now(),
    throttle: async (policy: "sign_in" | "sign_in_account", who: string) =>
      (await deps.throttle.take(policy, who)).allowed,
  };
  const enter = async (typed: string) =>
    (
      await signIn(
        given,
        { email: `${name}@example.com`, password, code: typed },
        { ip: name, userAgent: null },
      )
    ).kind;
  return { code, enter };
}

test("AC-35: the same code twice, the one before after the one of now, and both at once: each step is good once", async () => {
  const { code, enter } = await personWithFactor("ann");
  expect(await enter(code())).toBe("ok");
  expect(await enter(code())).toBe("code_wrong");
  expect(await enter(code(-STEP_MS))).toBe("code_wrong");
  clock.advance(120_000);
  const both = await Promise.all([enter(code()), enter(code())]);
  expect(both.sort()).toEqual(["code_wrong", "ok"]);
});

test("AC-35: a telephone that is 31 seconds off signs in, one that is two minutes off does not", async () => {
  for (const [name, offMs, kind] of [
    ["fast", 31_000, "ok"],
    ["slow", -31_000, "ok"],
    ["far-ahead", 120_000, "code_wrong"],
    ["far-behind", -120_000, "code_wrong"],
  ] as const) {
    const { code, enter } = await personWithFactor(name);
    // In the middle of a step, so that 31 seconds are the step beside it.
    clock.set(Math.floor(clock.now() / STEP_MS) * STEP_MS + 10_000);
    expect([name, await enter(code(offMs))]).toEqual([name, kind]);
  }
});

test("AC-35: five tries, then a wait that the right code does not shorten", async () => {
  const { code, enter } = await personWithFactor("eve");
  const near = new Set([code(-STEP_MS), code(), code(STEP_MS)]);
  const wrong = ["000000", "111111", "222222", "333333"].find((one) => !near.has(one)) ?? "";
  const tries: string[] = [];
  for (let n = 0; n < 10; n += 1) tries.push(await enter(wrong));
  expect(tries).toEqual([...Array(5).fill("code_wrong"), ...Array(5).fill("too_many")]);
  expect(await enter(code())).toBe("too_many");
  clock.advance(61_000);
  expect(await enter(code())).toBe("ok");
});

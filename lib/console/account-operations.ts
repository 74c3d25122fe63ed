/** What people change about their own access: password, second factor, sessions. */
import type { Db, Tx } from "#db/client.ts";
import { endSessionsOf, findAccount, takeTotpStep, upsertAccount } from "#db/queries/console-access.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { GatewayError } from "../errors.ts";
import { checkPassword, hashPassword, passwordFault } from "./password.ts";
import { seal, unseal } from "./seal.ts";
import { TOTP_PURPOSE } from "./sign-in.ts";
import { newRecoveryCodes, newTotpSecret, totpStep, totpUri } from "./totp.ts";

export interface AccountDeps {
  readonly db: Db;
  readonly consoleSecret: string;
  readonly nowMs: () => number;
}

/** The person, and the session that asks. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly sessionId: string;
}

/** Ends every other session as well. @throws GatewayError invalid_request */
export async function changePassword(
  deps: AccountDeps,
  person: Person,
  actor: Actor,
  given: { readonly current: string; readonly next: string },
): Promise<void> {
  const account = await findAccount(deps.db, person.userId);
  if (!(await checkPassword(given.current, account?.passwordHash ?? null)))
    throw new GatewayError("invalid_request", "The current password is wrong.", {
      param: "current_password",
    });
  const fault = passwordFault(given.next, [person.email.split("@")[0] ?? ""]);
  if (fault) throw new GatewayError("invalid_request", fault, { param: "new_password" });
  const passwordHash = await hashPassword(given.next);
  await changed(deps, person, actor, "user.change_password", async (tx, now) => {
    await upsertAccount(tx, person.userId, { passwordHash }, now);
    await endSessionsOf(tx, person.userId, now, person.sessionId);
  });
}

/** A secret for an authenticator app; it counts once {@link confirmTotp} has seen a code. */
export async function beginTotp(deps: AccountDeps, person: Person): Promise<{ secret: string; uri: string }> {
  const account = await findAccount(deps.db, person.userId);
  if (account?.totpConfirmedAt) throw secondFactorIsOn();
  const secret = newTotpSecret();
  const now = new Date(deps.nowMs());
  await upsertAccount(
    deps.db,
    person.userId,
    { totpSealed: seal(deps.consoleSecret, TOTP_PURPOSE, secret) },
    now,
  );
  return { secret, uri: totpUri(secret, person.email) };
}

function secondFactorIsOn(): GatewayError {
  return new GatewayError("conflict", "A second factor is on. Turn it off before you set up another.");
}

/** Turns the second factor on; the recovery codes, shown once. @throws GatewayError invalid_request */
export async function confirmTotp(
  deps: AccountDeps,
  person: Person,
  actor: Actor,
  code: string,
): Promise<readonly string[]> {
  const account = await findAccount(deps.db, person.userId);
  // A code that somebody saw must not be good for new recovery codes.
  if (account?.totpConfirmedAt) throw secondFactorIsOn();
  const secret = account?.totpSealed ? unseal(deps.consoleSecret, TOTP_PURPOSE, account.totpSealed) : null;
  const step = secret === null ? null : totpStep(secret, code.replace(/\s/g, ""), deps.nowMs(), null);
  if (step === null)
    throw new GatewayError(
      "invalid_request",
      "This code does not fit. Check the phone's clock and try the next one.",
      {
        param: "code",
      },
    );
  const { codes, hashes } = newRecoveryCodes();
  await changed(deps, person, actor, "user.second_factor_on", async (tx, now) => {
    await upsertAccount(tx, person.userId, { totpConfirmedAt: now, recoveryHashes: [...hashes] }, now);
    await takeTotpStep(tx, person.userId, step);
  });
  return codes;
}

/** Turns the second factor off. @throws GatewayError invalid_request without the right password */
export async function removeTotp(
  deps: AccountDeps,
  person: Person,
  actor: Actor,
  password: string,
): Promise<void> {
  const account = await findAccount(deps.db, person.userId);
  if (!(await checkPassword(password, account?.passwordHash ?? null)))
    throw new GatewayError("invalid_request", "The password is wrong.", { param: "password" });
  await changed(deps, person, actor, "user.second_factor_off", (tx, now) =>
    upsertAccount(
      tx,
      person.userId,
      { totpSealed: null, totpConfirmedAt: null, totpLastStep: null, recoveryHashes: [] },
      now,
    ),
  );
}

/** Ends every session but the one that asks; how many there were. */
export async function endOtherSessions(deps: AccountDeps, person: Person, actor: Actor): Promise<number> {
  let ended = 0;
  await changed(deps, person, actor, "user.end_sessions", async (tx, now) => {
    ended = await endSessionsOf(tx, person.userId, now, person.sessionId);
  });
  return ended;
}

async function changed(
  deps: AccountDeps,
  person: Person,
  actor: Actor,
  action: string,
  work: (tx: Tx, now: Date) => Promise<unknown>,
): Promise<void> {
  const nowMs = deps.nowMs();
  await deps.db.transaction(async (tx) => {
    await work(tx, new Date(nowMs));
    await writeAudit(tx, actor, nowMs, {
      action,
      target: { kind: "user", id: person.userId },
      before: null,
      after: null,
    });
  });
}

/** Signing in with address, password and second factor. Whatever is wrong, it takes as long and says as little. */
import type { Db } from "#db/client.ts";
import {
  type AccountOwner,
  findAccountByEmail,
  takeRecoveryCode,
  takeTotpStep,
  upsertAccount,
} from "#db/queries/console-access.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { checkPassword } from "./password.ts";
import { unseal } from "./seal.ts";
import { beginSession } from "./session.ts";
import { hashCode, totpStep } from "./totp.ts";

export const TOTP_PURPOSE = "totp";

export interface SignInDeps {
  readonly db: Db;
  readonly consoleSecret: string;
  readonly nowMs: () => number;
  /** Counts an attempt; what it rejects with ends the sign-in. Null: there is no throttle. */
  readonly throttle:
    | ((policy: "sign_in" | "sign_in_account" | "second_factor", who: string) => Promise<boolean>)
    | null;
}

export interface From {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export type SignedIn =
  | { readonly kind: "ok"; readonly sessionId: string; readonly userId: string; readonly email: string }
  | { readonly kind: "wrong" | "code_required" | "code_wrong" | "too_many" };

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Six digits or a recovery code; empty before the person was asked for one. */
  readonly code: string;
}

/** Checks the credentials and begins a session. */
export async function signIn(deps: SignInDeps, given: Credentials, from: From): Promise<SignedIn> {
  const { db, throttle } = deps;
  const email = given.email.trim().toLowerCase().slice(0, 320);
  if (throttle) {
    const allowed =
      (await throttle("sign_in", from.ip ?? "unknown")) && (await throttle("sign_in_account", email));
    if (!allowed) return { kind: "too_many" };
  }
  const owner = await findAccountByEmail(db, email);
  const right = await checkPassword(given.password, owner?.account.passwordHash ?? null);
  if (!owner || !right || owner.user.blocked) {
    if (owner) await tell(deps, owner, from, "session.refused", "denied");
    return { kind: "wrong" };
  }
  if (owner.account.totpConfirmedAt !== null) {
    if (given.code.trim() === "") return { kind: "code_required" };
    if (throttle && !(await throttle("second_factor", email))) return { kind: "too_many" };
    if (!(await secondFactor(deps, owner, given.code.trim()))) {
      await tell(deps, owner, from, "session.refused", "denied");
      return { kind: "code_wrong" };
    }
  }
  return begin(deps, owner, from);
}

/** Begins the session of somebody whose identity is proven. */
export async function begin(deps: SignInDeps, owner: AccountOwner, from: From): Promise<SignedIn> {
  const nowMs = deps.nowMs();
  const sessionId = await beginSession(deps.db, owner.account, from, nowMs);
  await upsertAccount(deps.db, owner.user.id, { lastSignedInAt: new Date(nowMs) }, new Date(nowMs));
  await tell(deps, owner, from, "session.begin", "ok");
  return { kind: "ok", sessionId, userId: owner.user.id, email: owner.user.email ?? owner.user.id };
}

async function secondFactor({ db, consoleSecret, nowMs }: SignInDeps, owner: AccountOwner, code: string) {
  const { account } = owner;
  const secret = account.totpSealed === null ? null : unseal(consoleSecret, TOTP_PURPOSE, account.totpSealed);
  const step =
    secret === null ? null : totpStep(secret, code.replace(/\s/g, ""), nowMs(), account.totpLastStep);
  if (step !== null) return takeTotpStep(db, account.userId, step);
  return takeRecoveryCode(db, account.userId, hashCode(code));
}

async function tell(
  deps: SignInDeps,
  { user }: AccountOwner,
  from: From,
  action: "session.begin" | "session.refused",
  outcome: "ok" | "denied",
): Promise<void> {
  const actor: Actor = { kind: "user", id: user.id, claimedBy: null, ip: from.ip, requestId: null };
  await deps.db.transaction((tx) =>
    writeAudit(tx, actor, deps.nowMs(), {
      action,
      target: { kind: "user", id: user.id },
      before: null,
      after: null,
      outcome,
    }),
  );
}

/** One-use links by which people get in: new ones by invitation, others when they lost their password. */
import { randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import {
  endSessionsOf,
  findAccount,
  insertCode,
  takeCode,
  upsertAccount,
} from "#db/queries/console-access.ts";
import { consoleCodes } from "#db/schema/console.ts";
import { users } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { createUser } from "#lib/people/user-operations.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { hashPassword, passwordFault } from "./password.ts";
import { type Role, USER_ROLE_OF } from "./roles.ts";
import { hashCode } from "./totp.ts";

export const INVITATION_MS = 72 * 3_600_000;
const KIND = "invitation";

export interface Invited {
  readonly userId: string;
  readonly email: string;
  /** Shown once; its hash alone is kept. */
  readonly code: string;
  readonly expiresAtMs: number;
}

export interface InvitationGiven {
  readonly email: string;
  readonly role: Role;
  readonly name: string | null;
  readonly teamId: string | null;
}

/** Makes a person with a role, and the link to a password of their own. @throws GatewayError invalid_request for somebody who is here already */
export async function invite(operations: Operations, actor: Actor, given: InvitationGiven): Promise<Invited> {
  const known = await operations.db.transaction((tx) => userByEmail(tx, given.email));
  if (known)
    throw new GatewayError(
      "invalid_request",
      `${given.email} is here already. Open that person to change the role or to make a new link.`,
      { param: "email" },
    );
  const { row } = await createUser(operations, actor, {
    ...NO_LIMITS_SAID,
    user_email: given.email,
    user_alias: given.name,
    user_role: USER_ROLE_OF[given.role],
    teams: given.teamId === null ? [] : [given.teamId],
    auto_create_key: false,
  });
  // A person without a link is no half-done work: their page makes another one.
  return renewLink(operations, actor, row.id);
}

/** What is undefined is not set; these types want it said. */
const NO_LIMITS_SAID = {
  max_budget: undefined,
  soft_budget: undefined,
  budget_duration: undefined,
  temp_budget_increase: undefined,
  spend: undefined,
  duration: undefined,
};

/** A new link for somebody who is here: a first password, or another one. Links made before end. @throws GatewayError not_found, invalid_request */
export function renewLink(operations: Operations, actor: Actor, userId: string): Promise<Invited> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
    if (!user) throw new GatewayError("not_found", "User not found in database", { param: "user_id" });
    if (user.kind !== "person")
      throw new GatewayError("invalid_request", "Nobody signs in to a service account: make it a key.", {
        param: "user_id",
      });
    if (user.email === null)
      throw new GatewayError(
        "invalid_request",
        "This user has no e-mail address to sign in with: set one first.",
        {
          param: "user_id",
        },
      );
    return { result: await makeLink(tx, actor, userId, user.email, nowMs), changes: [] };
  });
}

/** Sets the password that an invitation is for, and ends what sessions there were. @throws GatewayError invalid_request */
export async function acceptInvitation(
  operations: Operations,
  given: { readonly code: string; readonly password: string },
  from: Pick<Actor, "ip" | "requestId">,
): Promise<{ readonly email: string }> {
  const fault = passwordFault(given.password, []);
  if (fault) throw new GatewayError("invalid_request", fault, { param: "password" });
  // Before the transaction: it takes a while, and no row should be locked for that long.
  const passwordHash = await hashPassword(given.password);
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const now = new Date(nowMs);
    const used = await takeCode(tx, KIND, hashCode(given.code), now);
    const user = used?.email ? await userByEmail(tx, used.email) : null;
    if (!user?.email || user.blocked || user.kind !== "person")
      throw new GatewayError(
        "invalid_request",
        "This link was used, is older than three days, or was replaced by a newer one. Ask an admin for another.",
        { param: "code" },
      );
    const account = await findAccount(tx, user.id);
    await upsertAccount(
      tx,
      user.id,
      { passwordHash, sessionVersion: (account?.sessionVersion ?? 0) + 1 },
      now,
    );
    await endSessionsOf(tx, user.id, now, null);
    const actor: Actor = { kind: "user", id: user.id, claimedBy: null, ...from };
    await writeAudit(tx, actor, nowMs, {
      action: "user.accept_invitation",
      target: { kind: "user", id: user.id },
      before: null,
      after: null,
    });
    return { result: { email: user.email }, changes: [] };
  });
}

async function makeLink(
  tx: Tx,
  actor: Actor,
  userId: string,
  email: string,
  nowMs: number,
): Promise<Invited> {
  const code = randomBytes(24).toString("base64url").replace(/[-_]/g, "x");
  const expiresAtMs = nowMs + INVITATION_MS;
  await tx
    .delete(consoleCodes)
    .where(and(eq(consoleCodes.kind, KIND), eq(consoleCodes.email, email), isNull(consoleCodes.usedAt)));
  await insertCode(tx, {
    codeHash: hashCode(code),
    kind: KIND,
    email,
    createdBy: actor.id,
    createdAt: new Date(nowMs),
    expiresAt: new Date(expiresAtMs),
  });
  await writeAudit(tx, actor, nowMs, {
    action: "user.invite",
    target: { kind: "user", id: userId },
    before: null,
    after: { expiresAt: new Date(expiresAtMs).toISOString() },
  });
  return { userId, email, code, expiresAtMs };
}

async function userByEmail(tx: Tx, email: string) {
  const [row] = await tx.select().from(users).where(sql`lower(${users.email}) = ${email.toLowerCase()}`);
  return row ?? null;
}

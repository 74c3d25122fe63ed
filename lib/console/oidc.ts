/** People who come by OpenID Connect: which user they are, and which role their provider gives them. */
import { eq, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import {
  type AccountOwner,
  findAccount,
  findAccountBySubject,
  upsertAccount,
} from "#db/queries/console-access.ts";
import { users } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { OidcSettings } from "#lib/config/console-environment.ts";
import { newId } from "../ids.ts";
import { ROLES, type Role, USER_ROLE_OF } from "./roles.ts";

export interface OidcProfile {
  readonly sub: string;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly name?: unknown;
  readonly [claim: string]: unknown;
}

/**
 * The account of a profile: found by subject, else by an address that the provider vouches for, else made.
 * Null when the profile names no address, one that the provider says is not verified, or one of somebody who is here
 * already and for whom it does not vouch. An address that the same provider gave to somebody else before is nobody's way
 * in: companies hand addresses on, and the account is not the next owner's.
 */
export async function accountOfProfile(
  db: Db,
  oidc: OidcSettings,
  profile: OidcProfile,
  ip: string | null,
  nowMs: number,
): Promise<AccountOwner | null> {
  const subject = `${oidc.issuer}#${profile.sub}`;
  const role = roleOfClaim(oidc, profile[oidc.roleClaim]);
  const email = typeof profile.email === "string" ? profile.email.toLowerCase() : null;
  await db.transaction(async (tx) => {
    const known = await findAccountBySubject(tx, subject);
    const now = new Date(nowMs);
    const actor: Actor = { kind: "system", id: "openid-connect", claimedBy: null, ip, requestId: null };
    if (known) {
      const next = role === null ? known.user.role : USER_ROLE_OF[role];
      if (next === known.user.role) return;
      await tx.update(users).set({ role: next, updatedAt: now }).where(eq(users.id, known.user.id));
      await upsertAccount(tx, known.user.id, { sessionVersion: known.account.sessionVersion + 1 }, now);
      await writeAudit(tx, actor, nowMs, {
        action: "user.update",
        target: { kind: "user", id: known.user.id },
        before: { role: known.user.role },
        after: { role: next },
      });
      return;
    }
    if (email === null || isDenied(profile.email_verified)) return;
    const [found] = await tx.select().from(users).where(sql`lower(${users.email}) = ${email}`).for("update");
    if (found && (found.kind !== "person" || profile.email_verified !== true)) return;
    const before = found ? ((await findAccount(tx, found.id))?.oidcSubject ?? null) : null;
    if (before?.startsWith(`${oidc.issuer}#`)) return;
    const id = found?.id ?? newId("usr", nowMs);
    const next = role === null ? (found?.role ?? USER_ROLE_OF.developer) : USER_ROLE_OF[role];
    const alias = typeof profile.name === "string" ? profile.name.slice(0, 255) : null;
    if (found) await tx.update(users).set({ role: next, updatedAt: now }).where(eq(users.id, id));
    else await tx.insert(users).values({ id, email, alias, role: next });
    await upsertAccount(tx, id, { oidcSubject: subject }, now);
    await writeAudit(tx, actor, nowMs, {
      action: found ? "user.update" : "user.create",
      target: { kind: "user", id },
      before: found ? { role: found.role, oidcSubject: before } : null,
      after: { email, role: next, oidcSubject: subject },
    });
  });
  const owner = await findAccountBySubject(db, subject);
  return owner && !owner.user.blocked ? owner : null;
}

/** A provider that says nothing of it is believed for people who are new; some write the word as text. */
function isDenied(verified: unknown): boolean {
  return verified === false || verified === "false";
}

/** The highest role that the claim gives; null when it says nothing. */
function roleOfClaim({ roles }: OidcSettings, claim: unknown): Role | null {
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === "string");
  const mapped = Object.keys(roles).length > 0;
  const given = values.map((value) => (mapped ? roles[value] : value));
  return ROLES.find((role) => given.includes(role)) ?? null;
}

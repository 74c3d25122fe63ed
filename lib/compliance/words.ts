/** What people say of checks: they vouch for what cannot be seen, set a check aside for a while, and take either back. */
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { attestations } from "#db/schema/assurance.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { findCheck } from "./catalogue.ts";
import { type Check, DAY_MS } from "./check.ts";

export interface Speaker {
  /** The person whose word it is. */
  readonly userId: string;
  readonly actor: Actor;
}

export interface Said {
  readonly checkId: string;
  readonly statement: string;
  readonly document: string | null;
  readonly validDays: number | null;
}

interface Deps {
  readonly db: Db;
  readonly clock: { now(): number };
}

/** @throws GatewayError not_found */
export function requireCheck(id: string): Check {
  const check = findCheck(id);
  if (check) return check;
  throw new GatewayError("not_found", `There is no check "${id}". GET /compliance lists them.`, {
    param: "check",
  });
}

/** A person vouches for what the gateway cannot see, from now on. @throws GatewayError not_found, invalid_request */
export function attest(deps: Deps, speaker: Speaker, said: Said): Promise<string> {
  const check = requireCheck(said.checkId);
  const { ask } = check;
  if (ask === null)
    throw new GatewayError(
      "invalid_request",
      `${check.title} is looked at by the gateway itself: nobody's word counts. Mend it, or waive it for a while.`,
      { param: "check" },
    );
  if (ask.document && !said.document)
    throw new GatewayError("invalid_request", "document must say where the proof is", { param: "document" });
  if (said.validDays !== null && said.validDays > ask.days)
    throw new GatewayError("invalid_request", `valid_days must be ${ask.days} or less for this check`, {
      param: "valid_days",
    });
  return keep(deps, speaker, "attestation", { ...said, validDays: said.validDays ?? ask.days });
}

/** Sets a check aside until a day. @throws GatewayError not_found */
export function waive(
  deps: Deps,
  speaker: Speaker,
  said: Said & { readonly validDays: number },
): Promise<string> {
  requireCheck(said.checkId);
  return keep(deps, speaker, "waiver", said);
}

function keep(
  { clock, db }: Deps,
  { actor, userId }: Speaker,
  kind: "attestation" | "waiver",
  said: Said & { readonly validDays: number },
): Promise<string> {
  const nowMs = clock.now();
  const row = {
    id: newId("att", nowMs),
    checkId: said.checkId,
    kind,
    statement: said.statement,
    document: said.document,
    byUser: userId,
    // The gateway's own clock: nobody vouches for yesterday.
    at: new Date(nowMs),
    expiresAt: new Date(nowMs + said.validDays * DAY_MS),
  };
  return db.transaction(async (tx) => {
    await tx.insert(attestations).values(row);
    await writeAudit(tx, actor, nowMs, {
      action: kind === "attestation" ? "compliance.attest" : "compliance.waive",
      target: { kind: "check", id: said.checkId },
      before: null,
      after: row,
      reason: said.statement,
    });
    return row.id;
  });
}

/** Takes a word back. @returns the check it was about @throws GatewayError not_found */
export function withdraw({ clock, db }: Deps, { actor, userId }: Speaker, id: string): Promise<string> {
  const nowMs = clock.now();
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(attestations)
      .set({ withdrawnAt: new Date(nowMs), withdrawnBy: userId })
      .where(and(eq(attestations.id, id), isNull(attestations.withdrawnAt)))
      .returning();
    if (!row)
      throw new GatewayError("not_found", "There is no such word, or it was taken back before.", {
        param: "id",
      });
    await writeAudit(tx, actor, nowMs, {
      action: "compliance.withdraw",
      target: { kind: "check", id: row.checkId },
      before: { ...row, withdrawnAt: null, withdrawnBy: null },
      after: row,
    });
    return row.checkId;
  });
}

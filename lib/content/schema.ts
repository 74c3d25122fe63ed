/** Bodies of the break-glass API, and what an opening is. */
import { z } from "zod";
import { text } from "../api-fields.ts";

export const LEAST_REASON = 10;

export const unlockSchema = z.strictObject({
  reason: text(2000)
    .trim()
    .min(LEAST_REASON, `must say why, in ${LEAST_REASON} characters or more`)
    .describe("stored with your name in the audit log"),
});

export const approveUnlockSchema = z.strictObject({
  unlock: text(64).min(1, "must not be empty").describe("the id of what waits for a second person"),
});

export interface Unlock {
  readonly id: string;
  readonly callId: string;
  readonly actor: { readonly kind: string; readonly id: string };
  /** The person behind the actor; null for the master key and for keys of nobody. */
  readonly askedBy: string | null;
  readonly name: string | null;
  readonly askedAt: Date;
  readonly reason: string;
  /** Null: nobody had to, or nobody has. */
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  /** Null: it was never open. */
  readonly openUntil: Date | null;
  readonly waitsUntil: Date | null;
  readonly readAt: readonly Date[];
}

export type UnlockState = "waiting" | "open" | "closed" | "lapsed";

/** `lapsed`: nobody approved it in time. */
export function stateOf({ openUntil, waitsUntil }: Unlock, nowMs: number): UnlockState {
  if (openUntil !== null) return nowMs < openUntil.getTime() ? "open" : "closed";
  return waitsUntil !== null && nowMs < waitsUntil.getTime() ? "waiting" : "lapsed";
}

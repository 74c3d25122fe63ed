/** When a job that failed is begun again, and what people read of its failure. */
import { isGatewayError } from "../errors.ts";
import type { JobKind } from "./job.ts";

/** Waits before the second and each later attempt. */
const RETRY_MS = [5_000, 30_000, 300_000];
/** The same for standing jobs, which are never given up. */
const STANDING_RETRY_MS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000];

type Tries = Pick<JobKind<never>, "attempts" | "standing">;

/** True for one that was begun too often, such as one that killed its process every time. */
export function isGivenUp(kind: Tries, attempts: number): boolean {
  return kind.standing === undefined && attempts > kind.attempts;
}

/** Milliseconds, after so many attempts; null: no more. */
export function waitBeforeNext(kind: Tries, attempts: number): number | null {
  if (kind.standing === undefined && attempts >= kind.attempts) return null;
  const waits = kind.standing === undefined ? RETRY_MS : STANDING_RETRY_MS;
  return waits[Math.min(attempts, waits.length) - 1] ?? 0;
}

/** Our own sentences, and of others only that something failed. */
export function sentenceOf(error: unknown): string {
  return isGatewayError(error) ? error.message : "It failed for a reason that the gateway's log tells.";
}

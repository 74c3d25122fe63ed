/** The second factor: six digits of thirty seconds, each good once, and recovery codes for a lost phone. */
import { createHash, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";

const STEP_S = 30;
/** Steps that a phone's clock may be off by. */
const DRIFT = 1;
const RECOVERY_CODES = 10;

export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the QR code holds. */
export function totpUri(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/** The step that a code belongs to, or null. @param lastStep the last one used: it and older ones are refused */
export function totpStep(
  secret: string,
  code: string,
  nowMs: number,
  lastStep: number | null,
): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(secret, "").validate({ token: code, timestamp: nowMs, window: DRIFT });
  if (delta === null) return null;
  const step = Math.floor(nowMs / 1000 / STEP_S) + delta;
  return lastStep !== null && step <= lastStep ? null : step;
}

export function newRecoveryCodes(): {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
} {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const text = randomBytes(8).toString("hex");
    return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8, 12)}-${text.slice(12)}`;
  });
  return { codes, hashes: codes.map(hashCode) };
}

/** SHA-256 of a one-use code as people type it: dashes, blanks and case do not matter. */
export function hashCode(code: string): string {
  const plain = code.replace(/[\s-]/g, "").toLowerCase();
  return createHash("sha256").update(`shin-code:${plain}`).digest("hex");
}

function totp(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: "Shin Gateway",
    label,
    secret: Secret.fromBase32(secret),
    digits: 6,
    period: STEP_S,
  });
}

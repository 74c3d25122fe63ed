/**
 * Sealed texts (AES-256-GCM): session cookies and TOTP secrets. Each purpose has a key of its own, derived from one
 * secret, so that what was sealed for one is nothing for another.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

const keys = new Map<string, Buffer>();

function keyFor(secret: string, purpose: string): Buffer {
  const name = `${purpose}\0${secret}`;
  const known = keys.get(name);
  if (known) return known;
  const made = Buffer.from(hkdfSync("sha256", secret, "shin console", purpose, 32));
  // Purposes are a handful of fixed words; next-auth's check cookies bring their salt.
  if (keys.size < 100) keys.set(name, made);
  return made;
}

export function seal(secret: string, purpose: string, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(secret, purpose), iv);
  const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString("base64url")}`;
}

/** The text, or null when it was not sealed with this secret for this purpose, or was changed. */
export function unseal(secret: string, purpose: string, sealed: string): string | null {
  const [version, body] = sealed.split(".");
  if (version !== VERSION || body === undefined || sealed.length > 8192) return null;
  const bytes = Buffer.from(body, "base64url");
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv("aes-256-gcm", keyFor(secret, purpose), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const open = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([open, decipher.final()]).toString("utf8");
  } catch {
    // GCM's way to say that the tag does not fit: forged, changed, or sealed with another secret.
    return null;
  }
}

/** The value of `x-csrf-token` that belongs to a session. */
export function csrfToken(secret: string, sessionId: string): string {
  return createHmac("sha256", keyFor(secret, "csrf")).update(sessionId).digest("base64url");
}

export function isCsrfToken(secret: string, sessionId: string, sent: string | null): boolean {
  const expected = Buffer.from(csrfToken(secret, sessionId));
  const given = Buffer.from(sent ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

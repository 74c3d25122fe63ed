/**
 * Secrets at rest: AES-256-GCM under SHIN_ENCRYPTION_KEY. A sealed text reads `v1.gcm.<key id>.<nonce>.<tag and bytes>`. Its
 * context (which row it belongs to) is authenticated with it, so that a sealed text moved to another row does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const VERSION = "v1.gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type Opened =
  | { readonly kind: "open"; readonly text: string }
  /** Sealed under another encryption key. */
  | { readonly kind: "otherKey" }
  /** Changed since, or sealed for another context. */
  | { readonly kind: "damaged" };

/**
 * Seals a text.
 * @param keyHex 32 bytes as 64 hex digits
 * @param context names the place it is kept at (`stored_deployments:ID`)
 * @throws RangeError when the key is no key; its message never holds it
 */
export function seal(keyHex: string, context: string, text: string): string {
  const key = keyBytes(keyHex);
  const header = `${VERSION}.${keyIdOf(key)}`;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(`${header}\n${context}`));
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [header, encode(nonce), encode(Buffer.concat([cipher.getAuthTag(), bytes]))].join(".");
}

/** Opens what `seal` made for the same context. Never throws for what is stored. @throws RangeError as `seal` */
export function open(keyHex: string, context: string, sealed: string): Opened {
  const key = keyBytes(keyHex);
  const match = /^(v1\.gcm)\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22,})$/.exec(sealed);
  if (!match) return { kind: "damaged" };
  const [, version = "", keyId = "", nonce = "", rest = ""] = match;
  if (keyId !== keyIdOf(key)) return { kind: "otherKey" };
  const bytes = Buffer.from(rest, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(`${version}.${keyId}\n${context}`));
  decipher.setAuthTag(bytes.subarray(0, TAG_BYTES));
  const start = decipher.update(bytes.subarray(TAG_BYTES));
  try {
    return { kind: "open", text: Buffer.concat([start, decipher.final()]).toString("utf8") };
  } catch (error) {
    // GCM's tag does not fit: Node has no code of its own for that.
    if (!(error instanceof Error) || !/authenticate/.test(error.message)) throw error;
    return { kind: "damaged" };
  }
}

/** Tells keys apart without saying anything about them. */
function keyIdOf(key: Buffer): string {
  return createHash("sha256").update("shin key id\n").update(key).digest("hex").slice(0, 8);
}

function keyBytes(keyHex: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(keyHex)) throw new RangeError("an encryption key is 32 bytes as 64 hex digits");
  return Buffer.from(keyHex, "hex");
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64url");
}

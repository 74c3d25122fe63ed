/** The Ed25519 key that signs the heads of the audit chain, and checking what it (or another) signed. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

export interface SigningKey {
  /** The first 16 hex digits of the SHA-256 of the public key's DER. */
  readonly keyId: string;
  /** SPKI DER in base64. */
  readonly publicKey: string;
  /** Signs a text's UTF-8; the signature in base64. */
  readonly sign: (text: string) => string;
}

/** RFC 8410: what stands before the 32 bytes of a private key in PKCS #8. */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");

/** @param seedHex 32 bytes as 64 hex digits (SHIN_AUDIT_KEY). @throws RangeError otherwise */
export function signingKey(seedHex: string): SigningKey {
  if (!/^[0-9a-f]{64}$/i.test(seedHex)) throw new RangeError("an audit key is 32 bytes as 64 hex digits");
  const key = Buffer.concat([PKCS8_START, Buffer.from(seedHex, "hex")]);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    keyId: createHash("sha256").update(spki).digest("hex").slice(0, 16),
    publicKey: spki.toString("base64"),
    sign: (text) => sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64"),
  };
}

/** True when the signature is that key's over the text, and the key is the one its id says. */
export function isSigned(
  key: Pick<SigningKey, "keyId" | "publicKey">,
  text: string,
  signature: string,
): boolean {
  const spki = Buffer.from(key.publicKey, "base64");
  if (createHash("sha256").update(spki).digest("hex").slice(0, 16) !== key.keyId) return false;
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  return verify(null, Buffer.from(text, "utf8"), publicKey, Buffer.from(signature, "base64"));
}

/** The public key as PEM, for openssl and other programs. */
export function pemOf({ publicKey }: Pick<SigningKey, "publicKey">): string {
  return `-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----\n`;
}

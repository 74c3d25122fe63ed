/** Secrets of virtual keys: `sk-` + 42 random base62 characters + 6 of checksum. Kept only as SHA-256. */
import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { GatewayError } from "../errors.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const OWN_SHAPE = /^sk-[0-9A-Za-z]{48}$/;
const HASH_SHAPE = /^[0-9a-f]{64}$/;

export interface NewSecret {
  readonly secret: string;
  readonly hash: string;
  /** First seven characters. */
  readonly start: string;
  readonly last4: string;
}

/** A new secret; `random` gives bytes and is a parameter for tests. */
export function newSecret(random: (size: number) => Uint8Array = randomBytes): NewSecret {
  let body = "";
  while (body.length < 42) {
    // 248 is the largest multiple of 62 in a byte: higher bytes are thrown away, so every character is equally likely.
    for (const byte of random(64)) if (byte < 248 && body.length < 42) body += ALPHABET[byte % 62];
  }
  return describeSecret(`sk-${body}${checksum(body)}`);
}

/** Hash and mask of a secret that exists already. */
export function describeSecret(secret: string): NewSecret {
  return { secret, hash: hashSecret(secret), start: secret.slice(0, 7), last4: secret.slice(-4) };
}

/** Lower-case hex SHA-256, LiteLLM's `token`, so that imported hashes go on working. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** True when the string has the shape of one of ours but the wrong checksum: a typo or a guess, refused without a query. */
export function isMistyped(secret: string): boolean {
  return OWN_SHAPE.test(secret) && checksum(secret.slice(3, 45)) !== secret.slice(45);
}

/** A secret that somebody chose. @throws GatewayError invalid_request for one of ours that is mistyped */
export function ownSecret(secret: string): NewSecret {
  if (isMistyped(secret)) {
    throw new GatewayError(
      "invalid_request",
      "This key looks like one of the gateway's own but its checksum is wrong: choose another form or leave it out.",
      {
        param: "key",
      },
    );
  }
  return describeSecret(secret);
}

/** A key is named by its secret, by the hash of it or by its id, everywhere in the key API. @returns hash or id */
export function toHash(name: string): string {
  return HASH_SHAPE.test(name) || name.startsWith("key_") ? name : hashSecret(name);
}

/** Compares two hashes (hex SHA-256) in constant time. */
export function sameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));
}

/** `sk-...abcd`: LiteLLM's `key_name`. */
export function mask(last4: string): string {
  return `sk-...${last4}`;
}

function checksum(body: string): string {
  let rest = Number.parseInt(hash("sha256", `shin:${body}`, "hex").slice(0, 12), 16);
  let out = "";
  for (let i = 0; i < 6; i++) {
    out += ALPHABET[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return out;
}

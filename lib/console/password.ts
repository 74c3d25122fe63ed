/** Passwords: scrypt with its parameters beside the hash, so that they can be raised later. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** 32 MB and some 100 ms a try. */
const COST = { log2N: 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ["scrypt", COST.log2N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join(
    "$",
  );
}

/**
 * True when `password` belongs to `stored`. Without a stored hash the same work is done and the answer is false, so that
 * the time tells nobody which addresses have an account.
 */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  const [kind, log2N, r, p, salt, hash] = (stored ?? "").split("$");
  if (kind !== "scrypt" || salt === undefined || hash === undefined) {
    await derive(password.slice(0, LONGEST_PASSWORD), Buffer.alloc(16), COST);
    return false;
  }
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  const expected = Buffer.from(hash, "base64url");
  const made = await derive(password.slice(0, LONGEST_PASSWORD), Buffer.from(salt, "base64url"), cost);
  return made.length === expected.length && timingSafeEqual(made, expected);
}

/** Why a password is not good enough, as a sentence; null when it is. @param words what the person is called */
export function passwordFault(password: string, words: readonly string[]): string | null {
  if (password.length < SHORTEST_PASSWORD)
    return `Use at least ${SHORTEST_PASSWORD} characters. Three or four unrelated words are easy to keep.`;
  if (password.length > LONGEST_PASSWORD) return `Use at most ${LONGEST_PASSWORD} characters.`;
  if (new Set(password).size < 5)
    return "This repeats the same few characters. Choose something less regular.";
  const plain = password.toLowerCase();
  const common = ["password", "123456", "qwerty", "letmein", "welcome", "changeme", "shin-gateway"];
  const found = [...common, ...words.filter((word) => word.length > 3)].find((word) =>
    plain.includes(word.toLowerCase()),
  );
  return found === undefined || plain.length > found.length + 10
    ? null
    : `This is close to "${found}", which is among the first guesses. Choose something else.`;
}

interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** Two at a time: a flood of sign-ins must not fill the memory that calls need. */
let free = 2;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await scryptBytes(password.normalize("NFKC"), salt, {
      N: 2 ** log2N,
      r,
      p,
      maxmem: 256 * 2 ** 20,
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

function scryptBytes(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

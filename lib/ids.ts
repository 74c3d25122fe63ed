/** Ids with a type prefix that sort by time: `req_` + 10 characters of milliseconds + 16 random ones (Crockford base32). */
import { randomFillSync } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Every pair of characters: ids are made for every call, and half as many steps are half the work. */
const PAIRS = Array.from({ length: 1024 }, (_, i) => `${ALPHABET[i >> 5]}${ALPHABET[i & 31]}`);
const pool = Buffer.alloc(4096);
let used = pool.length;
let lastMs = -1;
let lastTime = "";

export type IdPrefix =
  | "req"
  | "dep"
  | "key"
  | "usr"
  | "team"
  | "evt"
  | "ins"
  | "bud"
  | "job"
  | "ses"
  | "alt"
  | "prv"
  | "psn"
  | "ers"
  | "hold"
  | "chn"
  | "bak"
  | "rev"
  | "breq"
  | "view"
  | "chk"
  | "att"
  | "inc"
  | "frz"
  | "ulk";

/** A new id; sortable by `nowMs` to the millisecond. */
export function newId(prefix: IdPrefix, nowMs: number): string {
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    lastTime = encodeTime(nowMs);
  }
  if (used + 16 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let random = "";
  for (let i = 0; i < 16; i += 2) random += PAIRS[pool.readUInt16LE(used + i) & 1023];
  used += 16;
  return `${prefix}_${lastTime}${random}`;
}

/** Where ids of a moment begin: an id of this prefix that sorts at or after it was made then or later. */
export function firstIdAt(prefix: IdPrefix, nowMs: number): string {
  return `${prefix}_${encodeTime(nowMs)}`;
}

/** When an id of this prefix was made, in milliseconds; null when it is not of our form. */
export function idTimeMs(prefix: IdPrefix, id: string): number | null {
  const given = id.startsWith(`${prefix}_`) ? id.slice(prefix.length + 1) : "";
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(given)) return null;
  return [...given.slice(0, 10)].reduce((ms, digit) => ms * 32 + ALPHABET.indexOf(digit), 0);
}

function encodeTime(ms: number): string {
  let rest = ms;
  let out = "";
  for (let i = 0; i < 10; i++) {
    out = ALPHABET[rest % 32] + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

/**
 * Where the members of a JSON object lie in its bytes. The scan looks at structure only (strings are skipped with a
 * native search), so a 400 kB prompt is neither parsed nor written again: the few bytes that change are spliced.
 */

export interface Member {
  readonly key: string;
  /** From the opening quote of the key. */
  readonly start: number;
  readonly valueStart: number;
  /** Exclusive. */
  readonly valueEnd: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEAR_BYTES = 64;
/** Deeper than anybody means it: V8 takes a second for a million levels, and whoever walks them needs as much stack. */
const MOST_LEVELS = 1_000;
/** Each is a small object here; no request has a hundred. */
const MOST_MEMBERS = 10_000;

/**
 * The top-level members of an object, duplicates included.
 * @param parsed the same as text, where a parser has taken it and each character is a byte: spares a second look
 * @throws SyntaxError when the bytes are not one JSON object
 */
export function scanObject(bytes: Buffer, parsed: string | null = null): Member[] {
  const members: Member[] = [];
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) throw new SyntaxError("the body is not a JSON object");
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== 0x7d) {
    const start = at;
    if (bytes[at] !== QUOTE) throw new SyntaxError(`expected a member name at byte ${at}`);
    at = skipString(bytes, at);
    const key = readName(bytes, parsed, start, at);
    at = skipSpace(bytes, at);
    if (bytes[at] !== 0x3a) throw new SyntaxError(`expected ":" at byte ${at}`);
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, valueStart, parsed !== null);
    if (members.length === MOST_MEMBERS)
      throw new SyntaxError(`the object has more than ${MOST_MEMBERS} members`);
    members.push({ key, start, valueStart, valueEnd });
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === 0x2c) {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] === 0x7d) throw new SyntaxError(`a comma before "}" at byte ${at}`);
    } else if (bytes[at] !== 0x7d) throw new SyntaxError(`expected "," or "}" at byte ${at}`);
  }
  if (skipSpace(bytes, at + 1) !== bytes.length)
    throw new SyntaxError(`text after the object at byte ${at + 1}`);
  return members;
}

/** How many elements the list has that begins there, without making them. @throws SyntaxError when it is no list */
export function countElements(bytes: Buffer, listStart: number): number {
  if (bytes[listStart] !== 0x5b) throw new SyntaxError(`expected "[" at byte ${listStart}`);
  let at = skipSpace(bytes, listStart + 1);
  if (bytes[at] === 0x5d) return 0;
  for (let count = 1; ; count++) {
    at = skipSpace(bytes, skipValue(bytes, at, true));
    if (bytes[at] === 0x5d) return count;
    if (bytes[at] !== 0x2c) throw new SyntaxError(`expected "," or "]" at byte ${at}`);
    at = skipSpace(bytes, at + 1);
  }
}

/**
 * The object with some members changed; all other bytes are copied as they are. Of a name that stands more than once
 * only the last member, the one that was read, stays: parsers differ in which one they take.
 * @param changes name -> new JSON text, or null to leave the member out; names that are not there are added
 */
export function rewriteObject(
  bytes: Buffer,
  members: readonly Member[],
  changes: ReadonlyMap<string, string | null>,
): Buffer {
  const last = new Map(members.map((member) => [member.key, member]));
  if (changes.size === 0 && last.size === members.length) return bytes;
  const parts: (Buffer | string)[] = [];
  const added = new Map(changes);
  // Neighbours that stay as they are go over in one piece.
  let from = -1;
  let to = -1;
  const flush = () => {
    if (from >= 0) parts.push(bytes.subarray(from, to));
    from = -1;
  };
  for (const member of [...members].sort((a, b) => a.start - b.start)) {
    const change = changes.get(member.key);
    added.delete(member.key);
    if (last.get(member.key) !== member) {
      flush();
      continue;
    }
    if (change === undefined) {
      if (from < 0) from = member.start;
      to = member.valueEnd;
      continue;
    }
    flush();
    if (change !== null) parts.push(`${JSON.stringify(member.key)}:${change}`);
  }
  flush();
  for (const [key, text] of added) if (text !== null) parts.push(`${JSON.stringify(key)}:${text}`);
  const out: Buffer[] = [OPEN];
  parts.forEach((part, index) => {
    if (index > 0) out.push(COMMA);
    out.push(typeof part === "string" ? Buffer.from(part) : part);
  });
  out.push(CLOSE);
  return Buffer.concat(out);
}

const OPEN = Buffer.from("{");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("}");

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (
    let byte = bytes[at];
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    byte = bytes[at]
  )
    at += 1;
  return at;
}

/** From the opening quote to behind the closing one. */
function skipString(bytes: Buffer, from: number): number {
  // Names and short values end within a few bytes; a native search pays off behind them.
  const near = Math.min(from + NEAR_BYTES, bytes.length);
  for (let i = from + 1; i < near; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i += 1;
  }
  let at = from;
  for (;;) {
    at = bytes.indexOf(QUOTE, at + 1);
    if (at < 0) throw new SyntaxError(`the string at byte ${from} has no end`);
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

function readName(bytes: Buffer, parsed: string | null, start: number, end: number): string {
  const raw =
    parsed === null ? bytes.toString("latin1", start + 1, end - 1) : parsed.slice(start + 1, end - 1);
  return /^[\w-]*$/.test(raw) ? raw : String(JSON.parse(bytes.toString("utf8", start, end)));
}

function skipValue(bytes: Buffer, from: number, parsed: boolean): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first === 0x7b || first === 0x5b) return skipContainer(bytes, from);
  let at = from;
  for (let byte = bytes[at]; byte !== undefined && !isEnd(byte); byte = bytes[at]) at += 1;
  if (at === from) throw new SyntaxError(`expected a value at byte ${from}`);
  if (!parsed) JSON.parse(bytes.toString("latin1", from, at));
  return at;
}

function isEnd(byte: number): boolean {
  return byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20;
}

function skipContainer(bytes: Buffer, from: number): number {
  const open: number[] = [];
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at) - 1;
    else if (byte === 0x7b) open.push(0x7d);
    else if (byte === 0x5b) open.push(0x5d);
    else if (byte === 0x7d || byte === 0x5d) {
      if (open.pop() !== byte) throw new SyntaxError(`brackets do not match at byte ${at}`);
      if (open.length === 0) return at + 1;
    }
    if (open.length > MOST_LEVELS)
      throw new SyntaxError(`the value at byte ${from} is nested more than ${MOST_LEVELS} levels deep`);
  }
  throw new SyntaxError(`the value at byte ${from} has no end`);
}

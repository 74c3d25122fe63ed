/** Why an answer ended, found in its bytes without parsing them: large answers and each chunk of a stream pass here. */

const KEY = Buffer.from('"finish_reason"');
const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;
const LONGEST = 64;

/**
 * The reasons in the order in which they stand, nulls left out. Text of the answer cannot pass for the member: inside a
 * string its quotes would be escaped.
 */
export function finishReasonsIn(bytes: Buffer): string[] {
  const reasons: string[] = [];
  for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, at + KEY.length)) {
    let start = at + KEY.length;
    while (bytes[start] === SPACE || bytes[start] === COLON) start += 1;
    if (bytes[start] !== QUOTE) continue;
    const end = bytes.indexOf(QUOTE, start + 1);
    if (end > 0 && end - start <= LONGEST) reasons.push(bytes.toString("utf8", start + 1, end));
  }
  return reasons;
}

/** A text as it is kept: at most so many bytes of it, and how many there were. */

export interface StoredText {
  readonly text: string;
  /** Of all of it, in UTF-8. */
  readonly bytes: number;
  /** False: the rest was cut. */
  readonly whole: boolean;
}

/** @param bytes UTF-8; nothing of them is held on to */
export function storedText(bytes: Buffer, mostBytes: number): StoredText {
  if (bytes.length <= mostBytes) return { text: bytes.toString("utf8"), bytes: bytes.length, whole: true };
  return { text: headOf(bytes, mostBytes), bytes: bytes.length, whole: false };
}

/** As much of the start as fits, cut between characters. */
export function headOf(bytes: Buffer, mostBytes: number): string {
  if (bytes.length <= mostBytes) return bytes.toString("utf8");
  let end = Math.max(0, mostBytes);
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * A backup's envelope: one line that says how it is sealed, then chunks of AES-256-GCM. Each chunk's nonce is its number
 * and whether it is the last, so none can be moved, left out or cut off unseen; the line itself is authenticated with each.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, scryptSync } from "node:crypto";
import { StartError } from "../node/start-error.ts";

export const MAGIC = "SHINBACKUP1";
const CHUNK_BYTES = 262_144;
const TAG_BYTES = 16;
const LONGEST_LINE = 4_096;
const SCRYPT = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;

/** What opens a backup. */
export type BackupKey =
  /** SHIN_ENCRYPTION_KEY, 64 hex digits. */
  | { readonly kind: "encryption_key"; readonly hex: string }
  | { readonly kind: "passphrase"; readonly text: string };

export interface Envelope {
  readonly createdAt: string;
  readonly gatewayVersion: string;
  readonly schemaVersion: number;
  readonly compression: "zstd";
  readonly key: {
    readonly kind: BackupKey["kind"];
    readonly salt: string;
    /** Tells encryption keys apart; nothing for passphrases. */
    readonly id?: string;
  };
}

/** A fresh envelope's key part. */
export function keyPart(key: BackupKey): Envelope["key"] {
  const salt = randomBytes(32).toString("hex");
  return key.kind === "passphrase" ? { kind: key.kind, salt } : { kind: key.kind, salt, id: keyId(key.hex) };
}

/** @throws StartError when the key is of another kind, or another one */
function fileKey(envelope: Envelope, key: BackupKey): Buffer {
  const { id, kind, salt } = envelope.key;
  if (kind !== key.kind)
    throw unusable(
      kind === "passphrase"
        ? "the backup is sealed with a passphrase"
        : "the backup is sealed with SHIN_ENCRYPTION_KEY",
      kind === "passphrase"
        ? "Set SHIN_BACKUP_PASSPHRASE."
        : "Set SHIN_ENCRYPTION_KEY to the key of the gateway that wrote it, and leave SHIN_BACKUP_PASSPHRASE unset.",
    );
  const bytes = Buffer.from(salt, "hex");
  if (key.kind === "passphrase") return scryptSync(key.text, bytes, 32, SCRYPT);
  if (id !== undefined && id !== keyId(key.hex))
    throw unusable(
      `the backup is sealed with encryption key ${id}, and this one is ${keyId(key.hex)}`,
      "Set SHIN_ENCRYPTION_KEY to the key of the gateway that wrote it.",
    );
  return Buffer.from(hkdfSync("sha256", Buffer.from(key.hex, "hex"), bytes, "shin backup 1", 32));
}

function keyId(hex: string): string {
  return createHash("sha256").update("shin backup key\n").update(hex.toLowerCase()).digest("hex").slice(0, 8);
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Seals a stream: the line, then every chunk. */
export function sealing(envelope: Envelope, key: BackupKey) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const line = Buffer.from(`${MAGIC} ${JSON.stringify(envelope)}\n`);
    const secret = fileKey(envelope, key);
    const bound = createHash("sha256").update(line).digest();
    let number = 0;
    const chunk = (bytes: Buffer, last: boolean) => {
      const cipher = createCipheriv("aes-256-gcm", secret, nonceOf(number++, last));
      cipher.setAAD(bound);
      const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(sealed.length);
      head[4] = last ? 1 : 0;
      return Buffer.concat([head, sealed, cipher.getAuthTag()]);
    };
    yield line;
    let waiting: Buffer[] = [];
    let bytes = 0;
    for await (const piece of source) {
      waiting.push(piece);
      bytes += piece.length;
      if (bytes < CHUNK_BYTES) continue;
      const all = Buffer.concat(waiting);
      let at = 0;
      // One whole chunk stays back: the last one must know that it is the last.
      for (; all.length - at > CHUNK_BYTES; at += CHUNK_BYTES)
        yield chunk(all.subarray(at, at + CHUNK_BYTES), false);
      waiting = [all.subarray(at)];
      bytes = all.length - at;
    }
    yield chunk(Buffer.concat(waiting), true);
  };
}

/** Opens a sealed stream. @param onEnvelope is told the line first, and may refuse it by throwing */
export function opening(key: BackupKey, onEnvelope: (envelope: Envelope) => void) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const read = reader(source);
    const line = await read.line();
    const envelope = readEnvelope(line);
    onEnvelope(envelope);
    const secret = fileKey(envelope, key);
    const bound = createHash("sha256").update(line).digest();
    for (let number = 0; ; number += 1) {
      const head = await read.bytes(5);
      if (head === null) throw damaged("it ends too early");
      const size = head.readUInt32BE();
      const last = head[4] === 1;
      if (size > CHUNK_BYTES) throw damaged(`chunk ${number} is not one`);
      const sealed = await read.bytes(size + TAG_BYTES);
      if (sealed === null) throw damaged("it ends too early");
      const decipher = createDecipheriv("aes-256-gcm", secret, nonceOf(number, last));
      decipher.setAAD(bound);
      decipher.setAuthTag(sealed.subarray(size));
      const open = decipher.update(sealed.subarray(0, size));
      try {
        decipher.final();
      } catch (error) {
        throw number === 0 && key.kind === "passphrase"
          ? unusable("the passphrase does not open the backup, or its beginning was changed", TRY_ANOTHER)
          : damaged(`chunk ${number} was changed since it was written`, error);
      }
      if (open.length > 0) yield open;
      if (last) break;
    }
    if ((await read.bytes(1)) !== null) throw damaged("something stands after its end");
  };
}

/** Reads by amounts from a stream of any pieces. */
function reader(source: AsyncIterable<Buffer>) {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const fill = async (bytes: number): Promise<boolean> => {
    const parts: Buffer[] = [held];
    let have = held.length;
    while (have < bytes) {
      const step = await pieces.next();
      if (step.done) break;
      parts.push(step.value);
      have += step.value.length;
    }
    held = Buffer.concat(parts);
    return held.length >= bytes;
  };
  const take = (bytes: number): Buffer => {
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return taken;
  };
  return {
    async bytes(amount: number): Promise<Buffer | null> {
      if (held.length < amount && !(await fill(amount))) return null;
      return take(amount);
    },
    async line(): Promise<Buffer> {
      await fill(LONGEST_LINE);
      const end = held.indexOf(10);
      if (end < 0 || !held.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)))
        throw unusable("it is no backup of this gateway", TRY_ANOTHER);
      return take(end + 1);
    },
  };
}

function readEnvelope(line: Buffer): Envelope {
  try {
    const envelope: Envelope = JSON.parse(line.subarray(MAGIC.length).toString());
    return envelope;
  } catch (error) {
    throw damaged("its first line cannot be read", error);
  }
}

const TRY_ANOTHER = "Take another file: shin backup --list names those of the folder.";

/** A backup that was changed or cut. */
export function damaged(what: string, cause?: unknown): StartError {
  return new StartError("backup_unusable", `the backup is damaged: ${what}`, { advice: TRY_ANOTHER, cause });
}

export function unusable(message: string, advice: string): StartError {
  return new StartError("backup_unusable", message, { advice });
}

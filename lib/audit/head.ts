/** A signed head: the gateway's word that the chain up to a number ended in a hash. */
import { z } from "zod";
import type { StoredHead } from "#db/queries/audit.ts";
import { canonicalJson } from "./canonical.ts";
import { isSigned, type SigningKey } from "./signing-key.ts";

export const headSchema = z.strictObject({
  number: z.int(),
  hash: z.string(),
  time: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});

export type Head = z.infer<typeof headSchema>;

/** Signs that the chain up to `number` ends in `hash`. */
export function signHead(key: SigningKey, number: number, hash: string, nowMs: number): Head {
  const time = new Date(nowMs).toISOString();
  const { keyId, publicKey } = key;
  return {
    number,
    hash,
    time,
    keyId,
    publicKey,
    signature: key.sign(statement({ number, hash, time, keyId })),
  };
}

/** True when its own key signed it; whose key that is, the reader decides by `keyId`. */
export function isHeadSigned(head: Head): boolean {
  return isSigned(head, statement(head), head.signature);
}

export function headOf(row: StoredHead): Head {
  return {
    number: Number(row.seq),
    hash: row.hash,
    time: row.at.toISOString(),
    keyId: row.key_id,
    publicKey: row.public_key,
    signature: row.signature,
  };
}

export function storedHead(head: Head): StoredHead {
  return {
    seq: BigInt(head.number),
    hash: head.hash,
    at: new Date(head.time),
    key_id: head.keyId,
    public_key: head.publicKey,
    signature: head.signature,
  };
}

function statement({ hash, keyId, number, time }: Omit<Head, "publicKey" | "signature">): string {
  return canonicalJson({ hash, keyId, number, time });
}

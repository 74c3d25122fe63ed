/**
 * What is left of an erasure: a signed statement of what was erased, what was kept and why. It names nobody: the person
 * stands in it as a pseudonym that leads nowhere once their key is destroyed. It verifies offline.
 */
import { z } from "zod";
import { canonicalJson } from "../audit/canonical.ts";
import { isSigned, type SigningKey } from "../audit/signing-key.ts";

export const CERTIFICATE_FORMAT = "shin-erasure-1";

const storeSchema = z.strictObject({
  /** A table, `log_file`, `journal`, `limits` (counters), `audit_keys`. */
  store: z.string(),
  /** deleted, pseudonymised, destroyed, rewritten */
  action: z.string(),
  before: z.int(),
  after: z.int(),
});

export const certificateSchema = z.strictObject({
  format: z.literal(CERTIFICATE_FORMAT),
  id: z.string(),
  /** The privacy request that it answers; null for one asked for directly. */
  requestId: z.string().nullable(),
  subject: z.strictObject({ kind: z.enum(["user", "end_user"]), pseudonym: z.string() }),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Pseudonyms of the people who ran and approved it, or `master_key`: the audit log tells whose they are. */
  operator: z.string(),
  approver: z.string().nullable(),
  stores: z.array(storeSchema),
  kept: z.array(z.strictObject({ store: z.string(), what: z.string(), why: z.string(), until: z.string() })),
  /** Sums over the person's records, which must not move. */
  sums: z.strictObject({
    records: z.int(),
    costNanoUsdBefore: z.string(),
    costNanoUsdAfter: z.string(),
  }),
  /** The search for the person's identifiers afterwards, by place; empty: none was found. */
  scan: z.strictObject({ places: z.int(), found: z.record(z.string(), z.int()) }),
  /** Where the audit chain stood, which the event of the erasure continues. */
  audit: z.strictObject({ number: z.int(), hash: z.string() }).nullable(),
  keyId: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});

export type Certificate = z.infer<typeof certificateSchema>;
export type CertificateBody = Omit<Certificate, "format" | "keyId" | "publicKey" | "signature">;

/** Signs with the key of the audit log. */
export function signCertificate(key: SigningKey, body: CertificateBody): Certificate {
  const { keyId, publicKey } = key;
  const statement = { ...body, format: CERTIFICATE_FORMAT, keyId, publicKey } as const;
  return { ...statement, signature: key.sign(canonicalJson(statement)) };
}

export type CertificateVerdict =
  | {
      readonly ok: true;
      readonly keyId: string;
      readonly keyNamed: boolean;
      readonly certificate: Certificate;
    }
  | { readonly ok: false; readonly keyNamed: boolean; readonly message: string };

/**
 * Checks a certificate anywhere, with nothing but the gateway's public key.
 * @param value what was handed in, parsed from JSON
 * @param publicKey SPKI in base64, or the key's 16-digit id, from `GET /audit/key`; null: the key the certificate itself names counts
 */
export function verifyCertificate(value: unknown, publicKey: string | null): CertificateVerdict {
  const keyNamed = publicKey !== null;
  const no = (message: string): CertificateVerdict => ({ ok: false, keyNamed, message });
  const read = certificateSchema.safeParse(value);
  if (!read.success)
    return no("this is no certificate of an erasure: members are missing or of another form");
  const { signature, ...statement } = read.data;
  const { keyId, publicKey: own } = statement;
  if (publicKey !== null && publicKey !== own && publicKey !== keyId)
    return no(`signed by key ${keyId}, which is not the one that was named`);
  if (!signed(read.data, canonicalJson(statement)))
    return no("the signature does not fit: the certificate was changed, or another key signed it");
  return { ok: true, keyId, keyNamed, certificate: read.data };
}

/** Bytes that are no key at all are no signature either. */
function signed(certificate: Certificate, text: string): boolean {
  try {
    return isSigned(certificate, text, certificate.signature);
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

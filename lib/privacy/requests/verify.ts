/** Says of any certificate that this gateway gives whether it is genuine; needs neither a database nor a network. */
import { z } from "zod";
import { CERTIFICATE_FORMAT, verifyCertificate } from "../certificate.ts";
import { EXPORT_FORMAT, isManifestSigned, signedManifestSchema } from "../export/manifest.ts";
import { isStatementSigned, STATEMENT_FORMAT, statementSchema } from "./statement.ts";

export interface PrivacyVerdict {
  readonly ok: boolean;
  /** What it is, or what is wrong with it. */
  readonly message: string;
  readonly keyId: string | null;
  /** False: the key is only the one that the certificate itself names. */
  readonly keyNamed: boolean;
}

const formatted = z.looseObject({ format: z.string() });
const withManifest = z.looseObject({ manifest: formatted });

/** @param key public key (SPKI, base64) or its id that must have signed; null: the one that the certificate names */
export function verifyPrivacy(value: unknown, key: string | null): PrivacyVerdict {
  const named = key !== null;
  const no = (message: string): PrivacyVerdict => ({ ok: false, message, keyId: null, keyNamed: named });
  const signed = (
    by: { keyId: string; publicKey: string },
    fits: () => boolean,
    message: string,
  ): PrivacyVerdict => {
    if (named && key !== by.keyId && key !== by.publicKey)
      return no(`It is signed by key ${by.keyId}, which is not the one that was named.`);
    return genuine(fits)
      ? { ok: true, message, keyId: by.keyId, keyNamed: named }
      : no("The signature does not fit: it was changed, or another key signed it.");
  };
  const manifest = withManifest.safeParse(value);
  const plain = formatted.safeParse(value);
  const format = manifest.success ? manifest.data.manifest.format : plain.success ? plain.data.format : null;
  switch (format) {
    case CERTIFICATE_FORMAT: {
      const verdict = verifyCertificate(value, key);
      if (!verdict.ok) return no(`${verdict.message.charAt(0).toUpperCase()}${verdict.message.slice(1)}.`);
      const { finishedAt, subject } = verdict.certificate;
      const message = `Valid: the erasure of ${subject.pseudonym}, finished ${finishedAt}.`;
      return { ok: true, message, keyId: verdict.keyId, keyNamed: named };
    }
    case STATEMENT_FORMAT: {
      const read = statementSchema.safeParse(value);
      if (!read.success) return no("Members are missing, or are of another form.");
      const { finishedAt, requestId, type } = read.data;
      const message = `Valid: request ${requestId} for ${type}, finished ${finishedAt}.`;
      return signed(read.data, () => isStatementSigned(read.data), message);
    }
    case EXPORT_FORMAT: {
      const read = signedManifestSchema.safeParse(value);
      if (!read.success) return no("Members are missing, or are of another form.");
      const { files, generatedAt } = read.data.manifest;
      const message = `Valid: the manifest of an export of ${files.length} files, made ${generatedAt}.`;
      return signed(read.data.manifest, () => isManifestSigned(read.data), message);
    }
    default:
      return no("This is no certificate of this gateway: its format is not named.");
  }
}

/** Bytes that are no key at all are no signature either. */
function genuine(fits: () => boolean): boolean {
  try {
    return fits();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

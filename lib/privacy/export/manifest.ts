/** What says that an export is whole: every file with its SHA-256, signed by the key of the audit log. */
import { z } from "zod";
import { canonicalJson } from "../../audit/canonical.ts";
import { isSigned, type SigningKey } from "../../audit/signing-key.ts";

export const EXPORT_FORMAT = "shin-export-1";

const fileSchema = z.strictObject({
  path: z.string(),
  rows: z.int().nullable(),
  bytes: z.int(),
  sha256: z.string(),
});

export const manifestSchema = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  subject: z.strictObject({ kind: z.string(), id: z.string() }),
  requestId: z.string().nullable(),
  generatedAt: z.string(),
  /** Where the audit chain stood: whoever keeps this file has an anchor of it. */
  chainHead: z.strictObject({ number: z.int(), hash: z.string() }).nullable(),
  files: z.array(fileSchema),
  keyId: z.string(),
  publicKey: z.string(),
});

export type ExportManifest = z.infer<typeof manifestSchema>;

export const signedManifestSchema = z.strictObject({ manifest: manifestSchema, signature: z.string() });

/** The text of manifest.json. */
export function signedManifest(key: SigningKey, manifest: ExportManifest): string {
  return `${JSON.stringify({ manifest, signature: key.sign(canonicalJson(manifest)) }, null, 2)}\n`;
}

export function isManifestSigned(signed: z.infer<typeof signedManifestSchema>): boolean {
  return isSigned(signed.manifest, canonicalJson(signed.manifest), signed.signature);
}

/** Verifies an incident's evidence: nothing is needed but the archive, and the id of the key that is trusted. */
import { createHash } from "node:crypto";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";
import { canonicalJson } from "#lib/audit/canonical.ts";
import { ChainCheck } from "#lib/audit/chain-check.ts";
import { headSchema } from "#lib/audit/head.ts";
import { recordSchema } from "#lib/audit/record.ts";
import { isSigned } from "#lib/audit/signing-key.ts";

const manifestSchema = z.strictObject({
  format: z.literal("shin-incident-1"),
  incident: z.string(),
  drill: z.boolean(),
  time: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  audit: z.strictObject({
    from: z.string(),
    to: z.string(),
    records: z.int(),
    after: z.strictObject({ number: z.int(), hash: z.string() }),
    head: z.int().nullable(),
  }),
  files: z.array(z.strictObject({ name: z.string(), sizeBytes: z.int(), sha256: z.string() })),
});

const lineSchema = z.union([z.strictObject({ record: recordSchema }), z.strictObject({ head: headSchema })]);

export interface EvidenceVerdict {
  readonly ok: boolean;
  readonly incident: string | null;
  readonly keyId: string | null;
  readonly records: number;
  /** What is wrong, in a sentence; null: nothing. */
  readonly fault: string | null;
}

/** @param trusted ids of keys; empty: the one that the archive names, which whoever asks has to compare */
export function verifyEvidence(archive: Uint8Array, trusted: readonly string[]): EvidenceVerdict {
  let incident: string | null = null;
  let keyId: string | null = null;
  let records = 0;
  const wrong = (fault: string): EvidenceVerdict => ({ ok: false, incident, keyId, records, fault });
  try {
    const files = unzipSync(archive);
    const signed: { manifest: unknown; signature: string } = JSON.parse(
      strFromU8(files["manifest.json"] ?? new Uint8Array()),
    );
    const manifest = manifestSchema.parse(signed.manifest);
    incident = manifest.incident;
    keyId = manifest.keyId;
    if (trusted.length > 0 && !trusted.includes(keyId))
      return wrong(`it is signed by key ${keyId}, which is not trusted`);
    if (!isSigned(manifest, canonicalJson(manifest), String(signed.signature)))
      return wrong("the manifest's signature is not its key's");
    const named = new Set(manifest.files.map(({ name }) => name));
    const foreign = Object.keys(files).find((name) => name !== "manifest.json" && !named.has(name));
    if (foreign !== undefined) return wrong(`${foreign} is not in the manifest`);
    for (const { name, sha256 } of manifest.files) {
      const bytes = files[name];
      if (bytes === undefined) return wrong(`${name} is missing`);
      if (createHash("sha256").update(bytes).digest("hex") !== sha256) return wrong(`${name} was changed`);
    }
    const check = new ChainCheck(manifest.audit.after, [keyId, ...trusted]);
    for (const line of strFromU8(files["audit.jsonl"] ?? new Uint8Array()).split("\n")) {
      if (line === "") continue;
      const parsed = lineSchema.parse(JSON.parse(line));
      const fault = "record" in parsed ? check.record(parsed.record) : check.signedHead(parsed.head);
      if (fault) return wrong(`audit.jsonl: ${fault.message}`);
      records = check.checked;
    }
    if (records !== manifest.audit.records)
      return wrong(`audit.jsonl has ${records} records, not ${manifest.audit.records}`);
    return { ok: true, incident, keyId, records, fault: null };
  } catch (error) {
    return wrong(
      `it cannot be read: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
    );
  }
}

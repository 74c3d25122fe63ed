/**
 * The audit log as a file that verifies anywhere: JSON lines. First a header with the public key, then every record of the
 * chain with the signed heads between them, and last a signed manifest with the SHA-256 of all that stands before it.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Sql } from "#db/client.ts";
import { chainEnd, newestHead } from "#db/queries/audit.ts";
import { canonicalJson, genesisHash } from "./canonical.ts";
import { type Head, headSchema } from "./head.ts";
import { recordOf, recordSchema } from "./record.ts";
import type { SigningKey } from "./signing-key.ts";
import { eventsUpTo, headsUpTo } from "./verify.ts";

export const FORMAT = "shin-audit-1";

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  keyId: z.string(),
  publicKey: z.string(),
  /** The last event that is older than the chain: the first record is the one after it. */
  startedAfter: z.int(),
  time: z.string(),
});

const manifestSchema = z.strictObject({
  ...headerSchema.shape,
  records: z.int(),
  heads: z.int(),
  last: z.strictObject({ number: z.int(), hash: z.string() }),
  /** Of every byte before the manifest's line. */
  sha256: z.string(),
});

/** A line of the file, by its one member. */
export const lineSchema = z.union([
  z.strictObject({ header: headerSchema }),
  z.strictObject({ record: recordSchema }),
  z.strictObject({ head: headSchema }),
  /** `signature`: Ed25519 over the canonical JSON of the manifest, in base64. */
  z.strictObject({ manifest: manifestSchema, signature: z.string() }),
]);

export type ExportLine = z.infer<typeof lineSchema>;

export interface ExportOptions {
  readonly sql: Sql;
  readonly key: SigningKey;
  readonly nowMs: number;
}

/** The file in chunks of whole lines; what is written while it is read is not in it. */
export async function* exportAudit({ key, nowMs, sql }: ExportOptions): AsyncGenerator<Buffer> {
  const newest = await newestHead(sql);
  const end = await chainEnd(sql);
  const startedAfter = Number(end?.started_after ?? 0);
  const { keyId, publicKey } = key;
  const header = {
    format: FORMAT,
    keyId,
    publicKey,
    startedAfter,
    time: new Date(nowMs).toISOString(),
  } as const;
  const digest = createHash("sha256");
  let lines: string[] = [];
  const line = (value: ExportLine) => lines.push(lineOf(value));
  const chunk = (): Buffer => {
    const bytes = Buffer.from(lines.join(""), "utf8");
    digest.update(bytes);
    lines = [];
    return bytes;
  };
  line({ header });
  const heads = headsUpTo(sql, newest?.seq ?? 0n);
  let head = await heads.next();
  let headCount = 0;
  const take = (value: Head) => {
    line({ head: value });
    headCount += 1;
  };
  let records = 0;
  let last = { number: startedAfter, hash: genesisHash(startedAfter) };
  for await (const rows of eventsUpTo(sql, end?.seq ?? 0n, BigInt(startedAfter))) {
    for (const row of rows) {
      const record = recordOf(row);
      line({ record });
      records += 1;
      last = { number: record.number, hash: record.hash };
      for (; !head.done && head.value.number <= record.number; head = await heads.next()) take(head.value);
    }
    yield chunk();
  }
  // Those past the end tell of records that are gone: whoever verifies shall see them.
  for (; !head.done; head = await heads.next()) take(head.value);
  yield chunk();
  const manifest = { ...header, records, heads: headCount, last, sha256: digest.digest("hex") };
  yield Buffer.from(lineOf({ manifest, signature: key.sign(canonicalJson(manifest)) }), "utf8");
}

/** Readers of lines also break at these two, which JSON lets stand. */
function lineOf(value: ExportLine): string {
  return `${canonicalJson(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`;
}

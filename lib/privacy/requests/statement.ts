/**
 * The certificate of a request that was answered by an export, a restriction or a correction: a signed statement of what
 * was done. An erasure has its own (certificate.ts). People stand in it as keyed pseudonyms.
 */
import { z } from "zod";
import { canonicalJson } from "../../audit/canonical.ts";
import { isSigned, type SigningKey } from "../../audit/signing-key.ts";

export const STATEMENT_FORMAT = "shin-privacy-1";

export const statementSchema = z.strictObject({
  format: z.literal(STATEMENT_FORMAT),
  requestId: z.string(),
  type: z.string(),
  drill: z.boolean(),
  subject: z.strictObject({ kind: z.string(), pseudonym: z.string() }),
  receivedAt: z.string(),
  finishedAt: z.string(),
  operator: z.string(),
  approver: z.string(),
  /** Records by store before it was done. */
  located: z.record(z.string(), z.int()),
  /** What was done: `rows` and the archive's `sha256`, or the names of the fields that were corrected. */
  done: z.record(z.string(), z.unknown()),
  keyId: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});

export type Statement = z.infer<typeof statementSchema>;
export type StatementBody = Omit<Statement, "format" | "keyId" | "publicKey" | "signature">;

export function signStatement(key: SigningKey, body: StatementBody): Statement {
  const { keyId, publicKey } = key;
  const statement = { ...body, format: STATEMENT_FORMAT, keyId, publicKey } as const;
  return { ...statement, signature: key.sign(canonicalJson(statement)) };
}

export function isStatementSigned(given: Statement): boolean {
  const { signature, ...statement } = given;
  return isSigned(statement, canonicalJson(statement), signature);
}

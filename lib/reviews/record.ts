/** The record of a finished access review: what stood there, what was decided, by whom, under the gateway's audit key. */
import type { ReviewItemRow, ReviewRow } from "#db/queries/access-reviews.ts";
import { canonicalJson } from "#lib/audit/canonical.ts";
import { isSigned, type SigningKey } from "#lib/audit/signing-key.ts";

export interface SignedReview extends Record<string, unknown> {
  readonly format: "shin-access-review-1";
  readonly review: Readonly<Record<string, unknown>>;
  readonly keyId: string;
  readonly publicKey: string;
  /** Ed25519 over the canonical JSON (RFC 8785) of `review`, in base64. */
  readonly signature: string;
}

export function signReview(
  review: ReviewRow,
  items: readonly ReviewItemRow[],
  { keyId, publicKey, sign }: SigningKey,
): SignedReview {
  const decided = {
    id: review.id,
    startedBy: review.startedBy,
    startedAt: review.startedAt.toISOString(),
    finishedBy: review.finishedBy,
    finishedAt: review.finishedAt?.toISOString() ?? null,
    items: items.map(({ decidedAt, decidedBy, decision, note, seen, userId }) => ({
      userId,
      ...seen,
      decision,
      decidedBy,
      decidedAt: decidedAt?.toISOString() ?? null,
      note,
    })),
  };
  const signature = sign(canonicalJson(decided));
  return { format: "shin-access-review-1", review: decided, keyId, publicKey, signature };
}

/** True when the record is what that key signed. */
export function isReviewSigned(
  record: Pick<SignedReview, "review" | "keyId" | "publicKey" | "signature">,
): boolean {
  return isSigned(record, canonicalJson(record.review), record.signature);
}

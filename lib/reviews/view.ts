/** Access reviews as the API shows them. */
import type { ReviewItemRow, ReviewRow, ReviewSummary } from "#db/queries/access-reviews.ts";

export function reviewView(review: ReviewRow | ReviewSummary): Record<string, unknown> {
  return {
    id: review.id,
    state: review.state,
    started_by: review.startedBy,
    started_at: review.startedAt.toISOString(),
    finished_by: review.finishedBy,
    finished_at: review.finishedAt?.toISOString() ?? null,
    ...("items" in review
      ? { items: review.items, undecided: review.undecided, removed: review.removed }
      : {}),
  };
}

export function itemView({ decidedAt, decidedBy, decision, note, seen, userId }: ReviewItemRow) {
  return {
    user_id: userId,
    ...seen,
    decision,
    decided_by: decidedBy,
    decided_at: decidedAt?.toISOString() ?? null,
    note,
  };
}

/** Access reviews: who has access, what was decided about each, and the records of those that are done. */
import { and, asc, count, desc, eq, isNull, sql as raw } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { accessReviewItems, accessReviews } from "../schema/assurance.ts";

export type ReviewRow = typeof accessReviews.$inferSelect;
export type ReviewItemRow = typeof accessReviewItems.$inferSelect;

/** Somebody with access as they were when the review began. */
export interface Seen extends Record<string, unknown> {
  readonly name: string;
  readonly email: string | null;
  /** person or service */
  readonly kind: string;
  readonly role: string;
  readonly owner: string | null;
  readonly teams: readonly string[];
  readonly keys: number;
  readonly lastSignedInAt: string | null;
  readonly lastUsedAt: string | null;
  readonly mfa: boolean;
  readonly hasAccess: boolean;
}

/** Everybody who can sign in or whose keys could call: all users that are not blocked, people first. */
export async function whoHasAccess(tx: Tx): Promise<{ userId: string; seen: Seen }[]> {
  const rows = await tx.execute<{ user_id: string; seen: Seen }>(raw`
    select u.id as user_id, json_build_object(
      'name', coalesce(u.alias, u.email, u.id), 'email', u.email, 'kind', u.kind, 'role', u.role,
      'owner', coalesce(o.alias, o.email, o.id),
      'teams', (select coalesce(json_agg(coalesce(t.alias, t.id) order by 1), '[]')
        from memberships m join teams t on t.id = m.team_id where m.user_id = u.id),
      'keys', (select count(*) from virtual_keys k where k.user_id = u.id and k.deleted_at is null and not k.blocked),
      'lastSignedInAt', to_char(a.last_signed_in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'lastUsedAt', to_char((select max(k.last_used_at) from virtual_keys k where k.user_id = u.id)
        at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'mfa', a.totp_confirmed_at is not null,
      'hasAccess', (a.password_hash is not null or a.oidc_subject is not null) is true) as seen
    from users u left join console_accounts a on a.user_id = u.id
      left join users o on u.kind = 'service' and o.id = u.metadata->>'owner_user_id'
    where not u.blocked and u.kind in ('person', 'service')
    order by u.kind, lower(coalesce(u.alias, u.email, u.id))`);
  return [...rows].map((row) => ({ userId: row.user_id, seen: row.seen }));
}

export async function insertReview(
  tx: Tx,
  review: typeof accessReviews.$inferInsert,
  items: readonly { readonly userId: string; readonly seen: Seen }[],
): Promise<void> {
  await tx.insert(accessReviews).values(review);
  for (let at = 0; at < items.length; at += 500)
    await tx
      .insert(accessReviewItems)
      .values(items.slice(at, at + 500).map((item) => ({ reviewId: review.id, ...item })));
}

/** The open review; two are not begun at once, since the caller holds the lock until its transaction ends. */
export async function lockOpenReview(tx: Tx): Promise<ReviewRow | null> {
  await tx.execute(raw`select pg_advisory_xact_lock(hashtext('access review'))`);
  const [row] = await tx.select().from(accessReviews).where(eq(accessReviews.state, "open"));
  return row ?? null;
}

export async function findReview(db: Db | Tx, id: string): Promise<ReviewRow | null> {
  const [row] = await db.select().from(accessReviews).where(eq(accessReviews.id, id));
  return row ?? null;
}

/** The same, locked for a change. */
export async function lockReview(tx: Tx, id: string): Promise<ReviewRow | null> {
  const [row] = await tx.select().from(accessReviews).where(eq(accessReviews.id, id)).for("update");
  return row ?? null;
}

export async function reviewItems(db: Db | Tx, reviewId: string): Promise<ReviewItemRow[]> {
  return db
    .select()
    .from(accessReviewItems)
    .where(eq(accessReviewItems.reviewId, reviewId))
    .orderBy(raw`seen->>'kind'`, raw`lower(seen->>'name')`, asc(accessReviewItems.userId));
}

export async function decideItem(
  tx: Tx,
  item: Pick<ReviewItemRow, "reviewId" | "userId" | "decision" | "decidedBy" | "decidedAt" | "note">,
): Promise<boolean> {
  const { reviewId, userId, ...columns } = item;
  const rows = await tx
    .update(accessReviewItems)
    .set(columns)
    .where(and(eq(accessReviewItems.reviewId, reviewId), eq(accessReviewItems.userId, userId)))
    .returning({ userId: accessReviewItems.userId });
  return rows.length > 0;
}

export async function updateReview(tx: Tx, id: string, columns: Partial<ReviewRow>): Promise<void> {
  await tx.update(accessReviews).set(columns).where(eq(accessReviews.id, id));
}

export interface ReviewSummary extends ReviewRow {
  readonly items: number;
  readonly undecided: number;
  readonly removed: number;
}

/** The newest first. */
export async function listReviews(db: Db | Tx, most: number): Promise<ReviewSummary[]> {
  const reviews = await db.select().from(accessReviews).orderBy(desc(accessReviews.startedAt)).limit(most);
  const counted = await db
    .select({
      reviewId: accessReviewItems.reviewId,
      items: count(),
      undecided: raw<number>`count(*) filter (where ${isNull(accessReviewItems.decision)})::int`,
      removed: raw<number>`count(*) filter (where ${eq(accessReviewItems.decision, "remove")})::int`,
    })
    .from(accessReviewItems)
    .groupBy(accessReviewItems.reviewId);
  const byId = new Map(counted.map((row) => [row.reviewId, row]));
  return reviews.map((review) => {
    const { items = 0, removed = 0, undecided = 0 } = byId.get(review.id) ?? {};
    return { ...review, items, removed, undecided };
  });
}

/** What of Privacy wants an answer: requests that are late or due in a week, and legal holds whose day of review is near. */
import { plural } from "#components/format.ts";
import { stepName, typeName } from "#components/privacy/words.ts";
import { holdsToReview } from "#db/queries/holds.ts";
import { openRequestsDueBefore } from "#db/queries/privacy-requests.ts";
import { PAGES } from "#lib/console/roles.ts";
import { DUE_SOON_MS } from "#lib/privacy/requests/watch.ts";
import type { Deps } from "../../../request.ts";

const DAY_MS = 86_400_000;

export interface PrivacyDue {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly badge: string;
  readonly note: string;
  readonly late: boolean;
}

/** The latest first. A request is named by what it asks for: whom it is about stands on its own page. */
export async function privacyDue({ db }: Deps, nowMs: number): Promise<readonly PrivacyDue[]> {
  const before = new Date(nowMs + DUE_SOON_MS);
  const requests = (await openRequestsDueBefore(db, before)).map((row) => {
    const late = row.dueAt.getTime() <= nowMs;
    return {
      id: row.id,
      href: `${PAGES.privacy.path}/${row.id}`,
      name: `Privacy request: ${typeName(row.type)}`,
      badge: late ? `Overdue by ${daysOf(nowMs - row.dueAt.getTime())}` : dueIn(row.dueAt, nowMs),
      note: `Due ${row.dueAt.toISOString().slice(0, 10)}, stands at: ${stepName(row.step)}`,
      late,
    };
  });
  const holds = (await holdsToReview(db, before)).map((row) => {
    const late = row.reviewAt === null || row.reviewAt.getTime() <= nowMs;
    return {
      id: row.id,
      href: PAGES.privacyHolds.path,
      name: "Legal hold",
      badge: late ? "Review is late" : "Review is due",
      note: `Placed ${row.createdAt.toISOString().slice(0, 10)}${row.reviewAt ? `, to be reviewed by ${row.reviewAt.toISOString().slice(0, 10)}` : ""}`,
      late,
    };
  });
  return [...requests, ...holds].sort((a, b) => Number(b.late) - Number(a.late));
}

function dueIn(at: Date, nowMs: number): string {
  return `Due in ${daysOf(at.getTime() - nowMs)}`;
}

function daysOf(ms: number): string {
  return plural(Math.max(1, Math.ceil(ms / DAY_MS)), "day");
}

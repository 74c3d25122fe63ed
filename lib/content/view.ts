/** What is told of kept contents and of who opened them, without what they say. */
import { findKept, keptFigures, recentGlassEvents } from "#db/queries/contents.ts";
import { openedRows } from "../audit/read.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { readTerms } from "../privacy/retention/terms.ts";
import { unlocksOfCall } from "./break-glass.ts";
import { stateOf, type Unlock } from "./schema.ts";
import type { ContentStore } from "./store.ts";
import { unlocksOf } from "./unlocks.ts";

const DAY_MS = 86_400_000;

interface ContentReader extends Pick<JobDeps, "auditSealer" | "policy" | "sql"> {
  readonly contents: Pick<ContentStore, "flush">;
}

export interface ContentStanding {
  readonly stored: boolean;
  readonly optIn: boolean;
  readonly secondPerson: boolean;
  /** Null: for ever. */
  readonly days: number | null;
  readonly kept: number;
  readonly oldest: Date | null;
  /** The newest first. */
  readonly unlocks: readonly Unlock[];
}

/** @param calls of so many calls that were asked for last */
export async function contentStanding(
  { jobs }: { readonly jobs: ContentReader },
  calls: number,
): Promise<ContentStanding> {
  await jobs.contents.flush();
  const { config } = jobs.policy();
  const { oldest, rows } = await keptFigures(jobs.sql);
  const { optIn, secondPerson, stored } = config.contents;
  return {
    ...{ stored, optIn, secondPerson, oldest },
    days: await contentDays(jobs),
    kept: rows,
    unlocks: unlocksOf(await openedRows(jobs, await recentGlassEvents(jobs.sql, calls))),
  };
}

export interface CallContentView {
  /** Null: nothing is kept of the call. */
  readonly kept: { readonly at: Date; readonly until: Date | null } | null;
  readonly unlocks: readonly Unlock[];
}

export async function callContentView(
  { jobs }: { readonly jobs: ContentReader },
  callId: string,
): Promise<CallContentView> {
  await jobs.contents.flush();
  const kept = await findKept(jobs.sql, callId);
  const days = await contentDays(jobs);
  return {
    kept: kept && {
      at: kept.at,
      until: days === null ? null : new Date(kept.at.getTime() + days * DAY_MS),
    },
    unlocks: await unlocksOfCall({ jobs }, callId),
  };
}

async function contentDays({ policy, sql }: ContentReader): Promise<number | null> {
  const terms = await readTerms(sql, policy().config);
  return terms.find(({ store }) => store === "content")?.days ?? null;
}

/** As the API tells it. */
export function shownUnlock(unlock: Unlock, nowMs: number) {
  return {
    id: unlock.id,
    call_id: unlock.callId,
    state: stateOf(unlock, nowMs),
    asked_by: unlock.askedBy ?? unlock.actor.id,
    asked_by_name: unlock.name,
    asked_at: unlock.askedAt.toISOString(),
    reason: unlock.reason,
    approved_by: unlock.approvedBy,
    approved_at: unlock.approvedAt?.toISOString() ?? null,
    open_until: unlock.openUntil?.toISOString() ?? null,
    waits_until: unlock.waitsUntil?.toISOString() ?? null,
    read_at: unlock.readAt.map((at) => at.toISOString()),
  };
}

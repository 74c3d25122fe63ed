/** Who has opened what was said in a call, when and why. */
import { stateOf, type Unlock, type UnlockState } from "#lib/content/schema.ts";
import { ago, moment, plural } from "../format.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { ApproveButton } from "./break-glass.tsx";

const TONES: Readonly<Record<UnlockState, Tone>> = {
  waiting: "warn",
  open: "bad",
  closed: "neutral",
  lapsed: "outline",
};

const WORDS: Readonly<Record<UnlockState, string>> = {
  waiting: "Waiting",
  open: "Open",
  closed: "Closed again",
  lapsed: "Lapsed",
};

const TITLES: Readonly<Record<UnlockState, string>> = {
  waiting: "A second person has to approve",
  open: "Who asked can read it now",
  closed: "Its 15 minutes are over",
  lapsed: "Nobody approved it within a day",
};

export function UnlockBadge({ unlock, nowMs }: { unlock: Unlock; nowMs: number }) {
  const state = stateOf(unlock, nowMs);
  return (
    <Badge tone={TONES[state]} dot title={TITLES[state]}>
      {WORDS[state]}
    </Badge>
  );
}

/** @param viewer who may approve what others ask for; null: nobody here */
export function mayApprove(unlock: Unlock, viewer: string | null, nowMs: number): boolean {
  return viewer !== null && stateOf(unlock, nowMs) === "waiting" && unlock.askedBy !== viewer;
}

export function nameOf(unlock: Unlock): string {
  return unlock.name ?? (unlock.actor.kind === "master_key" ? "master key" : unlock.actor.id);
}

/** In the detail of one call. */
export function UnlockList({
  unlocks,
  viewer,
  nowMs,
  timezone,
}: {
  unlocks: readonly Unlock[];
  viewer: string | null;
  nowMs: number;
  timezone: string;
}) {
  if (unlocks.length === 0) return <p className="text-faint text-sm">Nobody has opened it.</p>;
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {unlocks.map((unlock) => (
        <li key={unlock.id} className="flex flex-col gap-1 px-3 py-2 text-sm">
          <span className="flex flex-wrap items-center justify-between gap-2">
            <span className="font-medium text-ink">{nameOf(unlock)}</span>
            <UnlockBadge unlock={unlock} nowMs={nowMs} />
          </span>
          <span className="break-words">{unlock.reason}</span>
          <span className="text-faint text-xs" title={moment(unlock.askedAt, timezone)}>
            {[
              `asked ${ago(unlock.askedAt, nowMs)}`,
              unlock.approvedBy === null ? null : `approved by ${unlock.approvedBy}`,
              unlock.readAt.length === 0 ? "not read" : `read ${plural(unlock.readAt.length, "time")}`,
            ]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
          {mayApprove(unlock, viewer, nowMs) && <ApproveButton callId={unlock.callId} unlock={unlock.id} />}
        </li>
      ))}
    </ul>
  );
}

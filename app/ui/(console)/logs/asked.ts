/** Which calls are asked for: what the address of the Logs says, within what the person may see. */
import type { readQuery } from "#components/data-table/query.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";

const DAY_MS = 86_400_000;
export const RANGES = {
  "1h": DAY_MS / 24,
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
} as const;
const RANGE_NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];
const OUTCOMES = ["ok", "refused", "failed"] as const;

export interface AskedCalls {
  readonly fromMs: number;
  readonly filter: CallFilter;
}

/** @param ownUserId set for whoever sees only their own calls: they have no choice of whose */
export function askedCalls(
  query: ReturnType<typeof readQuery>,
  ownUserId: string | null,
  nowMs: number,
): AskedCalls {
  const fromMs = nowMs - RANGES[query.word("range", RANGE_NAMES) ?? "24h"];
  const outcome = query.word("outcome", OUTCOMES);
  const [model, keyId, requestId] = [query.text("model"), query.text("key"), query.text("q")];
  const userId = ownUserId ?? query.text("user");
  return {
    fromMs,
    filter: {
      // A request is looked for wherever it is.
      fromMs: requestId === undefined ? fromMs : null,
      toMs: null,
      ...(outcome ? { outcome } : {}),
      ...(model ? { model } : {}),
      ...(keyId ? { keyId } : {}),
      ...(requestId ? { requestId } : {}),
      ...(userId === undefined ? {} : { userId }),
    },
  };
}

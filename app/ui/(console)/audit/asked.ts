/** What the audit page and its export are asked for: one reading of the URL for both. */
import type { Query } from "#components/data-table/query.ts";
import type { AuditCursor } from "#db/queries/console-audit.ts";
import type { AskedEvents } from "#lib/audit/read.ts";

const DAY_MS = 86_400_000;
const RANGES = {
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
  "90d": 90 * DAY_MS,
  all: null,
} as const;
export type Range = keyof typeof RANGES;

export const RANGE_OPTIONS = [
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "90d", label: "Last 90 days" },
  { value: "all", label: "All of it" },
];
export const OUTCOME_OPTIONS = [
  { value: "ok", label: "Done" },
  { value: "denied", label: "Denied" },
];

export interface AskedAudit {
  readonly filter: AskedEvents;
  readonly range: Range;
  /** How many filters narrow the list, the range not counted. */
  readonly filters: number;
  readonly actor: string | undefined;
  readonly object: string | undefined;
}

export function readAsked(query: Query, nowMs: number): AskedAudit {
  const range = query.word("range", Object.keys(RANGES) as Range[]) ?? "30d";
  const spanMs = RANGES[range];
  const actor = query.text("actor");
  const object = query.text("object");
  const action = query.text("action", 100);
  const outcome = query.word("outcome", ["ok", "denied"]);
  const text = query.text("q");
  const [targetKind, targetId] = parts(object);
  const [actorKind, actorId] = parts(actor);
  return {
    range,
    actor,
    object,
    filters: [actor, object, action, outcome, text].filter((one) => one !== undefined).length,
    filter: {
      ...(spanMs === null ? {} : { fromMs: nowMs - spanMs }),
      ...(actorKind === undefined ? {} : { actor: { kind: actorKind, id: actorId ?? "" } }),
      ...(targetKind === undefined ? {} : { targetKind }),
      ...(targetId === undefined ? {} : { targetId }),
      ...(action === undefined ? {} : { action }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(text === undefined ? {} : { text }),
    },
  };
}

/** `page=o123` begins below event 123, `page=n123` above it. */
export function readCursor(query: Query): AuditCursor {
  const text = query.text("page", 24);
  const found = /^([on])(\d{1,18})$/.exec(text ?? "");
  if (!found) return null;
  const seq = BigInt(found[2] ?? "0");
  return found[1] === "o" ? { older: seq } : { newer: seq };
}

/** `key:key_123` -> kind and id; `key` is the kind alone. */
function parts(text: string | undefined): [string | undefined, string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const mark = text.indexOf(":");
  return mark < 0 ? [text, undefined] : [text.slice(0, mark), text.slice(mark + 1)];
}

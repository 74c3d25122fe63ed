/** The acts on many keys: what they are called, what they mean, and whether they can be taken back. */

export const BULK_ACTS = {
  disable: {
    button: "Disable",
    title: "Disable",
    means: "Their next call is refused. Enabling them lets them in again.",
    done: "disabled",
  },
  enable: { button: "Enable", title: "Enable", means: "Their next call is let in.", done: "enabled" },
  extend: {
    button: "Extend…",
    title: "Extend",
    means: "The time counts from now. Keys that do not expire stay so.",
    done: "extended",
  },
  budget: {
    button: "Set budget…",
    title: "Set the budget of",
    means: "It replaces the budget that each has; what was spent in this period stays counted.",
    done: "given the budget",
  },
  team: {
    button: "Move…",
    title: "Move",
    means: "They count for the new team from the next call on; what they spent stays with the old one.",
    done: "moved",
  },
  tag: { button: "Add tag…", title: "Add a tag to", means: "Tags they have stay.", done: "tagged" },
  revoke: {
    button: "Revoke…",
    title: "Revoke",
    means: "This cannot be undone. Every application that has one of them stops at its next call.",
    done: "revoked",
  },
} as const;
export type BulkKind = keyof typeof BULK_ACTS;

/** The opposite of an act, where there is one. */
export const OPPOSITE: Partial<Record<BulkKind, BulkKind>> = { disable: "enable", enable: "disable" };

/** `1 key`, `3 keys`. */
export function keysInWords(count: number): string {
  return count === 1 ? "1 key" : `${count} keys`;
}

/** What to type before many keys are revoked. */
export function revokePhrase(count: number): string {
  return `REVOKE ${keysInWords(count).toUpperCase()}`;
}

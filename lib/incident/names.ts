/** What an incident is about, what can be done in it, and what is typed first. Apart from the schemas, which pages load late. */

export const SCOPE_KINDS = ["key", "team", "user", "ip", "created_since", "all", "master_key"] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

export const ACTIONS = ["freeze", "revoke", "rotate_master_key", "end_sessions", "stop_exports"] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * What is typed to confirm actions that cannot be undone; null when none of them needs it.
 * @param keys how many keys would be revoked
 */
export function phraseFor(actions: readonly Action[], keys: number): string | null {
  if (actions.includes("revoke")) return `REVOKE ${keys} ${keys === 1 ? "KEY" : "KEYS"}`;
  if (actions.includes("rotate_master_key")) return "ROTATE MASTER KEY";
  if (actions.includes("end_sessions")) return "END SESSIONS";
  return actions.includes("stop_exports") ? "STOP EXPORTS" : null;
}

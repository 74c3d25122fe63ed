/** What scopes, actions and steps are called. */
import type { Action, ScopeKind } from "#lib/incident/names.ts";

export const SCOPES: Readonly<Record<ScopeKind, string>> = {
  key: "One key",
  team: "A team",
  user: "A person",
  ip: "Keys used from an address",
  created_since: "Keys created since",
  all: "All calls",
  master_key: "The master key",
};

/** What to write beside the scope; null: nothing. */
export const SCOPE_HINTS: Readonly<Record<ScopeKind, { label: string; hint: string } | null>> = {
  key: { label: "Key", hint: "Its id, or the secret itself: only its hash is kept." },
  team: { label: "Team", hint: "Id or name." },
  user: { label: "Person", hint: "Id or e-mail address." },
  ip: {
    label: "Address or range",
    hint: "203.0.113.7 or 10.0.0.0/8: calls from there, and keys that were used from there.",
  },
  created_since: { label: "Since", hint: "A moment in UTC, such as 2026-11-23T09:00:00Z." },
  all: null,
  master_key: null,
};

export const ACTION_WORDS: Readonly<Record<Action, { name: string; note: string }>> = {
  freeze: { name: "Freeze", note: "Calls are denied until the freeze is lifted." },
  revoke: { name: "Revoke the keys", note: "Final: each application needs a new key." },
  rotate_master_key: {
    name: "Replace the master key",
    note: "The new one is shown once; the old one ends at once.",
  },
  end_sessions: { name: "End console sessions", note: "Everybody else signs in again." },
  stop_exports: { name: "Stop exports", note: "Exports that wait or run are cancelled." },
};

const STEPS: Readonly<Record<string, string>> = {
  open: "Opened",
  run: "Actions asked for",
  freeze: "Frozen",
  unfreeze: "Freeze lifted",
  revoke: "Keys revoked",
  rotate_master_key: "Master key replaced",
  end_sessions: "Sessions ended",
  stop_exports: "Exports stopped",
  approve: "Approved by a second person",
  evidence: "Evidence taken",
  close: "Closed",
};

export function stepWord(action: string): string {
  return STEPS[action] ?? action.replaceAll("_", " ");
}

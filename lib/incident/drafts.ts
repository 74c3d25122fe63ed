/** Drafts of the messages that an incident calls for, made of what is known; people finish and send them. */
import type { Scope } from "./scope.ts";

export interface DraftFacts {
  readonly scope: Scope;
  readonly openedAt: Date;
  readonly keys: number;
  readonly frozen: boolean;
  readonly revoked: number;
  readonly reason: string;
}

export interface Draft {
  readonly title: string;
  readonly text: string;
}

export function messageDrafts({
  frozen,
  keys,
  openedAt,
  reason,
  revoked,
  scope,
}: DraftFacts): readonly Draft[] {
  const at = openedAt.toISOString().slice(0, 16).replace("T", " ");
  const state =
    revoked > 0
      ? `We revoked ${revoked} ${revoked === 1 ? "key" : "keys"}. They will not work again; ask for new ones.`
      : frozen
        ? "Calls are frozen for now. Your keys may work again without a change; we will tell you."
        : "Calls go on at the moment.";
  return [
    {
      title: "To the owners of the keys",
      text: `Subject: Your gateway keys: action needed

On ${at} UTC we opened an incident about ${scope.label}.
${state}

Please do this now:
1. Take the old key out of every place that holds it: code, settings, CI, chat messages.
2. Ask for a new key, and put it into the environment, not into a file that is shared.
3. Look for calls that were not yours, and tell us of them.`,
    },
    {
      title: "To the security team and the data protection officer",
      text: `Subject: Incident at the LLM gateway, opened ${at} UTC

Scope: ${scope.label} (${keys} ${keys === 1 ? "key" : "keys"})
Why: ${reason}
State: ${state}

Open questions: since when was the key known to others, which calls were not ours, does any of them concern personal
data? If it does, the 72 hours of GDPR Article 33 run from when we became aware. The signed evidence is on the
incident's page.`,
    },
  ];
}

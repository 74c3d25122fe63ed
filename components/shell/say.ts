/**
 * Short messages in the corner. What draws them comes with the first one: most pages are left without any, so none waits
 * for it.
 */
import type { ExternalToast } from "sonner";

export type Said = {
  readonly title: string;
  readonly options: ExternalToast;
  readonly tone: "plain" | "good" | "bad";
};

const waiting: Said[] = [];
const listeners = new Set<() => void>();

function put(said: Said): void {
  waiting.push(said);
  for (const changed of listeners) changed();
}

/** Says that something was done. */
export function say(title: string, options: ExternalToast = {}): void {
  put({ title, options, tone: "plain" });
}

/** Says that something turned out well, where it could have gone either way. */
export function sayGood(title: string, options: ExternalToast = {}): void {
  put({ title, options, tone: "good" });
}

/** Says that something failed. */
export function sayBad(title: string, options: ExternalToast = {}): void {
  put({ title, options, tone: "bad" });
}

/** For useSyncExternalStore. */
export function onSaid(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

export function isSomethingSaid(): boolean {
  return waiting.length > 0;
}

/** What was not shown yet, and is the caller's to show. */
export function takeSaid(): readonly Said[] {
  return waiting.splice(0);
}

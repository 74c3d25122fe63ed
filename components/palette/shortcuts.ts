/** Whether keys without a modifier do something: some people speak to their computer, and can switch it off (WCAG 2.1.4). */

const STORED = "shin.shortcuts";
const listeners = new Set<() => void>();

/** For useSyncExternalStore. */
export function onShortcuts(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("storage", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", changed);
  };
}

export function shortcutsNow(): boolean {
  return window.localStorage.getItem(STORED) !== "off";
}

export function setShortcuts(on: boolean): void {
  window.localStorage.setItem(STORED, on ? "on" : "off");
  for (const changed of listeners) changed();
}

/** True while somebody types, or a dialog or menu has the keyboard. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.closest("[role=dialog],[role=menu]") !== null;
}

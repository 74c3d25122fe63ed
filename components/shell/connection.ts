/** Whether the gateway answers this page: known from what the page asks, and from the browser itself. */

let lost = false;
const listeners = new Set<() => void>();

/** For useSyncExternalStore. */
export function onConnection(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("offline", connectionIsLost);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) window.removeEventListener("offline", connectionIsLost);
  };
}

export function isConnectionLost(): boolean {
  return lost;
}

export function connectionIsLost(): void {
  set(true);
}

export function connectionIsBack(): void {
  set(false);
}

/** True when the gateway answers, whatever it says. */
export async function probe(): Promise<boolean> {
  try {
    await (await fetch("/health/live", { cache: "no-store" })).json();
    return true;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return false;
  }
}

function set(to: boolean): void {
  if (lost === to) return;
  lost = to;
  for (const changed of listeners) changed();
}

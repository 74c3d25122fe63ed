/** How close the rows of tables stand: a word on the document, kept in this browser. */

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

const STORED = "shin.density";
const listeners = new Set<() => void>();

/** For useSyncExternalStore; other tabs are heard, too. */
export function onDensity(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("storage", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", changed);
  };
}

export function densityNow(): Density {
  return window.localStorage.getItem(STORED) === "compact" ? "compact" : "comfortable";
}

export function setDensity(density: Density): void {
  window.localStorage.setItem(STORED, density);
  for (const changed of listeners) changed();
}

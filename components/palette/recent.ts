/** What this person opened last by the palette, kept in this browser until they sign out. Never what was typed. */

export interface Recent {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
}

const STORED = "shin.recent";
const MOST = 5;

export function recentOf(person: string): readonly Recent[] {
  try {
    const kept: { of: string; items: Recent[] } = JSON.parse(window.localStorage.getItem(STORED) ?? "null");
    return kept?.of === person && Array.isArray(kept.items) ? kept.items : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Something else wrote there: the list begins anew.
    return [];
  }
}

export function remember(person: string, item: Recent): void {
  const others = recentOf(person).filter((one) => one.path !== item.path);
  window.localStorage.setItem(
    STORED,
    JSON.stringify({ of: person, items: [item, ...others].slice(0, MOST) }),
  );
}

export function forgetRecent(): void {
  window.localStorage.removeItem(STORED);
}

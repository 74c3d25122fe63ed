/** "Did you mean": the known word nearest to a mistyped one. */
import { closest, distance } from "fastest-levenshtein";

/** The nearest of `known`, or null when none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0 || word === "") return null;
  const lower = word.toLowerCase().replaceAll("-", "_");
  const exact = known.find((candidate) => candidate.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  const best = closest(lower, [...known]);
  return distance(lower, best) <= Math.max(2, Math.floor(word.length / 3)) ? best : null;
}

/** ` — did you mean "x"?`, or "" when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const best = nearest(word, known);
  return best === null ? "" : ` — did you mean "${best}"?`;
}

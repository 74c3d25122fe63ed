/** Instants as ISO text. */

let lastMs = Number.NaN;
let lastIso = "";

/** A busy gateway asks for the same millisecond again and again, and formatting a date is dear. */
export function isoInstant(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

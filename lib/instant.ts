/** Instants as ISO text. */

let lastSecond = Number.NaN;
let lastPrefix = "";

/** A busy gateway asks for the same second again and again, and formatting a date is dear. */
export function isoInstant(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastPrefix = new Date(second * 1000).toISOString().slice(0, 20);
  }
  const rest = ms - second * 1000;
  return `${lastPrefix}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z`;
}

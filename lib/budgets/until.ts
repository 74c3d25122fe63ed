/** The end of something that lasts a while: an instant in ISO form, or a duration from now. */
import { addDuration, readDuration } from "#lib/config/duration.ts";

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since 1970; without an offset the text is in UTC. Null for anything that is no instant. */
export function readInstant(text: string): number | null {
  const match = ISO.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour, , , offset] = match;
  // Date.parse takes 30 February for 2 March.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return null;
  const iso = text.trim().replace(" ", "T");
  const ms = Date.parse(hour !== undefined && offset === undefined ? `${iso}Z` : iso);
  return Number.isNaN(ms) ? null : ms;
}

/** The instant that `text` names, or that lies so far from now; null when it is neither. */
export function endOf(text: string, nowMs: number): number | null {
  const instant = readInstant(text);
  if (instant !== null) return instant;
  const span = readDuration(text);
  return span === null ? null : addDuration(new Date(nowMs), span).getTime();
}

/** Days of this computer's calendar, as date fields have them. */

export const DAY_MS = 86_400_000;

/** `2026-11-27` */
export function localDate(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The instant at which that day is over, here. */
export function endOfDay(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const end = new Date(year, month - 1, day + 1);
  return Number.isNaN(end.getTime()) ? date : end.toISOString();
}

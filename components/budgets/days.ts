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

const FRIDAY = 5;

/** Days that people mean when they raise something for a while, the nearest first; none of them twice. */
export function usualDays(today: Date): { readonly label: string; readonly date: string }[] {
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const friday = new Date(year, month, day + ((FRIDAY - today.getDay() + 7) % 7));
  const all = [
    { label: "Today", date: localDate(today) },
    { label: "Friday", date: localDate(friday) },
    { label: "End of the month", date: localDate(new Date(year, month + 1, 0)) },
  ];
  return all
    .filter(({ date }, index) => all.findIndex((other) => other.date === date) === index)
    .sort((a, b) => a.date.localeCompare(b.date));
}

/**
 * Formatters of the platform, made once each: `toLocaleString` makes one for every figure, and a page has hundreds of
 * figures. That took half of the time in which the Overview was drawn.
 */

export const INTEGERS = new Intl.NumberFormat("en-US");
export const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const SHAPES = {
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const dollars = new Map<number, Intl.NumberFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

/** US dollars. @param digits after the point, two at least where there are that many */
export function dollarsOf(digits: number): Intl.NumberFormat {
  const made =
    dollars.get(digits) ??
    new Intl.NumberFormat("en-US", {
      style: "currency",
      currency: "USD",
      minimumFractionDigits: Math.min(2, digits),
      maximumFractionDigits: digits,
    });
  dollars.set(digits, made);
  return made;
}

/** Days and times. @param timezone one of the configuration's: there are never many */
export function timesOf(shape: keyof typeof SHAPES, timezone: string): Intl.DateTimeFormat {
  const name = `${shape} ${timezone}`;
  const made = times.get(name) ?? new Intl.DateTimeFormat("en-GB", { timeZone: timezone, ...SHAPES[shape] });
  times.set(name, made);
  return made;
}

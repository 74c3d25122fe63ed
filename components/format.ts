/** How money, counts, times and spans read, everywhere in the console. Amounts are exact; what is rounded says so by its form. */
import { formatUsd } from "#lib/money.ts";
import { COMPACT, dollarsOf, INTEGERS, timesOf } from "./formatters.ts";

/** `$0.0042`, `$12.40`, `$1,204.00`: small amounts keep two digits that say something. */
export function money(nanoUsd: bigint): string {
  if (nanoUsd === 0n) return "$0.00";
  const usd = Number(formatUsd(nanoUsd));
  const size = Math.abs(usd);
  if (size < 0.000001) return "<$0.000001";
  const digits = size >= 0.1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(size)));
  return dollarsOf(digits).format(usd);
}

/** To the last nano-dollar, for titles and exports. */
export function exactMoney(nanoUsd: bigint): string {
  return `$${formatUsd(nanoUsd)}`;
}

export function integer(value: number | bigint): string {
  return INTEGERS.format(value);
}

/** `812`, `12.4k`, `3.1M`. */
export function compact(value: number): string {
  return value < 1000 ? integer(value) : COMPACT.format(value).replace("K", "k");
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (100 * part) / whole;
  return share > 0 && share < 0.1 ? "<0.1%" : `${share.toFixed(share >= 10 || share === 0 ? 0 : 1)}%`;
}

/** `14 ms`, `1.2 s`, `2 min 5 s`. */
export function span(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return parts([Math.floor(seconds / 60), "min"], [seconds % 60, "s"]);
  const minutes = Math.round(seconds / 60);
  return parts([Math.floor(minutes / 60), "h"], [minutes % 60, "min"]);
}

/** `8 h`, `2 min 5 s`: what is zero is left out. */
function parts(...all: readonly (readonly [count: number, unit: string])[]): string {
  return all
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

const UNITS: readonly [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
];

/** `5 min ago`, `in 3 d`, `just now`. */
export function ago(at: Date, nowMs: number): string {
  const distance = nowMs - at.getTime();
  const size = Math.abs(distance);
  const unit = UNITS.find(([, ms]) => size >= ms);
  if (!unit) return distance >= 0 ? "just now" : "in a moment";
  const text = `${Math.floor(size / unit[1])} ${unit[0]}`;
  return distance >= 0 ? `${text} ago` : `in ${text}`;
}

/** `23 Nov 2026, 10:02` in the reporting zone. */
export function moment(at: Date, timezone: string): string {
  return timesOf("moment", timezone).format(at);
}

/** `23 Nov 10:02:14`, for lists of one day or a few. */
export function clock(at: Date, timezone: string): string {
  return `${dayAndMonth(at, timezone)} ${timesOf("second", timezone).format(at)}`;
}

/** `23 Nov` in the reporting zone. */
export function dayAndMonth(at: Date, timezone: string): string {
  return timesOf("day", timezone).format(at);
}

/** `10:02` in the reporting zone. */
export function timeOfDay(at: Date, timezone: string): string {
  return timesOf("minute", timezone).format(at);
}

/** `23 Nov` of a calendar date such as 2026-11-23. */
export function shortDay(date: string): string {
  return dayAndMonth(new Date(`${date}T12:00:00Z`), "UTC");
}

export function plural(count: number, noun: string): string {
  return `${integer(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `812 B`, `12.4 kB`, `3.1 MB`: decimal units. */
export function bytes(size: bigint | number): string {
  const value = Number(size);
  const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** step;
  return `${scaled.toFixed(step === 0 || scaled >= 100 ? 0 : 1)} ${["B", "kB", "MB", "GB", "TB"][step]}`;
}

/** What an event changed, value by value: nested objects are taken apart, so that one limit of one model is one line. */
import { exactMoney } from "../format.ts";

type Values = Readonly<Record<string, unknown>>;

export interface Changed {
  /** `limits.models.gpt-4.rpm` in words. */
  readonly name: string;
  readonly kind: "set" | "removed" | "changed" | "same";
  readonly before: string | null;
  readonly after: string | null;
  /** Of lists: what came and what went. */
  readonly list: { readonly added: readonly string[]; readonly removed: readonly string[] } | null;
}

/** Values of a change; those that stayed come last. Bookkeeping that the event tells itself is left out. */
export function changesOf(before: Values | null, after: Values | null): Changed[] {
  const [was, is] = [flat(before ?? {}), flat(after ?? {})];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !QUIET.has(name));
  const lines = names.flatMap((name) => line(name, was[name], is[name]));
  return [...lines.filter((one) => one.kind !== "same"), ...lines.filter((one) => one.kind === "same")];
}

const QUIET = new Set(["updatedAt", "updatedBy", "updated_at", "updated_by"]);

function line(path: string, was: unknown, is: unknown): Changed[] {
  const [before, after] = [shown(path, was), shown(path, is)];
  if (before === null && after === null) return [];
  const kind =
    before === after ? "same" : before === null ? "set" : after === null ? "removed" : ("changed" as const);
  const lists = kind === "changed" && Array.isArray(was) && Array.isArray(is);
  const list = lists ? { added: missing(is, was), removed: missing(was, is) } : null;
  return [{ name: words(path), kind, before, after, list }];
}

function missing(from: readonly unknown[], others: readonly unknown[]): string[] {
  const known = new Set(others.map(String));
  return from.map(String).filter((one) => !known.has(one));
}

function flat(values: Values, prefix = ""): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const path = `${prefix}${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      Object.assign(out, flat(value as Values, `${path}.`));
    else out[path] = value;
  }
  return out;
}

/** Null for what is as good as absent. */
function shown(path: string, value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (Array.isArray(value))
    return value.length === 0
      ? null
      : value.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join(", ");
  if (/NanoUsd$/.test(path) && /^-?\d+$/.test(String(value))) return exactMoney(BigInt(String(value)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** `maxBudgetNanoUsd` -> `max budget`, `limits.models.gpt-4.rpm` -> `limits › models › gpt-4 › rpm`. */
function words(path: string): string {
  const [head = "", ...rest] = path.replace(/NanoUsd$/, "").split(".");
  const first = head
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return [first, ...rest].join(" › ");
}

/** How single values are read: numbers, switches, words, lists. Each says what is wrong and what to write instead. */
import { DURATION_FORMS, durationMs, readDuration } from "./duration.ts";
import type { Parser } from "./setting.ts";
import { show, type YamlNode } from "./tree.ts";

/** Any non-empty text; a number is taken as it is written. */
export function text(): Parser<string> {
  return {
    form: "text",
    parse(node, fault) {
      if (node.kind !== "scalar" || node.value === null) return fault(`${show(node)} is not text`);
      const value = typeof node.value === "string" ? node.value : node.text;
      return value.trim() === "" ? fault("is empty") : value;
    },
  };
}

/** A secret: never repeated in a message. Catches the usual mistaken spellings of a reference. */
export function secret(): Parser<string> {
  return {
    form: "text, best as os.environ/NAME",
    parse(node, fault) {
      if (node.kind !== "scalar" || node.value === null) return fault(`${show(node)} is not text`);
      const value = (typeof node.value === "string" ? node.value : node.text).trim();
      if (value === "") return fault("is empty");
      const meant =
        /^(?:\$\{?|\$env:|os\.env(?:iron)?[.[/]?["']?|process\.env\.|env[:.])([A-Z][A-Z0-9_]*)["'\]}]*$/.exec(
          value,
        );
      if (meant !== null)
        return fault(`looks like a reference to the environment — write os.environ/${meant[1]}`);
      if (/[\s\p{Cc}]/u.test(value)) return fault("contains a blank or a control character");
      return value;
    },
  };
}

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number: `100`, `"100"`, `1_000`. */
export function wholeNumber({ min = 0, max = Number.MAX_SAFE_INTEGER }: NumberRange = {}): Parser<number> {
  return {
    form:
      max === Number.MAX_SAFE_INTEGER
        ? `whole number${min > 0 ? `, at least ${min}` : ""}`
        : `whole number, ${min} to ${max}`,
    parse(node, fault) {
      const value = readNumber(node);
      if (value === null || !Number.isInteger(value))
        return fault(`${show(node)} is not a whole number${wholeHint(node)}`);
      if (value < min) return fault(`${show(node)} is too small — at least ${min}`);
      return value > max ? fault(`${show(node)} is too large — at most ${max}`) : value;
    },
  };
}

/** Any number in the range, such as a weight. */
export function number({ min = 0, max = 1e12 }: NumberRange = {}): Parser<number> {
  return {
    form: `number, at least ${min}`,
    parse(node, fault) {
      const value = readNumber(node);
      if (value === null) return fault(`${show(node)} is not a number`);
      if (value < min) return fault(`${show(node)} is too small — at least ${min}`);
      return value > max ? fault(`${show(node)} is too large — at most ${max}`) : value;
    },
  };
}

function readNumber(node: YamlNode): number | null {
  if (node.kind !== "scalar") return null;
  if (typeof node.value === "number") return Number.isFinite(node.value) ? node.value : null;
  if (typeof node.value !== "string") return null;
  const plain = node.value.trim().replace(/(?<=\d)_(?=\d{3}(?!\d))/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

function wholeHint(node: YamlNode): string {
  const match = node.kind === "scalar" ? /^(\d+(?:\.\d+)?)\s*([km])$/i.exec(String(node.value).trim()) : null;
  if (match === null) return "";
  const factor = match[2]?.toLowerCase() === "k" ? 1_000 : 1_000_000;
  return ` — write ${Math.round(Number(match[1]) * factor)}`;
}

const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

/** `true` or `false`; also what YAML 1.1 and the environment write: yes, no, on, off, 1, 0. */
export function toggle(): Parser<boolean> {
  return {
    form: "true or false",
    parse(node, fault) {
      const value =
        node.kind === "scalar" ? SWITCH_WORDS.get(String(node.value).trim().toLowerCase()) : undefined;
      return value ?? fault(`${show(node)} is neither true nor false`);
    },
  };
}

/** One of a few words, in any case; `spellings` may name further ones for the same value. */
export function oneOf<T extends string>(
  words: readonly T[],
  spellings: Readonly<Record<string, T>> = {},
): Parser<T> {
  return {
    form: words.join(", "),
    parse(node, fault) {
      const given = node.kind === "scalar" ? String(node.value).trim().toLowerCase() : "";
      const value =
        words.find((word) => word === given) ??
        (Object.hasOwn(spellings, given) ? spellings[given] : undefined);
      return value ?? fault(`${show(node)} is not one of ${words.join(", ")}`);
    },
  };
}

/** One of a few numbers. */
export function oneOfNumbers(numbers: readonly number[]): Parser<number> {
  return {
    form: numbers.join(", "),
    parse(node, fault) {
      const value = readNumber(node);
      return value !== null && numbers.includes(value)
        ? value
        : fault(`${show(node)} is not one of ${numbers.join(", ")}`);
    },
  };
}

/** Seconds (LiteLLM's habit, fractions allowed) or a duration such as `15m`, in milliseconds. */
export function timeSpan({
  minMs = 1,
  maxMs = 86_400_000,
}: {
  minMs?: number;
  maxMs?: number;
} = {}): Parser<number> {
  return {
    form: "seconds, or a duration such as 15m",
    parse(node, fault) {
      const seconds = readNumber(node);
      const duration =
        node.kind === "scalar" && typeof node.value === "string" ? readDuration(node.value) : null;
      const ms =
        seconds !== null ? Math.round(seconds * 1_000) : duration === null ? null : durationMs(duration);
      if (ms === null) return fault(`${show(node)} is not a time — write seconds, or ${DURATION_FORMS}`);
      if (ms < minMs) return fault(`${show(node)} is too short — at least ${minMs / 1_000} seconds`);
      return ms > maxMs ? fault(`${show(node)} is too long — at most ${maxMs / 1_000} seconds`) : ms;
    },
  };
}

/** A duration kept as text (`30d`), checked. */
export function durationText(): Parser<string> {
  return {
    form: `duration: ${DURATION_FORMS}`,
    parse(node, fault) {
      const value = node.kind === "scalar" && node.value !== null ? String(node.value).trim() : "";
      return readDuration(value) === null
        ? fault(`${show(node)} is not a duration — write ${DURATION_FORMS}`)
        : value;
    },
  };
}

/** Days as a number, or a duration of whole days such as `30d`. */
export function days(): Parser<number> {
  const whole = wholeNumber({ min: 1, max: 36_500 });
  return {
    form: "days, or a duration such as 30d",
    parse(node, fault) {
      const duration =
        node.kind === "scalar" && typeof node.value === "string" ? readDuration(node.value) : null;
      if (duration === null || duration.unit === "s") return whole.parse(node, fault);
      const count = durationMs(duration) / 86_400_000;
      return Number.isInteger(count) ? count : fault(`${show(node)} is not a number of whole days`);
    },
  };
}

/** A list of texts; a single text stands for a list of one, and commas separate (as in a variable). */
export function textList(): Parser<readonly string[]> {
  return listOf(text(), "list of texts");
}

/** A list whose items are read by `item`; keeps going after a fault, so that all are reported. */
export function listOf<T>(item: Parser<T>, form: string): Parser<readonly T[]> {
  return {
    form,
    parse(node, fault) {
      const items = listItems(node);
      if (items === null) return fault(`${show(node)} is not a list`);
      const values = items.map((child) => item.parse(child, (message, at) => fault(message, at ?? child)));
      const good = values.filter((value) => value !== undefined);
      return good.length === values.length ? good : undefined;
    },
  };
}

function listItems(node: YamlNode): readonly YamlNode[] | null {
  if (node.kind === "list") return node.items;
  if (node.kind === "map" || node.value === null) return null;
  if (typeof node.value !== "string") return [node];
  return node.value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => ({ ...node, value: part, text: part }));
}

/** The same parser, with null as a further result type: members that may be unset. */
export function optional<T>(parser: Parser<T>): Parser<T | null> {
  return parser;
}

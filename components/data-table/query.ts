/** Reads a page's state from its URL, and makes the links that change it. A value that means nothing is left out and named. */

export type RawParams = Readonly<Record<string, string | string[] | undefined>>;

export interface Query {
  /** Text, or undefined when absent. */
  text(name: string, longest?: number): string | undefined;
  /** One of some words, or undefined. */
  word<const W extends string>(name: string, words: readonly W[]): W | undefined;
  /** A whole number within bounds, else the fallback. */
  whole(name: string, fallback: number, least: number, most: number): number;
  /** Names of the parameters that meant nothing. */
  readonly dropped: readonly string[];
}

export function readQuery(raw: RawParams): Query {
  const dropped: string[] = [];
  const value = (name: string): string | undefined => {
    const given = raw[name];
    const text = (Array.isArray(given) ? given[0] : given)?.trim();
    return text === undefined || text === "" ? undefined : text;
  };
  const drop = (name: string): undefined => {
    dropped.push(name);
    return undefined;
  };
  return {
    dropped,
    text(name, longest = 200) {
      const text = value(name);
      return text === undefined
        ? undefined
        : text.length > longest || text.includes("\0")
          ? drop(name)
          : text;
    },
    word(name, words) {
      const text = value(name);
      return text === undefined ? undefined : (words.find((word) => word === text) ?? drop(name));
    },
    whole(name, fallback, least, most) {
      const text = value(name);
      if (text === undefined) return fallback;
      const number = Number(text);
      if (Number.isInteger(number) && number >= least && number <= most) return number;
      drop(name);
      return fallback;
    },
  };
}

/** The same page with some parameters changed; null takes one away. A change of anything but the page leads to page 1. */
export function linkTo(
  path: string,
  raw: RawParams,
  changes: Readonly<Record<string, string | number | null>>,
): string {
  const next = new URLSearchParams();
  for (const [name, given] of Object.entries(raw)) {
    const text = Array.isArray(given) ? given[0] : given;
    if (text !== undefined && text !== "" && !(name in changes)) next.set(name, text);
  }
  if (!("page" in changes) && !("id" in changes)) next.delete("page");
  for (const [name, change] of Object.entries(changes)) if (change !== null) next.set(name, String(change));
  const query = next.toString();
  return query === "" ? path : `${path}?${query}`;
}

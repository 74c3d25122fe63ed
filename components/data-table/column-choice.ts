/** Which columns of a table a person shows, kept in this browser. What was never chosen is as the page has it. */

export type ColumnChoice = Readonly<Record<string, boolean>>;

const PREFIX = "shin.columns.";
const NONE: ColumnChoice = {};
const listeners = new Set<() => void>();
/** By table: the text as stored, and what it says. The same text must be the same object for React. */
const read = new Map<string, { text: string | null; choice: ColumnChoice }>();

/** For useSyncExternalStore. */
export function onColumnChoice(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("storage", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", changed);
  };
}

export function columnChoice(table: string): ColumnChoice {
  const text = window.localStorage.getItem(PREFIX + table);
  const known = read.get(table);
  if (known?.text === text) return known.choice;
  const choice = parse(text);
  read.set(table, { text, choice });
  return choice;
}

export function noColumnChoice(): ColumnChoice {
  return NONE;
}

/** @param choice null: as the page has it */
export function chooseColumns(table: string, choice: ColumnChoice | null): void {
  if (choice === null) window.localStorage.removeItem(PREFIX + table);
  else window.localStorage.setItem(PREFIX + table, JSON.stringify(choice));
  for (const changed of listeners) changed();
}

/** The rules that put a choice into force for `[data-table]`; only names of columns that exist get into it. */
export function columnRules(table: string, columns: readonly string[], choice: ColumnChoice): string {
  return columns
    .filter((id) => choice[id] !== undefined)
    .map((id) => {
      const display = choice[id] ? "table-cell" : "none";
      return `[data-table="${table}"] [data-col="${id}"]{display:${display}!important}`;
    })
    .join("");
}

function parse(text: string | null): ColumnChoice {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value !== "object" || value === null) return NONE;
    return Object.fromEntries(Object.entries(value).filter(([, shown]) => typeof shown === "boolean"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Something else wrote there.
    return NONE;
  }
}

/** An event's values as people may see them: whatever is called a secret stays out, also from events of older versions. */

const SECRET = /secret|password|sealed|credential|api_?key|authorization|(^|_)token$|hash/i;
/** Parts of a secret that are shown everywhere, and words that only sound like one. */
const HARMLESS = /^(secretStart|secretLast4|apiKeyVariable|.*(At|_at|_sent))$/;

export const NOT_SHOWN = "not shown";

/** The same values without secrets; null stays null. */
export function shownValues(values: Record<string, unknown> | null): Record<string, unknown> | null {
  return values === null ? null : (hidden(values) as Record<string, unknown>);
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const secret =
        SECRET.test(name) && !HARMLESS.test(name) && inner !== null && typeof inner !== "boolean";
      return [name, secret ? NOT_SHOWN : hidden(inner)];
    }),
  );
}

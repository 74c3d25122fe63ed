/**
 * What Next's router in the browser sends along when it asks for a part of a page: which parts it has. Next answers one that
 * it cannot read with a failure of its own, so it is read here first, by the same rules.
 */

const PARAMETERS = new Set([
  ...["c", "ci(..)(..)", "ci(.)", "ci(..)", "ci(...)"],
  ...["oc", "d", "di(..)(..)", "di(.)", "di(..)", "di(...)"],
]);
const REFRESHES = new Set(["refetch", "inside-shared-layout", "metadata-only"]);

/** @param header of `next-router-state-tree`; one that came twice is none */
export function isRouterState(header: string): boolean {
  const open: unknown[] = [decoded(header)];
  // Not a call in a call: how deep it goes is the sender's choice.
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!Array.isArray(at) || at.length > 6 || !isNode(at)) return false;
    open.push(...Object.values(at[1]));
  }
  return true;
}

type Node = readonly [segment: unknown, children: object, ...rest: unknown[]];

function isNode(tree: readonly unknown[]): tree is Node {
  const [segment, children, page, refresh, number, more] = tree;
  return (
    isSegment(segment) &&
    typeof children === "object" &&
    children !== null &&
    (page == null || (isTexts(page) && page.length === 2)) &&
    (refresh == null || (typeof refresh === "string" && REFRESHES.has(refresh))) &&
    (number == null || typeof number === "number") &&
    (more === undefined || typeof more === "string")
  );
}

function isSegment(segment: unknown): boolean {
  if (typeof segment === "string") return true;
  if (!Array.isArray(segment) || segment.length !== 4) return false;
  const [name, value, parameter, siblings] = segment;
  return isTexts([name, value]) && PARAMETERS.has(parameter) && (siblings === null || isTexts(siblings));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Null, which is no state, for what is no JSON. */
function decoded(header: string): unknown {
  try {
    const state: unknown = JSON.parse(decodeURIComponent(header));
    return state;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof URIError) return null;
    throw error;
  }
}

/** Text, lists and pages from the query of an admin route. */
import { isStorable } from "#lib/storable.ts";
import { GatewayError } from "../errors.ts";
import { queryNumber } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import type { Headers } from "./http.ts";

const LONGEST = 512;
const MOST_ITEMS = 500;

/** A parameter's text; undefined when it is absent or empty. @throws GatewayError invalid_request */
export function queryText(context: AuthenticatedContext, name: string): string | undefined {
  const raw = context.query.get(name);
  if (raw === null || raw === "") return undefined;
  if (raw.length > LONGEST || !isStorable(raw)) {
    throw new GatewayError(
      "invalid_request",
      `${name} must be text of at most ${LONGEST} characters, without NUL`,
      { param: name },
    );
  }
  return raw;
}

/** `a,b,c`, or the parameter several times over; undefined when it names nothing. @throws GatewayError invalid_request */
export function queryList(context: AuthenticatedContext, name: string): string[] | undefined {
  const items = context.query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length > MOST_ITEMS || !items.every((item) => item.length <= LONGEST && isStorable(item))) {
    throw new GatewayError(
      "invalid_request",
      `${name} must list at most ${MOST_ITEMS} names of at most ${LONGEST} characters`,
      { param: name },
    );
  }
  return items.length === 0 ? undefined : items;
}

export interface Page {
  /** From 1. */
  readonly page: number;
  readonly size: number;
}

/** @throws GatewayError invalid_request */
export function queryPage(context: AuthenticatedContext, size: number, mostSize: number): Page {
  return {
    page: queryNumber(context, "page", 1, 1, 1_000_000),
    size: queryNumber(context, "page_size", size, 1, mostSize),
  };
}

/** What a paged object says of its place. */
export function pageFields({ page, size }: Page, total: number) {
  return { total, page, page_size: size, total_pages: Math.ceil(total / size) };
}

/** The same in headers, for answers whose body is LiteLLM's bare list. */
export function pageHeaders({ page, size }: Page, total: number): Headers {
  return {
    "x-total-count": String(total),
    "x-page": String(page),
    "x-page-size": String(size),
    "x-total-pages": String(Math.ceil(total / size)),
  };
}

/**
 * The tables of docs/api.md, made from what the code does: routes from ROUTES, errors from lib/errors.ts. Write them into
 * the page with: node test/documents/api-reference.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, GatewayError } from "#lib/errors.ts";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { ERROR_NOTES } from "#lib/openapi/error-notes.ts";
import { ROUTE_NOTES } from "#lib/openapi/route-notes.ts";
import { readText, root } from "./sources.ts";

const ACCESS = {
  public: "nobody needs a key",
  inference: "any key",
  info: "any key",
  own: "any key, its own things",
  manage: "any key, where its role allows it",
  admin: "admin",
  master: "master key",
} as const;

/** The table of all routes; one without a note says so, and the test fails on it. */
export function routesTable(): string {
  const rows = ROUTES.map(({ method, path, access }) => {
    const note = ROUTE_NOTES[`${method} ${path}`] ?? "NO NOTE IN lib/openapi/route-notes.ts";
    const who = access === "admin" && method === "GET" ? "admin or viewer" : ACCESS[access];
    return `| ${method} | \`${path.replaceAll("*}", "}")}\` | ${who} | ${note} |`;
  });
  return ["| Method | Path | Who | What |", "|---|---|---|---|", ...rows].join("\n");
}

/** The table of all error codes with their status and type. */
export function errorsTable(): string {
  const rows = Object.entries(ERROR_NOTES).map(([code, note]) => {
    const { status, type } = new GatewayError(code as ErrorCode, "");
    return `| ${status} | \`${type}\` | \`${code}\` | ${note} |`;
  });
  return ["| Status | `type` | Our name | When |", "|---|---|---|---|", ...rows].join("\n");
}

/** The page with its tables made anew. */
export function withTables(page: string): string {
  const tables = { routes: routesTable(), errors: errorsTable() };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(
      `(<!-- ${name}: made by test/documents/api-reference.ts -->\\n)[\\s\\S]*?(<!-- end -->)`,
    );
    if (!place.test(text)) throw new Error(`docs/api.md has no place for the table "${name}"`);
    return text.replace(place, (_, start: string, end: string) => `${start}${table}\n${end}`);
  }, page);
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(join(root, "docs", "api.md"), withTables(readText("docs/api.md")));

/** docs/openapi.json, made from what the code does. Write it with: node test/documents/openapi-file.ts */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { openApiDocument } from "#lib/openapi/document.ts";
import { VERSION } from "#lib/version.ts";
import { root } from "./sources.ts";

/** The file's text. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(ROUTES, VERSION), null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(join(root, "docs", "openapi.json"), openApiText());

/** The API reference's material: the very document that /openapi.json serves, cut into groups. */
import { ROUTES } from "#lib/gateway/route-table.ts";
import { type OpenApiDocument, openApiDocument } from "#lib/openapi/document.ts";
import type { Operation } from "#lib/openapi/operations.ts";
import { VERSION } from "#lib/version.ts";

export interface PlacedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export interface Group {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly operations: readonly PlacedOperation[];
}

let made: { readonly document: OpenApiDocument; readonly groups: readonly Group[] } | null = null;

/** Made once a process. */
export function reference(): { readonly document: OpenApiDocument; readonly groups: readonly Group[] } {
  if (made) return made;
  const document = openApiDocument(ROUTES, VERSION);
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = document.tags.map(({ name, description }) => ({
    slug: name.toLowerCase(),
    name,
    description,
    operations: all.filter(({ operation }) => operation.tags[0] === name),
  }));
  made = { document, groups };
  return made;
}

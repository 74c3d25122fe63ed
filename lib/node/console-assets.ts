/**
 * The console's scripts and style sheets, compressed once and kept: Next itself sends them as they are, since it must not
 * hold back a stream for a compressor. Their names change with their contents, so browsers may keep them for good.
 */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const PREFIX = "/_next/static/";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};
const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};
type Encoding = keyof typeof compressors;

/** Answers a request for a script or style sheet and says true, or leaves it to Next. */
export type ServeAsset = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<boolean>;

/** @param dir where `.next/` is */
export function consoleAssets(dir: string): ServeAsset {
  const root = path.join(dir, ".next", "static");
  // Only what the build made is ever opened: the address is looked up and never put together to a path.
  const files = new Map<string, string>();
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }))
    if (Object.hasOwn(TYPES, path.extname(name)))
      files.set(PREFIX + name.split(path.sep).map(encodeURIComponent).join("/"), path.join(root, name));
  const kept = new Map<string, Promise<Buffer>>();
  return async ({ headers, method, url = "" }, outgoing) => {
    const file = files.get(url.split("?", 1)[0] ?? "");
    const encoding = file === undefined || method !== "GET" ? null : accepted(headers["accept-encoding"]);
    if (file === undefined || encoding === null) return false;
    const name = `${encoding} ${file}`;
    const known = kept.get(name) ?? readFile(file).then(compressors[encoding]);
    kept.set(name, known);
    const bytes = await known.catch((error: unknown) => {
      kept.delete(name);
      throw error;
    });
    outgoing.writeHead(200, {
      "content-type": TYPES[path.extname(file)],
      "content-encoding": encoding,
      "content-length": bytes.length,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      "x-content-type-options": "nosniff",
    });
    outgoing.end(bytes);
    return true;
  };
}

function accepted(header: string | string[] | undefined): Encoding | null {
  const named = String(header ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.split(";")[0]);
  return named.includes("br") ? "br" : named.includes("gzip") ? "gzip" : null;
}

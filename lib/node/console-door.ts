/**
 * What of the console's paths never reaches Next. Its pages are read with GET, and the one thing that is sent there is a
 * sign-in: a few hundred bytes. Everything else that people do goes to the admin API, which has limits of its own.
 */
import type { IncomingMessage } from "node:http";
import { isRouterState } from "./router-state.ts";

export interface DoorRefusal {
  readonly status: number;
  readonly message: string;
}

/** Paths that Next serves and nobody here needs: each has been a way in. */
const CLOSED = ["/_next/image", "/_next/data"];
const MOST_BYTES = 64 * 1024;

/** Null: Next may have it. @param path without the query */
export function refusedAtDoor(
  { headers, method = "GET" }: IncomingMessage,
  path: string,
): DoorRefusal | null {
  if (headers["next-action"] !== undefined || CLOSED.some((closed) => path.startsWith(closed)))
    return { status: 404, message: "There is nothing here." };
  if (!isDecodable(path)) return { status: 400, message: "The path holds a % that encodes no character." };
  const state = headers["next-router-state-tree"];
  if (state !== undefined && !isRouterState(state.toString()))
    return {
      status: 400,
      message: "The header next-router-state-tree is not what a page of the console sends.",
    };
  if (method === "GET" || method === "HEAD") return null;
  if (method !== "POST" || !path.startsWith("/api/auth/"))
    return { status: 405, message: "Pages of the console answer to GET." };
  // next-auth would read any number of bytes, of anybody, before it looks at them.
  if (headers["transfer-encoding"] !== undefined)
    return { status: 411, message: "Send the body with its Content-Length." };
  if (Number(headers["content-length"] ?? 0) > MOST_BYTES)
    return { status: 413, message: `The body is larger than ${MOST_BYTES / 1024} kB.` };
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding !== "identity") return { status: 415, message: "Send the body uncompressed." };
  return null;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

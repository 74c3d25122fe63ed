/** An operation as a curl line that can be pasted. */
import type { Operation } from "./operations.ts";

/**
 * @param origin of this gateway, as the reader's browser has it
 * @param body undefined for none
 */
export function curlOf(
  method: string,
  path: string,
  operation: Operation,
  origin: string,
  body: unknown,
): string {
  const inference = operation.tags[0] === "Models";
  const url = `${origin}${inference ? "/v1" : ""}${path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}`;
  const lines = [
    `curl ${method === "GET" || (method === "POST" && body !== undefined) ? "" : `-X ${method} `}${url}`,
  ];
  if (operation.security === undefined) lines.push(`-H "Authorization: Bearer $SHIN_KEY"`);
  if (body !== undefined) {
    lines.push(`-H "Content-Type: application/json"`);
    lines.push(`-d '${shown(body).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n  ");
}

/** On one line while that is short. */
function shown(body: unknown): string {
  const line = JSON.stringify(body);
  return line.length <= 44 ? line : JSON.stringify(body, null, 2).replaceAll("\n", "\n  ");
}

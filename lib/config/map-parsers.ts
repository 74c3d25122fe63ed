/** How maps are read: headers, and free values that are handed on as they are. */
import type { Parser } from "./setting.ts";
import { show, type YamlNode } from "./tree.ts";

/** A plain JavaScript value of a tree; `__proto__` becomes an own property like any other. */
export function plain(node: YamlNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

/** Headers to send along. */
export const headers: Parser<Readonly<Record<string, string>>> = {
  form: "map of header names and values",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    const pairs: [string, string][] = [];
    for (const { key, value } of node.entries) {
      const header =
        value.kind === "scalar" && value.value !== null
          ? typeof value.value === "string"
            ? value.value
            : value.text
          : null;
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key))
        fault(`${JSON.stringify(key)} is not a header name`, value);
      else if (header === null || /[^\t\x20-\x7e\x80-\xff]/.test(header))
        fault(`${key} has no value that a header can carry`, value);
      else pairs.push([key, header]);
    }
    return pairs.length === node.entries.length ? Object.fromEntries(pairs) : undefined;
  },
};

/** Any map, as plain values. */
export const anyMap: Parser<Readonly<Record<string, unknown>>> = {
  form: "map",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
  },
};

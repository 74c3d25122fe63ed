/** A JSON value as the tree that YAML files become, so that what came through the API is read by the same tables. */
import type { Place } from "./problems.ts";
import type { YamlNode } from "./tree.ts";

/** @param place stands for every value in it: JSON from a request has no lines worth naming */
export function fromJson(value: unknown, place: Place): YamlNode {
  if (Array.isArray(value)) return { kind: "list", place, items: value.map((item) => fromJson(item, place)) };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => ({
      key,
      place,
      value: fromJson(item, place),
    }));
    return { kind: "map", place, entries };
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { kind: "scalar", place, value, text: String(value) };
  return { kind: "scalar", place, value: null, text: "" };
}

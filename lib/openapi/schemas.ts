/** zod schemas as JSON Schema 2020-12, the dialect of OpenAPI 3.1: each stands in the document once and is referred to. */
import { z } from "zod";

export type Json = Readonly<Record<string, unknown>>;

export class SchemaList {
  readonly #names = new Map<z.ZodType, string>();
  readonly #made: Record<string, Json> = {};

  /** A reference to the schema. @param name what it is called when it is new here: after its first user */
  refer(schema: z.ZodType, io: "input" | "output", name: string): Json {
    const known = this.#names.get(schema);
    if (known === undefined) {
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      this.#names.set(schema, title);
      const { $schema: _, "~standard": __, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
      this.#made[title] = plain(made) as Json;
    }
    return { $ref: `#/components/schemas/${this.#names.get(schema)}` };
  }

  all(): Readonly<Record<string, Json>> {
    return this.#made;
  }
}

/** `anyOf` of one type and null is said as a list of types; bounds that only guard the storage are left out. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(([name, bound]) => !(name === "maximum" && typeof bound === "number" && bound >= 2 ** 31 - 1))
    .filter(([name, bound]) => !(name === "minimum" && typeof bound === "number" && bound <= -(2 ** 31)))
    .map(([name, inner]) => [name, plain(inner)] as const);
  const made: Record<string, unknown> = Object.fromEntries(members);
  const choices = made["anyOf"];
  if (!Array.isArray(choices) || choices.length !== 2) return made;
  const [first, second]: Record<string, unknown>[] = choices;
  if (first === undefined || second?.["type"] !== "null" || typeof first["type"] !== "string") return made;
  const { anyOf: _, ...rest } = made;
  const listed = Array.isArray(first["enum"]) ? { enum: [...first["enum"], null] } : {};
  return { ...rest, ...first, ...listed, type: [first["type"], "null"] };
}

/**
 * The gateway described in OpenAPI 3.1: made from the route table and from the schemas that check the bodies, so that it
 * says what the gateway does. The same document is served at /openapi.json, shown at /docs and kept in docs/openapi.json.
 */
import { type ErrorCode, GatewayError } from "../errors.ts";
import { IDEMPOTENCY_KEY } from "../idempotency/key.ts";
import { ERROR_NOTES } from "./error-notes.ts";
import { type DocumentedRoute, type Operation, openPath, operationOf, TAGS } from "./operations.ts";
import { type Json, SchemaList } from "./schemas.ts";

export interface ErrorEntry {
  readonly code: string;
  readonly status: number;
  readonly type: string;
  readonly when: string;
}

export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: Json & { readonly version: string };
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Json[];
  /** Path -> method in lower case -> operation. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json & {
    readonly parameters: { readonly IdempotencyKey: typeof idempotencyKey };
    readonly schemas: Readonly<Record<string, Json>>;
  };
  /** Every error that the gateway itself answers. */
  readonly "x-errors": readonly ErrorEntry[];
}

export function openApiDocument(routes: readonly DocumentedRoute[], version: string): OpenApiDocument {
  const errors = errorEntries();
  const schemas = new SchemaList();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = openPath(route.path);
    const of =
      route.access === "public" ? PUBLIC_ERRORS : route.access === "inference" ? CALL_ERRORS : ADMIN_ERRORS;
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operationOf(route, refsOf(of), schemas),
    };
  }
  const used = new Set(Object.values(paths).flatMap((one) => Object.values(one).map(({ tags }) => tags[0])));
  return {
    openapi: "3.1.0",
    info: {
      title: "Shin Gateway",
      version,
      description:
        "OpenAI's API for applications, LiteLLM's key API for operators. Every path stands here without /v1; with /v1 in front it is the same.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/v1" }, { url: "/" }],
    tags: TAGS.filter(({ name }) => used.has(name)).map(({ name, description }) => ({ name, description })),
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A virtual key, or the master key." },
      },
      parameters: { IdempotencyKey: idempotencyKey },
      schemas: { Error: errorSchema(errors), ...schemas.all() },
      responses: Object.fromEntries(
        [...new Set([...PUBLIC_ERRORS, ...CALL_ERRORS, ...ADMIN_ERRORS])].map((status) => [
          `Error${status}`,
          errorAnswer(errors.filter((one) => one.status === Number(status))),
        ]),
      ),
    },
    "x-errors": errors,
  };
}

const idempotencyKey = {
  name: IDEMPOTENCY_KEY,
  in: "header",
  required: false,
  description:
    "Of your own choosing, one for each thing to be done (a UUID). For 24 hours the same request with the same key does nothing and hears the first answer, byte for byte, with `Idempotent-Replayed: true`.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
} as const;

const PUBLIC_ERRORS = ["400", "503"];
const CALL_ERRORS = ["400", "401", "403", "408", "413", "429", "500", "502", "503"];
const ADMIN_ERRORS = ["400", "401", "403", "404", "409", "413", "429", "500", "503"];

function refsOf(statuses: readonly string[]): Record<string, Json> {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
  );
}

/** All errors with their status and type, in the order of the table in lib/errors.ts. */
function errorEntries(): ErrorEntry[] {
  return (Object.keys(ERROR_NOTES) as ErrorCode[]).map((code) => {
    const { status, type } = new GatewayError(code, "");
    return { code, status, type, when: ERROR_NOTES[code] };
  });
}

function errorAnswer(errors: readonly ErrorEntry[]): Json {
  return {
    description: errors.map(({ type, when }) => `\`${type}\`: ${when}.`).join("\n"),
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
}

function errorSchema(errors: readonly ErrorEntry[]): Json {
  return {
    type: "object",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["message", "type", "param", "code", "request_id"],
        properties: {
          message: { type: "string", description: "What is wrong and what to do." },
          type: { type: "string", enum: [...new Set(errors.map((one) => one.type))] },
          param: { type: ["string", "null"], description: "The field at fault." },
          code: { type: ["string", "integer"], description: "The status." },
          request_id: { type: "string", description: "Quote it: the log knows it." },
          reason: { type: "string", description: "Of a limit or budget: the rule that refused." },
          scope: { type: "object", description: "Of a limit or budget: whose it is." },
          limit: { type: "number", description: "Its ceiling." },
          used: { type: "number", description: "What was used of it." },
          retry_after: { type: "number", description: "Seconds until it is worth trying again." },
        },
        additionalProperties: true,
      },
    },
  };
}

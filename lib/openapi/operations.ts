/** One route of the table as an operation of the OpenAPI document. */
import { takesIdempotencyKey } from "../idempotency/key.ts";
import { ANSWERS, BODIES } from "./bodies.ts";
import { QUERIES } from "./parameters.ts";
import { ROUTE_NOTES } from "./route-notes.ts";
import type { Json, SchemaList } from "./schemas.ts";

/** What the document needs of a route. */
export interface DocumentedRoute {
  readonly method: string;
  /** `/key/{key}/regenerate`; a last `{name*}` takes the rest. */
  readonly path: string;
  readonly access: "public" | "inference" | "info" | "own" | "manage" | "admin" | "master";
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly [string];
  readonly security?: readonly Json[];
  readonly parameters?: readonly Json[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: { readonly "application/json": { readonly schema: Json } };
  };
  readonly responses: Json;
}

/** Groups of operations in reading order, each with the first segments of its paths. */
export const TAGS: readonly { name: string; description: string; paths: readonly string[] }[] = [
  {
    name: "Models",
    description: "Calls to models, as OpenAI has them, and what may be called.",
    paths: ["chat", "completions", "embeddings", "moderations", "engines", "openai", "models", "model_group"],
  },
  {
    name: "Keys",
    description: "Virtual keys: make, change, rotate, block, delete.",
    paths: ["key"],
  },
  {
    name: "People",
    description: "Users, teams and their members.",
    paths: ["user", "team", "access-reviews"],
  },
  {
    name: "Limits",
    description: "Shared tiers, end users and tags, each with limits and budgets.",
    paths: ["budget", "customer", "end_user", "tag"],
  },
  { name: "Spend", description: "What was spent, by whom and on what.", paths: ["spend", "global", "usage"] },
  {
    name: "Deployments",
    description: "What stands behind the models, and models added without the file.",
    paths: ["model"],
  },
  {
    name: "Audit",
    description: "Who changed what, in a chain that shows every meddling.",
    paths: ["audit"],
  },
  { name: "Alerts", description: "What operators are told of, and where.", paths: ["alerts", "callbacks"] },
  {
    name: "Jobs",
    description: "Work that outlives a request: exports, and the files they make.",
    paths: ["jobs", "exports"],
  },
  {
    name: "Compliance",
    description: "The guide's checklists, the GDPR and SOC 2 as checks with evidence.",
    paths: ["compliance"],
  },
  { name: "Health", description: "Whether the gateway lives and is ready.", paths: ["health"] },
  {
    name: "Console",
    description: "What the console asks for people who are signed in to it. Keys are refused here.",
    paths: ["console"],
  },
  { name: "Other", description: "This description itself, and the rest.", paths: [] },
];

const WHO: Readonly<Record<DocumentedRoute["access"], string>> = {
  public: "Nobody needs a key.",
  inference: "Any key.",
  info: "Any key.",
  own: "Any key, for what is its own.",
  manage: "Any key, where its role allows it.",
  admin: "Admins.",
  master: "The master key alone.",
};

const READERS = "Admins and viewers.";

export function tagOf(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  const first = (/^v\d$/.test(parts[0] ?? "") ? parts[1] : parts[0]) ?? "";
  // A person's and a team's days are sums of spend.
  const segment = path.endsWith("/daily/activity") ? "spend" : first;
  return TAGS.find(({ paths }) => paths.includes(segment))?.name ?? "Other";
}

/** `POST /key/{key}/regenerate` -> `postKeyByKeyRegenerate`: as stable as the path itself. */
export function operationId({ method, path }: DocumentedRoute): string {
  const words = path
    .replace(/\{(\w+)\*?\}/g, "by_$1")
    .split(/[/_.-]/)
    .filter((word) => word !== "");
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join(
    "",
  );
}

export function openPath(path: string): string {
  return path.replaceAll("*}", "}");
}

/**
 * @param errors references to error answers by status
 * @param schemas gathers the schemas of bodies and answers
 */
export function operationOf(
  route: DocumentedRoute,
  errors: Readonly<Record<string, Json>>,
  schemas: SchemaList,
): Operation {
  const name = `${route.method} ${route.path}`;
  const note = ROUTE_NOTES[name] ?? "";
  const body = BODIES[name];
  const answer = ANSWERS[name];
  const parameters = [...pathParameters(route.path), ...queryParameters(name), ...headerParameters(route)];
  const streams = /\/(chat\/)?completions$/.test(route.path);
  return {
    operationId: operationId(route),
    summary: note.charAt(0).toUpperCase() + note.slice(1),
    description: route.access === "admin" && route.method === "GET" ? READERS : WHO[route.access],
    tags: [tagOf(route.path)],
    ...(route.access === "public" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: schemas.refer(body, "input", `${operationId(route)}Body`) },
            },
          },
        }),
    responses: {
      "200": {
        description: "Done.",
        content: {
          "application/json": {
            schema:
              answer === undefined ? {} : schemas.refer(answer, "output", `${operationId(route)}Answer`),
          },
          ...(streams ? { "text/event-stream": { schema: { type: "string" } } } : {}),
        },
      },
      ...errors,
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)(\*?)\}/g)].map(([, name, rest]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    ...(rest === "*" ? { description: "It may hold slashes." } : {}),
  }));
}

function headerParameters(route: DocumentedRoute): Json[] {
  return takesIdempotencyKey(route) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
}

function queryParameters(name: string): Json[] {
  return (QUERIES[name] ?? []).map(({ name: parameter, type, doc, choices }) => ({
    name: parameter,
    in: "query",
    required: false,
    description: doc,
    schema: { type, ...(choices === undefined ? {} : { enum: choices }) },
  }));
}

/** The API description says what the gateway does: every route, every body's own schema, every error; and its copy is fresh. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseBody } from "#lib/api-fields.ts";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { BODIES, WITHOUT_BODY } from "#lib/openapi/bodies.ts";
import { curlOf } from "#lib/openapi/curl.ts";
import { openApiDocument } from "#lib/openapi/document.ts";
import { ERROR_NOTES } from "#lib/openapi/error-notes.ts";
import { exampleBody } from "#lib/openapi/examples.ts";
import { fieldsOf } from "#lib/openapi/fields.ts";
import { QUERIES } from "#lib/openapi/parameters.ts";
import { VERSION } from "#lib/version.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { openApiText } from "../documents/openapi-file.ts";
import { readText, root } from "../documents/sources.ts";

const document = openApiDocument(ROUTES, VERSION);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const named = ROUTES.map(({ method, path }) => `${method} ${path}`);

describe("the API description", () => {
  it("is kept in docs/openapi.json as it is now (write it with: node test/documents/openapi-file.ts)", () => {
    expect(readText("docs/openapi.json") === openApiText()).toBe(true);
  });

  it("holds every route once, each under a name of its own and in a group that is named", () => {
    const listed = operations.map(({ method, path }) => `${method} ${path}`).sort();
    expect(listed).toEqual(named.map((name) => name.replaceAll("*}", "}")).sort());
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9_]*$/);
    const groups = new Set(document.tags.map(({ name }) => name));
    for (const { operation } of operations) {
      expect(groups).toContain(operation.tags[0]);
      expect(operation.summary, operation.operationId).not.toBe("");
    }
  });

  it("knows the body of every route that changes something, and none of a route that is gone", () => {
    const changing = named.filter((name) => !name.startsWith("GET "));
    const told = [...Object.keys(BODIES), ...WITHOUT_BODY];
    expect([...told].sort()).toEqual([...changing].sort());
    expect(Object.keys(QUERIES).filter((name) => !named.includes(name))).toEqual([]);
  });

  it("names the query parameters that the handlers read", () => {
    const folder = join(root, "lib", "gateway");
    const read = new Set<string>();
    for (const file of readdirSync(folder)) {
      const code = readFileSync(join(folder, file), "utf8");
      for (const pattern of [
        /query(?:Text|Number|Word|List)\(\s*context,\s*"(\w+)"/g,
        /query\.(?:get|has|getAll)\("(\w+)"/g,
      ])
        for (const [, name] of code.matchAll(pattern)) if (name !== undefined) read.add(name);
    }
    const told = new Set(Object.values(QUERIES).flatMap((one) => one.map(({ name }) => name)));
    expect(read.size).toBeGreaterThan(20);
    expect([...read].filter((name) => !told.has(name))).toEqual([]);
  });

  it("refers to nothing that is not there", () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    const { components } = document;
    const lost = references.filter(([, kind = "", name = ""]) => {
      const inside = components[kind];
      return typeof inside !== "object" || inside === null || !(name in inside);
    });
    expect(lost.map(([all]) => all)).toEqual([]);
  });

  it("lists every error with its status and type", () => {
    expect(document["x-errors"].map(({ code }) => code)).toEqual(Object.keys(ERROR_NOTES));
    const limit = document["x-errors"].find(({ code }) => code === "rate_limit_exceeded");
    expect(limit).toMatchObject({ status: 429, type: "rate_limit_error" });
  });

  it("shows fields as the schema has them", () => {
    const schema = document.paths["/key/generate"]?.["post"]?.requestBody?.content["application/json"].schema;
    const fields = fieldsOf(schema ?? {}, document.components.schemas);
    expect(fields.find(({ name }) => name === "rpm_limit")).toMatchObject({
      kind: "whole number",
      doc: "0 or more",
    });
    expect(fields.find(({ name }) => name === "models")).toMatchObject({
      kind: "list of text",
      required: false,
    });
    expect(fields.find(({ name }) => name === "key_type")?.kind).toContain('"llm_api"');
  });
});

describe("the curl lines", () => {
  // Model endpoints pass their bodies on; all others check them.
  const checked = operations.filter(
    ({ method, path, operation }) => `${method} ${path}` in BODIES && operation.tags[0] !== "Models",
  );

  it.each(checked.map((one) => [`${one.method} ${one.path}`, one] as const))(
    "of %s send a body that its schema takes",
    (name, one) => {
      const body = exampleBody(one.operation, document);
      const schema = BODIES[name];
      if (schema === undefined || !("shape" in schema)) throw new Error(`${name} has no object schema`);
      expect(() => parseBody(schema as Parameters<typeof parseBody>[0], body)).not.toThrow();
    },
  );

  it("carry the host, a key where one is needed, and quotes that a shell takes", () => {
    const chat = document.paths["/chat/completions"]?.["post"];
    const live = document.paths["/health/live"]?.["get"];
    if (!chat || !live) throw new Error("an operation is gone");
    const line = curlOf("POST", "/chat/completions", chat, "https://gw.example", { model: "it's" });
    expect(line).toContain("curl https://gw.example/v1/chat/completions");
    expect(line).toContain('-H "Authorization: Bearer $SHIN_KEY"');
    expect(line).toContain(`-d '{"model":"it'\\''s"}'`);
    expect(curlOf("GET", "/health/live", live, "https://gw.example", undefined)).toBe(
      "curl https://gw.example/health/live",
    );
  });
});

describe("GET /openapi.json", () => {
  it("answers without a key, with and without /v1, the same document", async () => {
    const gateway = await testGateway();
    for (const path of ["/openapi.json", "/v1/openapi.json"]) {
      const answer = await gateway.call("GET", path, { key: null });
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
      expect(answer.json.paths["/key/generate"].post.operationId).toBe("postKeyGenerate");
      expect(answer.json.openapi).toBe("3.1.0");
    }
  });
});

/** GET /openapi.json: this very route table, described. Anybody may read it; it names no key, person or model. */
import { type OpenApiDocument, openApiDocument } from "#lib/openapi/document.ts";
import type { GatewayResponse } from "./http.ts";
import type { Route } from "./routes.ts";

const documents = new Map<string, string>();

/** @param others every other route; this one describes itself besides */
export function openApiRoute(others: readonly Route[]): Route {
  const own: Route = {
    method: "GET",
    path: "/openapi.json",
    access: "public",
    run: ({ version }): GatewayResponse => {
      let body = documents.get(version);
      if (body === undefined) {
        const made: OpenApiDocument = openApiDocument([...others, own], version);
        body = JSON.stringify(made);
        documents.set(version, body);
      }
      return {
        status: 200,
        headers: ["content-type", "application/json", "cache-control", "no-cache"],
        body,
      };
    },
  };
  return own;
}

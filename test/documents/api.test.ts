/** docs/api.md is the contract as built: its tables are made from the code, its examples are what the gateway answers. */
import { describe, expect, it } from "vitest";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { ERROR_NOTES } from "#lib/openapi/error-notes.ts";
import { ROUTE_NOTES } from "#lib/openapi/route-notes.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { withTables } from "./api-reference.ts";
import { asPattern, blocksOf, withoutSpace } from "./markdown.ts";
import { readText } from "./sources.ts";

const page = readText("docs/api.md");
const shown = (info: string) => blocksOf(page).find((block) => block.info === info)?.text ?? "";
const call = (model: string) => ({ model, messages: [{ role: "user", content: "Hello" }] });

describe("docs/api.md", () => {
  it("holds the tables that the code makes (write them with: node test/documents/api-reference.ts)", () => {
    expect(page).toBe(withTables(page));
  });

  it("has a sentence for each route, and none for a route that is gone", () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${path}`).sort();
    expect(new Set(routes).size).toBe(routes.length);
    expect(Object.keys(ROUTE_NOTES).sort()).toEqual(routes);
    for (const { path } of ROUTES) expect(page).toContain(`\`${path.replaceAll("*}", "}")}\``);
  });

  it("names every error type that a client can meet", () => {
    for (const code of Object.keys(ERROR_NOTES)) expect(page).toContain(`\`${code}\``);
  });

  it("shows a rate limit's refusal as it is", async () => {
    const gateway = await testGateway();
    const key = await gateway.newKey({ key_name: "two-a-minute", rpm: 2 });
    const answers = [];
    for (let i = 0; i < 3; i++)
      answers.push(await gateway.call("POST", "/v1/chat/completions", { key, body: call("gpt-3.5-turbo") }));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(withoutSpace(answers[2]?.text ?? "")).toMatch(asPattern(shown("json limit")));
  });

  it("shows a budget's refusal as it is", async () => {
    const gateway = await testGateway({
      yaml: readText("config.example.yaml"),
      env: { OPENAI_API_KEY: "sk-none" },
    });
    const key = await gateway.newKey({ key_name: "one-cent", max_budget: 0.01 });
    const answer = await gateway.call("POST", "/v1/chat/completions", { key, body: call("gpt-4") });
    expect(answer.status).toBe(400);
    expect(answer.headers["x-should-retry"]).toBe("false");
    // The prompt of this call may be a few bytes shorter than that of curl.
    const pattern = asPattern(shown("json budget").replace("0.0400225", "..."));
    expect(withoutSpace(answer.text)).toMatch(pattern);
  });

  it("names the headers of a good answer", async () => {
    const gateway = await testGateway();
    const key = await gateway.newKey({ rpm: 100, tpm: 100_000, max_parallel_requests: 10, max_budget: 5 });
    const { headers } = await gateway.call("POST", "/v1/chat/completions", {
      key,
      body: call("gpt-3.5-turbo"),
    });
    const told = (name: string) =>
      page.includes(name) ||
      page.includes(`\`${name.replace(/^x-litellm/, "")}\``) ||
      /^x-ratelimit-(limit|remaining|reset|api_key|gateway)-/.test(name) ||
      /^x-litellm-key-(rpm|tpm)-limit$|^x-litellm-key-remaining-(requests|tokens)-/.test(name);
    const plain = ["content-type", "cache-control", "x-content-type-options"];
    expect(Object.keys(headers).filter((name) => !plain.includes(name) && !told(name))).toEqual([]);
  });
});

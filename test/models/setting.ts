/** What the tests of stored models send, in few words. */
import { expect } from "vitest";
import type { Answer, TestGateway } from "#test/helpers/gateway.ts";

export const ENCRYPTION_KEY = "5e".repeat(32);

/** A gateway that may call the test provider on this machine, and has nothing in config.yaml. */
export const STORING = {
  yaml: "general_settings: { allow_private_api_base: true }",
  env: { SHIN_ENCRYPTION_KEY: ENCRYPTION_KEY },
};

export const SECRET = "sk-stored-canary-71f0c2d9";

/** A body of /model/new on a test provider. */
export const model = (
  name: string,
  apiBase: string,
  params: Record<string, unknown> = {},
  info: Record<string, unknown> = {},
) => ({
  model_name: name,
  litellm_params: { model: "openai/upstream-model", api_key: SECRET, api_base: apiBase, ...params },
  model_info: info,
});

/** Adds a model. @returns its id */
export async function add(gateway: TestGateway, body: unknown): Promise<string> {
  const { status, text, json } = await gateway.call("POST", "/model/new", { body });
  expect(status, text).toBe(200);
  return json.model_id;
}

export function chat(gateway: TestGateway, name: string, key?: string): Promise<Answer> {
  const body = { model: name, messages: [{ role: "user", content: "hi" }] };
  return gateway.call("POST", "/v1/chat/completions", { body, ...(key === undefined ? {} : { key }) });
}

/** Every row of every table as text. */
export async function dump({ database }: TestGateway): Promise<string> {
  const tables =
    await database.sql`select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const texts = tables.map(async ({ table_name: name }) => {
    const rows = await database.sql`select row_to_json(t)::text as row from ${database.sql(String(name))} t`;
    return rows.map((row) => String(row["row"])).join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}

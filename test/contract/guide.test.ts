/** The curl lines of the published guide, run as they are printed there (host, port and master key filled in). */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";

const run = promisify(execFile);
// Nothing configured: the demo models answer, as on a first start.
const gateway = await mountedGateway();

const GENERATE = String.raw`curl http://localhost:4000/key/generate \
  -H "Authorization: Bearer YOUR_MASTER_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "user_id": "user-123",
    "key_name": "mobile-app",
    "duration": "30d",
    "models": ["gpt-3.5-turbo", "shin-llama-70b"],
    "max_budget": 100.0
  }'`;
const COMMENTED = String.raw`curl http://localhost:4000/key/generate \
  -H "Authorization: Bearer YOUR_MASTER_KEY" \
  -d '{
    "models": ["gpt-3.5-turbo"],      # Only these models
    "max_budget": 50.0,                # Max $50
    "max_parallel_requests": 10,       # Max concurrent
    "tpm": 10000,                      # Tokens per minute
    "rpm": 100                         # Requests per minute
  }'`;
const LIST = String.raw`curl http://localhost:4000/key/info \
  -H "Authorization: Bearer YOUR_MASTER_KEY"`;
const REVOKE = String.raw`curl -X DELETE http://localhost:4000/key/delete \
  -H "Authorization: Bearer YOUR_MASTER_KEY" \
  -d '{"key": "sk-key-to-revoke"}'`;
const FREE_TIER = String.raw`curl http://localhost:4000/key/generate \
  -H "Authorization: Bearer YOUR_MASTER_KEY" \
  -d '{
    "user_id": "free-tier-user",
    "rpm": 10,
    "tpm": 1000,
    "max_budget": 5.0
  }'`;
const role = (body: string) => String.raw`curl http://localhost:4000/key/generate \
  -H "Authorization: Bearer YOUR_MASTER_KEY" \
  -d '${body}'`;

describe.each(gateway.mounts)("$name mount", ({ name, port, send }) => {
  const curl = async (line: string) => {
    const filled = line.replace("localhost:4000", `127.0.0.1:${port}`).replace("YOUR_MASTER_KEY", MASTER_KEY);
    const { stdout } = await run("bash", ["-c", `${filled} -sS`]);
    return JSON.parse(stdout);
  };
  const chat = (key: string, model: string) =>
    send("POST", "/chat/completions", {
      key,
      body: { model, messages: [{ role: "user", content: "Hello" }] },
    });

  test("a key for a user is made, used and revoked", async () => {
    const made = await curl(GENERATE);
    expect(made).toMatchObject({
      key: expect.stringMatching(/^sk-\w{20,}$/),
      user_id: "user-123",
      key_name: "mobile-app",
      models: ["gpt-3.5-turbo", "shin-llama-70b"],
      max_budget: 100,
    });
    const days = (Date.parse(made.expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    expect((await chat(made.key, "shin-llama-70b")).status).toBe(200);
    expect((await chat(made.key, "gpt-4")).status).toBe(403);

    const { keys } = await curl(LIST);
    expect(keys.map((key: { key_alias: string }) => key.key_alias)).toContain("mobile-app");
    expect(JSON.stringify(keys)).not.toContain(made.key);

    expect(await curl(REVOKE.replace("sk-key-to-revoke", made.key))).toEqual({ deleted_keys: [made.key] });
    expect((await chat(made.key, "gpt-3.5-turbo")).status).toBe(401);
  });

  test("the body with comments is refused with the way out; without them it works, without a content type too", async () => {
    const { error } = await curl(COMMENTED);
    expect(error).toMatchObject({ code: "400", message: expect.stringContaining("JSON has no comments") });
    const made = await curl(COMMENTED.replaceAll(/ +#.*$/gm, ""));
    expect(made).toMatchObject({
      tpm_limit: 10_000,
      rpm_limit: 100,
      max_parallel_requests: 10,
      max_budget: 50,
    });
  });

  test("a free-tier key has the limits it was given", async () => {
    const made = await curl(FREE_TIER);
    expect(made).toMatchObject({ user_id: "free-tier-user", rpm_limit: 10, tpm_limit: 1000, max_budget: 5 });
    // 1,000 tokens a minute are fewer than a call without max_tokens may produce: it reserves what is left.
    expect((await chat(made.key, "gpt-4")).status).toBe(200);
    const greedy = { model: "gpt-4", max_tokens: 2000, messages: [{ role: "user", content: "Hello" }] };
    const { status, json } = await send("POST", "/chat/completions", { key: made.key, body: greedy });
    expect([status, json.error.reason]).toEqual([429, "key_tpm"]);
  });

  test.each([
    [`{"key_name": "admin-${name}", "models": ["*"]}`, "gpt-4", "nothing"],
    [
      `{"key_name": "developer-${name}", "models": ["gpt-3.5-turbo", "shin-llama-8b"], "max_budget": 10.0}`,
      "shin-llama-8b",
      "gpt-4",
    ],
    [
      `{"key_name": "production-${name}", "models": ["gpt-4", "shin-llama-405b"], "max_budget": 1000.0, "rpm": 500}`,
      "shin-llama-405b",
      "gpt-3.5-turbo",
    ],
  ])("the role's key %s", async (body, open, closed) => {
    const { key } = await curl(role(body));
    expect((await chat(key, open)).status).toBe(200);
    expect([400, 403]).toContain((await chat(key, closed)).status);
  });

  test("revoking a key that is not there says so", async () => {
    expect((await curl(REVOKE)).error).toMatchObject({ code: "404", type: "not_found_error" });
  });
});

/** Every piece of YAML printed in the security guide loads as printed and does what the guide says. */

import { describe, expect, it } from "vitest";
import { NO_LIMITS } from "#lib/config/config.ts";
import { configOf, warnings } from "./load-text.ts";

const STRONG = "sk-Guide_7hM2vQ9xRkP4wZ8tLs3N";

describe("the guide's config.yaml", () => {
  it("takes the master key from the environment", () => {
    const yaml = "general_settings:\n  master_key: os.environ/LITELLM_MASTER_KEY\n";
    expect(configOf(yaml, { env: { LITELLM_MASTER_KEY: STRONG } }).masterKey).toBe(STRONG);
    expect(warnings(yaml, { env: { LITELLM_MASTER_KEY: STRONG } })).toEqual([]);
  });

  it("works with the master key in clear, and says what is wrong with that", () => {
    const yaml = 'general_settings:\n  master_key: "sk-hardcoded-key-123"\n';
    expect(configOf(yaml).masterKey).toBe("sk-hardcoded-key-123");
    expect(warnings(yaml)).toEqual([
      "config.yaml:2:15 master_key stands here in clear — write os.environ/LITELLM_MASTER_KEY and set that variable",
      "config.yaml:2:15 the master key is an example from a guide that anybody can read — make one: openssl rand -hex 32 (refused in production)",
    ]);
  });

  it("reads the IP allowlist with single addresses and blocks", () => {
    const yaml = `
general_settings:
  allowed_ips:
    - "127.0.0.1"           # Localhost
    - "10.0.0.0/8"          # Internal network
    - "192.168.1.100"       # Specific IP
`;
    expect(configOf(yaml).allowedIps).toEqual(["127.0.0.1/32", "10.0.0.0/8", "192.168.1.100/32"]);
  });

  it("reads cors_origin as a star and as a list, never with credentials", () => {
    const everywhere = configOf('general_settings:\n  cors_origin: "*"  # Allow all\n').cors;
    expect([everywhere.origins, everywhere.credentials]).toEqual([["*"], false]);
    const listed = configOf(`
general_settings:
  cors_origin:
    - "https://yourdomain.com"
    - "https://app.yourdomain.com"
`).cors;
    expect(listed.origins).toEqual(["https://yourdomain.com", "https://app.yourdomain.com"]);
  });

  it("reads global limits", () => {
    const yaml = `
litellm_settings:
  rpm: 1000              # Requests per minute
  tpm: 100000            # Tokens per minute
`;
    expect(configOf(yaml).globalLimits).toEqual({ ...NO_LIMITS, rpm: 1000, tpm: 100_000 });
  });

  it("reads limits of a model as hard ones", () => {
    const yaml = `
model_list:
  - model_name: gpt-4
    litellm_params:
      model: gpt-4
      api_key: os.environ/OPENAI_API_KEY
      rpm: 100           # This model: 100 req/min
      tpm: 50000         # This model: 50K tok/min
`;
    const [deployment] = configOf(yaml, { env: { OPENAI_API_KEY: "sk-up" } }).deployments;
    expect(deployment).toMatchObject({
      modelGroup: "gpt-4",
      provider: "openai",
      upstreamModel: "gpt-4",
      apiKey: "sk-up",
      limits: { rpm: 100, tpm: 50_000, maxParallelRequests: null },
      routingHint: false,
      unusable: null,
      source: "config.yaml:3",
    });
  });

  it("reads allowed_keys of a model", () => {
    const yaml = `
# In config.yaml - coming soon
model_list:
  - model_name: internal-only-model
    litellm_params:
      model: gpt-4
      api_key: os.environ/OPENAI_API_KEY
      allowed_keys: ["admin-key-1", "internal-key-2"]
`;
    const [deployment] = configOf(yaml, { env: { OPENAI_API_KEY: "sk-up" } }).deployments;
    expect(deployment?.allowedKeys).toEqual(["admin-key-1", "internal-key-2"]);
  });

  it("reads the logging block, where log_level beats set_verbose", () => {
    const yaml = `
general_settings:
  log_level: "INFO"
  json_logs: true
  
litellm_settings:
  set_verbose: true
`;
    const config = configOf(yaml);
    expect([config.logLevel, config.jsonLogs]).toEqual(["info", true]);
    expect(configOf("litellm_settings:\n  set_verbose: true\n").logLevel).toBe("debug");
  });

  it("keeps the database URL with its sslmode", () => {
    const url = "postgresql://user:pass@localhost/litellm?sslmode=require";
    expect(configOf(`general_settings:\n  database_url: "${url}"\n`).databaseUrl).toBe(url);
  });

  it("answers a sqlite URL with the embedded database beside that path, aloud", () => {
    const yaml = 'general_settings:\n  database_url: "sqlite:///litellm.db"\n';
    const config = configOf(yaml);
    expect([config.databaseUrl, config.embeddedDatabaseDir]).toEqual([null, "/srv/shin/litellm.db-postgres"]);
    expect(warnings(yaml).join()).toContain("embedded PostgreSQL keeps the data in litellm.db-postgres");
    expect(configOf('general_settings:\n  database_url: "sqlite:////var/x.db"\n').embeddedDatabaseDir).toBe(
      "/var/x.db-postgres",
    );
  });

  it("reads drop_params and the global cap on max_tokens", () => {
    const yaml = `
litellm_settings:
  drop_params: true      # Drop unknown parameters
  max_tokens: 4000       # Global max
`;
    const config = configOf(yaml);
    expect([config.dropParams, config.maxTokens, config.maxTokensPolicy]).toEqual([true, 4000, "clamp"]);
  });

  it("reads the GDPR block", () => {
    const config = configOf("general_settings:\n  anonymize_logs: true\n  data_retention_days: 30\n");
    expect([config.anonymizeLogs, config.dataRetentionDays]).toEqual([true, 30]);
  });
});

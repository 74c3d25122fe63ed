/** os.environ/NAME: read anywhere, and what a missing variable means where it stands. */
import { describe, expect, it } from "vitest";
import { configOf, faults, loadText, warnings } from "./load-text.ts";

const MODEL = `model_list:
  - model_name: gpt-4
    litellm_params: { model: gpt-4, api_key: os.environ/OPENAI_API_KEY }
  - model_name: local
    litellm_params: { model: hosted_vllm/x, api_base: os.environ/VLLM_BASE }
  - model_name: free
    litellm_params: { model: ollama/x }
`;

describe("os.environ/NAME", () => {
  it("is read in numbers, switches, lists, maps and nested values", () => {
    const env = { RPM: "7", YES: "true", IPS: "10.0.0.0/8, ::1", TOKEN: "abc", REGION: "eu", NAME: "mine" };
    const config = configOf(
      `litellm_settings: { rpm: os.environ/RPM }
general_settings: { json_logs: os.environ/YES, allowed_ips: os.environ/IPS }
model_list:
  - model_name: os.environ/NAME
    litellm_params:
      model: ollama/x
      extra_headers: { authorization: os.environ/TOKEN }
      extra_body: { route: [ { region: os.environ/REGION } ] }
    model_info: { note: os.environ/REGION }
`,
      { env },
    );
    expect(config.globalLimits.rpm).toBe(7);
    expect(config.jsonLogs).toBe(true);
    expect(config.allowedIps).toEqual(["10.0.0.0/8", "::1/128"]);
    expect(config.deployments[0]).toMatchObject({
      modelGroup: "mine",
      extraHeaders: { authorization: "abc" },
      extraBody: { route: [{ region: "eu" }] },
      modelInfo: { note: "eu" },
    });
  });

  it("stands for itself when it is only a part of a text", () => {
    const config = configOf("general_settings: { log_file: logs-os.environ/X }", { env: { X: "y" } });
    expect(config.logFile).toBe("/srv/shin/logs-os.environ/X");
  });

  it("missing in api_key or api_base: the model rests with the reason, one warning each, the rest runs", () => {
    const { deployments } = configOf(MODEL);
    expect(deployments.filter((d) => d.source !== "demo").map((d) => [d.modelGroup, d.unusable])).toEqual([
      ["gpt-4", "OPENAI_API_KEY is referred to (config.yaml:3) but not set"],
      ["local", "VLLM_BASE is referred to (config.yaml:5) but not set"],
      ["free", null],
    ]);
    expect(warnings(MODEL)).toEqual([
      "env OPENAI_API_KEY is referred to (config.yaml:3) but not set; cannot be called: gpt-4",
      "env VLLM_BASE is referred to (config.yaml:5) but not set; cannot be called: local",
    ]);
    expect(warnings(MODEL, { env: { OPENAI_API_KEY: "  ", VLLM_BASE: "http://h/v1" } })).toEqual([
      "env OPENAI_API_KEY is referred to (config.yaml:3) but empty; cannot be called: gpt-4",
    ]);
  });

  it("missing for very many models still makes one readable warning", () => {
    const entries = Array.from(
      { length: 50 },
      (_, index) => `  - { model_name: m${index}, litellm_params: { model: gpt-4, api_key: os.environ/K } }`,
    );
    expect(warnings(`model_list:\n${entries.join("\n")}\n`)).toEqual([
      "env K is referred to (config.yaml:2, config.yaml:3, config.yaml:4, config.yaml:5, config.yaml:6, config.yaml:7, config.yaml:8, config.yaml:9 and 42 more) but not set; cannot be called: m0, m1, m2, m3, m4, m5, m6, m7 and 42 more",
    ]);
  });

  it("missing in master_key, database_url or elsewhere: an error that names variable and place", () => {
    const yaml = `general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
  log_file: os.environ/LOG_FILE
`;
    expect(faults(yaml)).toEqual([
      "env LITELLM_MASTER_KEY is referred to (config.yaml:2) but not set",
      "env DATABASE_URL is referred to (config.yaml:3) but not set",
      "env LOG_FILE is referred to (config.yaml:4) but not set",
    ]);
    expect(loadText(yaml).config).toBeNull();
  });

  it("does not matter in a setting that has no effect", () => {
    expect(faults("litellm_settings: { s3_callback_params: { s3_bucket_name: os.environ/BUCKET } }")).toEqual(
      [],
    );
  });

  it("says so when it does not name a variable, or is spelled in another tool's way", () => {
    expect(faults("general_settings: { log_file: os.environ/MY-VAR }")).toEqual([
      "env os.environ/MY-VAR (config.yaml:1) does not name a variable — write os.environ/NAME",
    ]);
    for (const spelling of [
      "$OPENAI_API_KEY",
      ["$", "{OPENAI_API_KEY}"].join(""),
      "os.env/OPENAI_API_KEY",
      "os.environ.OPENAI_API_KEY",
      "process.env.OPENAI_API_KEY",
    ]) {
      const yaml = `model_list: [{ model_name: a, litellm_params: { model: gpt-4, api_key: "${spelling}" } }]`;
      expect(faults(yaml).join(), spelling).toContain("write os.environ/OPENAI_API_KEY");
    }
  });

  it("does not reach into the prototype of the environment", () => {
    expect(faults("general_settings: { log_file: os.environ/toString }")).toHaveLength(1);
  });
});

describe("environment_variables", () => {
  const yaml =
    "environment_variables: { VALUE: from-file, RPM: 5 }\nlitellm_settings: { rpm: os.environ/RPM }\ngeneral_settings: { log_file: os.environ/VALUE }\n";

  it("supplies values, under .env and the real environment", () => {
    expect(configOf(yaml)).toMatchObject({ logFile: "/srv/shin/from-file", globalLimits: { rpm: 5 } });
    expect(configOf(yaml, { files: { ".env": "VALUE=from-dotenv" } }).logFile).toBe("/srv/shin/from-dotenv");
    expect(configOf(yaml, { files: { ".env": "VALUE=from-dotenv" }, env: { VALUE: "real" } }).logFile).toBe(
      "/srv/shin/real",
    );
  });

  it("may set the variables that the gateway itself reads, but a master key in clear is warned of", () => {
    const key = "environment_variables: { LITELLM_MASTER_KEY: Strong-Key-7hM2vQ9xRk, PORT: 4100 }";
    expect(configOf(key)).toMatchObject({ masterKey: "Strong-Key-7hM2vQ9xRk", port: 4100 });
    expect(warnings(key)).toEqual([
      "config.yaml:1:26 LITELLM_MASTER_KEY stands here in clear — set it in the environment or in .env",
    ]);
  });

  it("refuses names and values that cannot be", () => {
    expect(faults("environment_variables: { A-B: x, C: [1] }")).toEqual([
      'config.yaml:1:26 "A-B" is not the name of a variable',
      "config.yaml:1:37 C: a list is not text",
    ]);
  });
});

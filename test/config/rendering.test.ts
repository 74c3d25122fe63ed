/** Faults are shown all at once, with place, line and advice, exactly as documented; secrets never are. */
import { describe, expect, it } from "vitest";
import { checkConfig } from "#lib/config/check.ts";
import { maskSecrets } from "#lib/config/excerpt.ts";
import { renderProblems } from "#lib/config/problems.ts";
import { loadText } from "./load-text.ts";

const BROKEN = `model_list:
  - model_name: gpt-4
    litellm_params:
      model: gpt-4
      api_key: os.environ/OPENAI_API_KEY
  - model_name: gpt-4
    litellm_params:
      model: gpt-4
      api_key: os.environ/OPENAI_API_KEY
      rpm: "1k"
general_settings:
  master_kye: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DB_URL
`;

describe("several faults at once", () => {
  it("renders like this", () => {
    const { problems, config } = loadText(BROKEN);
    expect(config).toBeNull();
    expect(renderProblems(problems, { checkFile: "config.yaml" })).toBe(
      `
config.yaml:6:5   warning two models are called "gpt-4" and are the same (config.yaml:2); requests are spread over both
config.yaml:10:12 error   rpm: "1k" is not a whole number — write 1000
    9 |       api_key: os.environ/OPENAI_API_KEY
 > 10 |       rpm: "1k"
config.yaml:12:3  error   unknown setting "master_kye" in general_settings — did you mean "master_key"?
   11 | general_settings:
 > 12 |   master_kye: os.environ/LITELLM_MASTER_KEY
env               error   DB_URL is referred to (config.yaml:13) but not set
env               warning OPENAI_API_KEY is referred to (config.yaml:5, config.yaml:9) but not set; cannot be called: gpt-4
3 errors, 2 warnings.   Check without starting: shin config check config.yaml
`.trim(),
    );
  });

  it("shares the excerpt of one line and says nothing when all is well", () => {
    const text = renderProblems(loadText("litellm_settings: { rpm: x, tpm: y }\n").problems);
    expect(text.split("\n").filter((line) => line.startsWith(" >"))).toEqual([
      " >  1 | litellm_settings: { rpm: x, tpm: y }",
    ]);
    expect(text.split("\n").at(-1)).toBe("2 errors.");
    expect(renderProblems([])).toBe("");
  });

  it("paints only the severity when asked to", () => {
    const { problems } = loadText("litellm_settings: { rpm: x }\n");
    const painted = renderProblems(problems, { paint: (severity, text) => `<${severity}>${text}</>` });
    expect(painted).toContain('config.yaml:1:26 <error>error  </> rpm: "x"');
  });
});

describe("secrets in what is shown", () => {
  const SECRETS = ["sk-Live_9f8e7d6c5b4a3210", "hunter2hunter2", "nvapi-abcdef123456", "p4ssw0rd!"];
  const LEAKY = `model_list:
  - model_name: a
    litellm_params: { model: gpt-4, api_key: "${SECRETS[0]}", rpm: x }
  - model_name: b
    litellm_params:
      model: nvidia_nim/x
      api_key: ${SECRETS[2]}
      tmp: 5
      client_secret: ${SECRETS[3]}
      rpmm: 5
general_settings:
  database_url: postgres://u:${SECRETS[1]}@db/x?sslmode=yes
  master_key: "${SECRETS[0]}"
  master_kye: "${SECRETS[0]}"
  nonsense: 1
`;

  it("are masked in the rendered text and absent from the JSON", () => {
    const loaded = loadText(LEAKY, { env: { LITELLM_MASTER_KEY: "another-Key-0123456789" } });
    const text = renderProblems(loaded.problems);
    expect(text).toContain("***");
    for (const secret of [...SECRETS, "another-Key"]) {
      expect(text).not.toContain(secret);
      expect(checkConfig(loaded, { json: true }).output).not.toContain(secret);
      expect(JSON.stringify(loaded.problems)).not.toContain(secret);
    }
  });

  it.each([
    ["  api_key: sk-abcd1234", "  api_key: ***"],
    ["  api_key: os.environ/OPENAI_API_KEY", "  api_key: os.environ/OPENAI_API_KEY"],
    ["  max_tokens: 4000", "  max_tokens: 4000"],
    ["  input_cost_per_token: 0.1", "  input_cost_per_token: 0.1"],
    ["  database_url: postgres://u:pw@h/d", "  database_url: postgres://u:***@h/d"],
    ["  - { api_key: abc, rpm: 5 }", "  - { api_key: ***, rpm: 5 }"],
    ["  allowed_keys: [a, b]", "  allowed_keys: [a, b]"],
  ])("masks %s", (line, shown) => {
    expect(maskSecrets(line)).toBe(shown);
  });

  it("does not let a file write control characters to the terminal", () => {
    const { problems } = loadText('litellm_settings: { rpm: "\u001b[2Jx" }\n');
    expect(renderProblems(problems)).not.toContain("\u001b");
  });
});

describe("shin config check", () => {
  it("ends with 78 on errors and 0 on warnings", () => {
    expect(checkConfig(loadText(BROKEN))).toMatchObject({
      exitCode: 78,
      output: expect.stringContaining("3 errors, 2 warnings."),
    });
    const fine = checkConfig(
      loadText("model_list:\n  - model_name: a\n    litellm_params: { model: ollama/llama3 }\n"),
    );
    expect(fine).toEqual({ exitCode: 0, output: "config.yaml is good; 1 model." });
    expect(checkConfig(loadText(null)).output).toBe("no config.yaml: the defaults apply; 0 models.");
  });

  it("names the file that is not there", () => {
    const outcome = checkConfig(loadText(null, { file: "other.yaml" }));
    expect(outcome).toEqual({
      exitCode: 78,
      output: "other.yaml error   there is no file other.yaml\n1 error.",
    });
  });

  it("speaks JSON", () => {
    const outcome = checkConfig(loadText(BROKEN), { json: true });
    const report: unknown = JSON.parse(outcome.output);
    expect(report).toMatchObject({ file: "config.yaml", valid: false, errors: 3, warnings: 2 });
    expect(report).toHaveProperty("problems.1", {
      severity: "error",
      place: "file",
      file: "config.yaml",
      line: 10,
      column: 12,
      message: 'rpm: "1k" is not a whole number — write 1000',
    });
  });
});

/** include: further files, read once, merged in a known order; faults in them carry their own names. */
import { describe, expect, it } from "vitest";
import { configOf, faults, loadText } from "./load-text.ts";

const model = (name: string) =>
  `model_list: [{ model_name: ${name}, litellm_params: { model: ollama/${name} } }]\n`;
const groups = (yaml: string, files: Record<string, string>) =>
  configOf(yaml, { files }).deployments.map((d) => d.modelGroup);

describe("include", () => {
  it("joins models in reading order, relative to the including file", () => {
    const files = {
      "models/a.yaml": `${model("a")}include: [deep/b.yaml]\n`,
      "models/deep/b.yaml": model("b"),
      "c.yaml": model("c"),
    };
    expect(groups(`${model("main")}include: [models/a.yaml, ./c.yaml]\n`, files)).toEqual([
      "main",
      "a",
      "b",
      "c",
    ]);
  });

  it("merges settings: the including file wins, then the later included one", () => {
    const files = {
      "a.yaml": "litellm_settings: { rpm: 1, tpm: 1, max_tokens: 1 }\n",
      "b.yaml":
        "litellm_settings: { rpm: 2, tpm: 2 }\ngeneral_settings: { cors_allow_origins: ['https://b.example'] }\n",
    };
    const config = configOf(
      "include: [a.yaml, b.yaml]\nlitellm_settings: { rpm: 9 }\ngeneral_settings: { cors_origin: 'https://main.example' }\n",
      { files },
    );
    expect([config.globalLimits.rpm, config.globalLimits.tpm, config.maxTokens]).toEqual([9, 2, 1]);
    expect(config.cors.origins).toEqual(["https://main.example"]);
  });

  it("takes a credential from the first file that has it", () => {
    const list = (key: string) =>
      `credential_list: [{ credential_name: c, credential_values: { api_key: ${key} } }]\n`;
    const main = `${list("main-key")}include: [a.yaml]\nmodel_list: [{ model_name: m, litellm_params: { model: gpt-4, litellm_credential_name: c } }]\n`;
    expect(configOf(main, { files: { "a.yaml": list("included-key") } }).deployments[0]?.apiKey).toBe(
      "main-key",
    );
  });

  it("resolves references in included files and lists every file for watching", () => {
    const files = { "a.yaml": "litellm_settings: { rpm: os.environ/RPM }\n", ".env": "RPM=3\n" };
    const config = configOf("include: a.yaml\n", { files });
    expect(config.globalLimits.rpm).toBe(3);
    expect([...config.files].sort()).toEqual(["/srv/shin/.env", "/srv/shin/a.yaml", "/srv/shin/config.yaml"]);
  });

  it("refuses circles with a sentence, and reads a file reached by two ways once", () => {
    const circle = { "a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml]\n" };
    expect(faults("include: [a.yaml]\n", { files: circle })).toEqual([
      "b.yaml:1:11 include goes in a circle: a.yaml includes b.yaml includes a.yaml",
    ]);
    expect(faults("include: [config.yaml]\n")).toEqual([
      "config.yaml:1:11 include goes in a circle: config.yaml includes config.yaml",
    ]);
    const diamond = {
      "a.yaml": "include: [x.yaml]\n",
      "b.yaml": "include: [x.yaml]\n",
      "x.yaml": model("x"),
    };
    expect(groups("include: [a.yaml, b.yaml]\n", diamond)).toEqual(["x"]);
  });

  it("points at the include that names a missing or broken file", () => {
    expect(faults("include:\n  - nowhere.yaml\n  - 5\n  - [x]\n")).toEqual([
      "config.yaml:2:5 there is no file nowhere.yaml",
      "config.yaml:3:5 include: 5 is not a file name",
      "config.yaml:4:5 include: a list is not a file name",
    ]);
    const { problems } = loadText("include: [a.yaml]\n", {
      files: { "a.yaml": "litellm_settings:\n  rpm: x\n" },
    });
    expect(problems[0]).toMatchObject({ file: "a.yaml", line: 2, column: 8 });
    expect(problems[0]?.excerpt.at(-1)?.text).toBe("  rpm: x");
  });
});

/** A mistyped limit would be no limit: every unknown name is an error, with the name that was meant. */
import { describe, expect, it } from "vitest";
import { faults } from "./load-text.ts";

const entry = (line: string) =>
  `model_list:\n  - model_name: a\n    litellm_params:\n      model: ollama/x\n      ${line}\n`;

describe("unknown names", () => {
  it.each([
    [
      "general_settings: { allowed_ip: [] }",
      'unknown setting "allowed_ip" in general_settings — did you mean "allowed_ips"?',
    ],
    [
      "general_settings: { Master-Key: x }",
      'unknown setting "Master-Key" in general_settings — did you mean "master_key"?',
    ],
    [
      "general_settings: { tpm: 5 }",
      'unknown setting "tpm" in general_settings — it belongs in litellm_settings',
    ],
    [
      "litellm_settings: { cors_orign: x }",
      'unknown setting "cors_orign" in litellm_settings — did you mean "cors_origin" in general_settings?',
    ],
    ["router_settings: { zzzzzzzzzz: 1 }", 'unknown setting "zzzzzzzzzz" in router_settings'],
    [
      "general_settings: { port: 4001 }",
      'unknown setting "port" in general_settings — set PORT in the environment',
    ],
    [
      "general_settings: { data_dir: x }",
      'unknown setting "data_dir" in general_settings — set SHIN_DATA_DIR in the environment',
    ],
    ["model_lst: []", 'unknown section "model_lst" — did you mean "model_list"?'],
    ["master_key: x", 'unknown section "master_key" — it belongs in general_settings'],
    [entry("rpn: 5"), 'unknown setting "rpn" in litellm_params — did you mean "rpm"?'],
    [entry("temprature: 1"), 'unknown setting "temprature" in litellm_params — did you mean "temperature"?'],
    [
      "model_list:\n  - model_name: a\n    rpm: 5\n    litellm_params: { model: ollama/x }",
      'unknown name "rpm" in an entry of model_list — it belongs in litellm_params',
    ],
  ])("%s", (yaml, message) => {
    const found = faults(yaml);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^config\.yaml:\d+:\d+ /);
    expect(found[0]?.replace(/^\S+ /, "")).toBe(message);
  });

  it("takes names of LiteLLM with provider prefixes", () => {
    expect(faults(entry("aws_region_name: eu-west-1"))).toEqual([]);
  });

  it("reports wrong shapes instead of ignoring them", () => {
    expect(faults("general_settings: [a]")).toEqual([
      'config.yaml:1:19 general_settings must hold lines such as "name: value", not a list',
    ]);
    expect(faults("model_list: { a: b }")).toEqual([
      'config.yaml:1:13 model_list must be a list of "- model_name: ..." entries, not a map',
    ]);
    expect(faults("- a\n")).toEqual([
      "config.yaml:1:1 the file must consist of sections such as model_list:, not a list",
    ]);
    expect(faults("model_list: [5]")).toEqual([
      'config.yaml:1:14 model_list: 5 is not an entry — write "- model_name: ..."',
    ]);
    expect(faults("model_list: [{ litellm_params: { model: ollama/x } }]")).toEqual([
      "config.yaml:1:14 the entry has no model_name",
    ]);
    expect(faults("model_list: [{ model_name: a }]")).toEqual([
      "config.yaml:1:14 the entry has no litellm_params",
    ]);
    expect(faults("model_list: [{ model_name: a, litellm_params: { rpm: 1 } }]")).toEqual([
      'config.yaml:1:14 "a" has no litellm_params.model — write provider/model',
    ]);
  });

  it("treats prototype names as the unknown names that they are", () => {
    expect(
      faults("general_settings: { __proto__: { master_key: x }, constructor: 1, toString: 2 }"),
    ).toHaveLength(3);
    expect(Object.prototype).not.toHaveProperty("master_key");
  });
});

/** A first start answers without any provider key; a configured gateway never answers with a demo by surprise. */
import { describe, expect, it } from "vitest";
import { DEMO_MODELS } from "#lib/config/demo.ts";
import { configOf } from "./load-text.ts";

const groups = (yaml: string | null, env: Record<string, string> = {}) =>
  configOf(yaml, { env })
    .deployments.filter((deployment) => deployment.provider === "demo")
    .map((deployment) => deployment.modelGroup);
const GPT4 =
  "model_list: [{ model_name: gpt-4, litellm_params: { model: gpt-4, api_key: os.environ/OPENAI_API_KEY } }]";

describe("demo models", () => {
  it("serve the guide's names on a first start, at price zero", () => {
    expect(groups(null)).toEqual([...DEMO_MODELS]);
    const [deployment] = configOf(null).deployments;
    expect(deployment).toMatchObject({
      source: "demo",
      unusable: null,
      price: { inputNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 0n },
    });
  });

  it("stay for other names while no configured model can be called", () => {
    expect(groups(GPT4)).toEqual(["gpt-3.5-turbo", "shin-llama-8b", "shin-llama-70b", "shin-llama-405b"]);
  });

  it("are gone with the first usable model, when switched off, and in production", () => {
    expect(groups(GPT4, { OPENAI_API_KEY: "sk-up" })).toEqual([]);
    expect(groups("general_settings: { demo_models: false }")).toEqual([]);
    expect(groups(null, { NODE_ENV: "production" })).toEqual([]);
    expect(groups("general_settings: { environment: production, demo_models: true }")).toEqual([]);
  });

  it("have the same ids in every process", () => {
    const ids = (config = configOf(null)) => config.deployments.map((deployment) => deployment.id);
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(DEMO_MODELS.length);
  });
});

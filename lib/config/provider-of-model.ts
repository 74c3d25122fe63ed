/** Which provider `litellm_params.model` means, and what it is called there. */
import { canonicalProvider, PROVIDERS } from "../providers/catalogue.ts";
import { didYouMean, nearest } from "./suggest.ts";

/** Providers of LiteLLM whose dialect is not spoken here: a config that names them moves over, the entry rests. */
const OTHER_PROVIDERS = new Set(
  `anthropic bedrock vertex_ai gemini cohere cohere_chat sagemaker sagemaker_chat replicate huggingface watsonx databricks
  cloudflare ai21 ai21_chat azure_ai palm nlp_cloud aleph_alpha baseten predibase clarifai voyage jina_ai cerebras sambanova
  github github_copilot bytez snowflake triton petals deepinfra anyscale volcengine codestral text-completion-codestral friendliai
  galadriel novita nebius featherless_ai moonshot dashscope oci gradient_ai assemblyai deepgram elevenlabs infinity topaz
  meta_llama bedrock_converse vertex_ai_beta azure_text empower maritalk xinference llamafile nscale hyperbolic morph
  v0 lambda_ai heroku recraft aiml cometapi vercel_ai_gateway wandb lemonade docker_model_runner datarobot`.split(
    /\s+/,
  ),
);

export type ProviderOfModel =
  | {
      readonly kind: "known";
      readonly provider: string;
      readonly upstreamModel: string;
      readonly doubt: string | null;
    }
  | { readonly kind: "notSpoken"; readonly provider: string; readonly upstreamModel: string }
  | { readonly kind: "unknown"; readonly message: string };

/**
 * Splits `provider/model`. `hasBase`: the entry names its own api_base, so an unknown prefix is simply part of the name
 * (`meta-llama/Llama-3` on a server that speaks OpenAI's dialect).
 */
export function providerOfModel(
  model: string,
  customProvider: string | null,
  hasBase: boolean,
): ProviderOfModel {
  const slash = model.indexOf("/");
  const prefix = customProvider ?? (slash === -1 ? "openai" : model.slice(0, slash));
  const owned = slash !== -1 && model.slice(0, slash) === prefix ? model.slice(slash + 1) : model;
  const provider = prefix === "litellm_proxy" ? "openai_like" : canonicalProvider(prefix);
  if (provider !== null) {
    if (owned === "") return { kind: "unknown", message: `"${model}" names a provider and no model` };
    return { kind: "known", provider, upstreamModel: owned, doubt: null };
  }
  const near = nearest(prefix, servedProviders());
  if (hasBase && customProvider === null) {
    const doubt =
      near === null
        ? null
        : `"${prefix}" is taken as part of the name; if you meant the provider, write "${near}/${owned}"`;
    return { kind: "known", provider: "openai_like", upstreamModel: model, doubt };
  }
  if (OTHER_PROVIDERS.has(prefix)) return { kind: "notSpoken", provider: prefix, upstreamModel: owned };
  const hint =
    near === null
      ? ` — one of ${servedProviders().join(", ")}; or set api_base`
      : didYouMean(prefix, servedProviders());
  return { kind: "unknown", message: `unknown provider "${prefix}"${hint}` };
}

function servedProviders(): readonly string[] {
  return Object.keys(PROVIDERS).filter((name) => canonicalProvider(name) !== null);
}

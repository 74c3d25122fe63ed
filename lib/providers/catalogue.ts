/**
 * Providers as data. All of them speak OpenAI's dialect; what differs is where they live, how the key is sent, and which
 * parameters they refuse. A new one is a row here.
 */

export interface Provider {
  /** Null: the deployment must set `api_base`. */
  readonly base: string | null;
  readonly auth: "bearer" | "api-key";
  /** How it is named in error texts, as LiteLLM's clients know it. */
  readonly title: string;
  /** The variable LiteLLM's users keep its key in; named when a deployment has none. */
  readonly keyVariable: string | null;
  /** `azure`: the model stands in the path and an api-version in the query. */
  readonly paths: "openai" | "azure";
  /** OpenAI parameters it answers with an error. */
  readonly lacks: readonly string[];
  /** It reports stream usage without being asked, and refuses `stream_options`. */
  readonly reportsStreamUsage: boolean;
}

const openaiShaped = {
  auth: "bearer",
  paths: "openai",
  lacks: [],
  reportsStreamUsage: false,
} as const satisfies Partial<Provider>;

const local = { ...openaiShaped, keyVariable: null } as const;

export const PROVIDERS: Readonly<Record<string, Provider>> = {
  openai: {
    ...openaiShaped,
    base: "https://api.openai.com/v1",
    title: "Openai",
    keyVariable: "OPENAI_API_KEY",
  },
  azure: {
    ...openaiShaped,
    base: null,
    auth: "api-key",
    paths: "azure",
    title: "Azure",
    keyVariable: "AZURE_API_KEY",
  },
  nvidia_nim: {
    ...openaiShaped,
    base: "https://integrate.api.nvidia.com/v1",
    title: "Nvidia_nim",
    keyVariable: "NVIDIA_NIM_API_KEY",
  },
  groq: {
    ...openaiShaped,
    base: "https://api.groq.com/openai/v1",
    title: "Groq",
    keyVariable: "GROQ_API_KEY",
    lacks: ["logprobs", "top_logprobs", "logit_bias"],
  },
  mistral: {
    ...openaiShaped,
    base: "https://api.mistral.ai/v1",
    title: "Mistral",
    keyVariable: "MISTRAL_API_KEY",
    lacks: ["logprobs", "top_logprobs", "logit_bias", "user", "service_tier", "store"],
    reportsStreamUsage: true,
  },
  deepseek: {
    ...openaiShaped,
    base: "https://api.deepseek.com/v1",
    title: "Deepseek",
    keyVariable: "DEEPSEEK_API_KEY",
    lacks: ["logit_bias", "n", "seed"],
  },
  together_ai: {
    ...openaiShaped,
    base: "https://api.together.xyz/v1",
    title: "Together_ai",
    keyVariable: "TOGETHERAI_API_KEY",
  },
  openrouter: {
    ...openaiShaped,
    base: "https://openrouter.ai/api/v1",
    title: "Openrouter",
    keyVariable: "OPENROUTER_API_KEY",
  },
  fireworks_ai: {
    ...openaiShaped,
    base: "https://api.fireworks.ai/inference/v1",
    title: "Fireworks_ai",
    keyVariable: "FIREWORKS_AI_API_KEY",
  },
  xai: { ...openaiShaped, base: "https://api.x.ai/v1", title: "Xai", keyVariable: "XAI_API_KEY" },
  perplexity: {
    ...openaiShaped,
    base: "https://api.perplexity.ai",
    title: "Perplexity",
    keyVariable: "PERPLEXITYAI_API_KEY",
    lacks: ["n", "logit_bias", "tools", "tool_choice", "parallel_tool_calls", "seed"],
    reportsStreamUsage: true,
  },
  ollama: { ...local, base: "http://localhost:11434/v1", title: "Ollama" },
  hosted_vllm: { ...local, base: null, title: "Hosted_vllm" },
  lm_studio: { ...local, base: "http://localhost:1234/v1", title: "Lm_studio" },
  openai_like: { ...local, base: null, title: "OpenAILike" },
  /** Answers by itself; see demo.ts. */
  demo: { ...local, base: null, title: "Demo" },
};

const ALIASES: Readonly<Record<string, string>> = {
  fireworks: "fireworks_ai",
  ollama_chat: "ollama",
  vllm: "hosted_vllm",
  custom_openai: "openai_like",
  "text-completion-openai": "openai",
};

/** The provider a model prefix means (`fireworks/...`), or null when there is no such provider. */
export function canonicalProvider(prefix: string): string | null {
  const name = ALIASES[prefix] ?? prefix;
  return Object.hasOwn(PROVIDERS, name) && name !== "demo" ? name : null;
}

/** The row of a provider; an unknown name is one that only speaks the dialect. */
export function providerOf(name: string): Provider {
  return (
    (Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined) ?? { ...local, base: null, title: name }
  );
}

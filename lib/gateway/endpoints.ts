/** The inference endpoints as data: where they are served, what they send on, and what a body must have. */

export interface Endpoint {
  /** Below `/v1`, and the provider's path below its base. */
  readonly operation: string;
  /** LiteLLM's `call_type` in spend records. */
  readonly callType: string;
  readonly streams: boolean;
  /** The member that holds the prompt; it must be there. */
  readonly prompt: "messages" | "prompt" | "input";
  /** Used when the body names no model. */
  readonly defaultModel: string | null;
  /** The answer has completion tokens that `max_tokens` bounds. */
  readonly generates: boolean;
  /** Members of OpenAI's own request; with `drop_params` everything else is dropped. */
  readonly known: ReadonlySet<string>;
}

const COMMON = ["model", "user", "metadata", "extra_body"];
const SAMPLING = [
  "stream",
  "stream_options",
  "max_tokens",
  "n",
  "temperature",
  "top_p",
  "stop",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "seed",
];

export const CHAT: Endpoint = {
  operation: "/chat/completions",
  callType: "acompletion",
  streams: true,
  prompt: "messages",
  defaultModel: null,
  generates: true,
  known: new Set([
    ...COMMON,
    ...SAMPLING,
    "messages",
    "max_completion_tokens",
    "top_logprobs",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "functions",
    "function_call",
    "modalities",
    "audio",
    "prediction",
    "reasoning_effort",
    "verbosity",
    "service_tier",
    "store",
    "web_search_options",
    "prompt_cache_key",
    "safety_identifier",
  ]),
};

export const COMPLETIONS: Endpoint = {
  operation: "/completions",
  callType: "atext_completion",
  streams: true,
  prompt: "prompt",
  defaultModel: null,
  generates: true,
  known: new Set([...COMMON, ...SAMPLING, "prompt", "suffix", "echo", "best_of"]),
};

export const EMBEDDINGS: Endpoint = {
  operation: "/embeddings",
  callType: "aembedding",
  streams: false,
  prompt: "input",
  defaultModel: null,
  generates: false,
  known: new Set([...COMMON, "input", "encoding_format", "dimensions"]),
};

export const MODERATIONS: Endpoint = {
  operation: "/moderations",
  callType: "amoderation",
  streams: false,
  prompt: "input",
  defaultModel: "omni-moderation-latest",
  generates: false,
  known: new Set([...COMMON, "input"]),
};

/**
 * What is sent and what comes back: one small chat call, one of 400 kB, one stream, and the completion the upstream
 * answers with. The cost of a call follows from its usage and the prices here, so the ledger can be checked to the nano-dollar.
 */
export const CHAT_PATH = "/v1/chat/completions";
export const MODEL = "bench";

const PROMPT_TOKENS = 12;
const COMPLETION_TOKENS = 8;
/** USD a token, as config.yaml spells prices. */
export const INPUT_COST_PER_TOKEN = 0.000001;
export const OUTPUT_COST_PER_TOKEN = 0.000002;
export const COST_NANO_USD = BigInt(PROMPT_TOKENS) * 1_000n + BigInt(COMPLETION_TOKENS) * 2_000n;

export const USAGE = {
  prompt_tokens: PROMPT_TOKENS,
  completion_tokens: COMPLETION_TOKENS,
  total_tokens: PROMPT_TOKENS + COMPLETION_TOKENS,
};

/** The completion every call is answered with; no quotes or dollar signs that nginx would read. */
export const COMPLETION_TEXT = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_760_000_000,
  model: MODEL,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "The capital of France is Paris." },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: USAGE,
  system_fingerprint: "fp_bench",
});

const SMALL_CHAT = {
  model: MODEL,
  messages: [
    { role: "system", content: "You are a helpful assistant." },
    { role: "user", content: "What is the capital of France?" },
  ],
  temperature: 0.2,
  max_tokens: 64,
};

/** The body of a small chat call. */
export const SMALL_BODY = JSON.stringify(SMALL_CHAT);

/** The body of a streamed call; usage is asked for, so direct and through a gateway the same chunks arrive. */
export const STREAM_BODY = JSON.stringify({
  ...SMALL_CHAT,
  stream: true,
  stream_options: { include_usage: true },
});

/**
 * A chat call of about `bytes` bytes: prose as people paste it, with line ends, a quotation and characters outside ASCII
 * now and then. Plain ASCII without escapes would flatter every parser.
 */
export function largeBody(bytes: number): string {
  const paragraph =
    "A gateway is judged by what it costs when nothing is wrong: the calls that are allowed, within budget, and answered in time. " +
    'They asked for a "short road" and meant it – each step that is not there can’t fail, can’t be slow and needn’t be explained. ' +
    "So the body is read once, the few bytes that change are spliced, and the rest goes through the café door untouched.\n";
  const lines = Math.floor(bytes / Buffer.byteLength(paragraph));
  return JSON.stringify({ ...SMALL_CHAT, messages: [{ role: "user", content: paragraph.repeat(lines) }] });
}

/**
 * The least that a Next route handler can do with a chat call: read its body and answer, without any upstream.
 * JavaScript, so that this folder needs no compiler settings of its own.
 */
const ANSWER = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "bench",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "The capital of France is Paris." },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
  system_fingerprint: "fp_bench",
});

export async function POST(request) {
  await request.json();
  return new Response(ANSWER, { headers: { "Content-Type": "application/json" } });
}

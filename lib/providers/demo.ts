/**
 * The demo provider: answers without any provider key, the same words every time, streaming and with usage, so that a
 * fresh start can be tried with the guide's own lines. It says that it is a demo.
 */
import type { Clock } from "../clock.ts";
import type { Departure, UpstreamAnswer } from "./upstream.ts";

interface DemoBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly content?: unknown }[];
  readonly prompt?: unknown;
  readonly input?: unknown;
}

/** A deterministic answer to an OpenAI-shaped body, in the form a provider would send it. */
export async function demoAnswer(
  operation: string,
  body: Buffer,
  clock: Clock,
  departure: Departure,
): Promise<UpstreamAnswer> {
  const request: DemoBody = JSON.parse(body.toString("utf8"));
  const created = Math.floor(clock.now() / 1000);
  const said = lastWords(request);
  const text = `This is the demo model of Shin Gateway; no provider is set up yet. You said: ${said}`;
  const usage = countUsage(body.length, text);
  if (operation === "/embeddings") return jsonAnswer(embeddings(request, usage.prompt_tokens));
  if (operation === "/moderations") return jsonAnswer(moderation(request));
  const chat = operation === "/chat/completions";
  const base = { id: `${chat ? "chatcmpl" : "cmpl"}-demo-${created}`, created, model: request.model };
  if (request.stream) return streamAnswer(streamChunks(base, chat, text, usage), departure);
  const choice = chat
    ? { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop", logprobs: null }
    : { index: 0, text, finish_reason: "stop", logprobs: null };
  return jsonAnswer({
    ...base,
    object: chat ? "chat.completion" : "text_completion",
    choices: [choice],
    usage,
  });
}

function lastWords(request: DemoBody): string {
  const content = request.messages?.at(-1)?.content ?? request.prompt ?? request.input ?? "";
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function countUsage(promptBytes: number, text: string) {
  const prompt_tokens = Math.ceil(promptBytes / 4);
  const completion_tokens = text.split(/\s+/).length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function* streamChunks(base: object, chat: boolean, text: string, usage: object): Generator<string> {
  const object = chat ? "chat.completion.chunk" : "text_completion";
  const event = (choices: unknown[], more: object = {}) =>
    `data: ${JSON.stringify({ ...base, object, choices, ...more })}\n\n`;
  const choice = (content: string, finish: string | null) =>
    chat
      ? { index: 0, delta: content === "" ? {} : { content }, finish_reason: finish }
      : { index: 0, text: content, finish_reason: finish };
  if (chat) yield event([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
  for (const word of text.split(/(?<=\s)/)) yield event([choice(word, null)]);
  yield event([choice("", "stop")]);
  yield event([], { usage });
  yield "data: [DONE]\n\n";
}

function embeddings(request: DemoBody, promptTokens: number): object {
  const inputs = Array.isArray(request.input) ? request.input : [request.input];
  const data = inputs.map((input: unknown, index) => ({
    object: "embedding",
    index,
    embedding: vector(JSON.stringify(input)),
  }));
  return {
    object: "list",
    data,
    model: request.model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** Eight numbers that depend on the text and on nothing else. */
function vector(text: string): number[] {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  return Array.from({ length: 8 }, (_, i) => ((Math.imul(state, i * 2 + 1) >>> 8) / 2 ** 23 - 1) / 3);
}

function moderation(request: DemoBody): object {
  const inputs = Array.isArray(request.input) ? request.input : [request.input];
  return {
    id: "modr-demo",
    model: request.model,
    results: inputs.map(() => ({ flagged: false, categories: {}, category_scores: {} })),
  };
}

function jsonAnswer(value: object): UpstreamAnswer {
  let body: Buffer | null = Buffer.from(JSON.stringify(value));
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    complete: true,
    next: async () => {
      const chunk = body;
      body = null;
      return chunk;
    },
    readAll: async () => Buffer.from(JSON.stringify(value)),
    abort: () => {
      body = null;
    },
  };
}

function streamAnswer(chunks: Generator<string>, departure: Departure): UpstreamAnswer {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    complete: false,
    next: async () => {
      // A turn of the event loop between chunks, so that they leave one by one as a provider's do.
      await new Promise(setImmediate);
      if (departure.gone) throw new Error("the client has gone");
      const next = chunks.next();
      return next.done ? null : Buffer.from(next.value);
    },
    readAll: async () => Buffer.from([...chunks].join("")),
    abort: () => {
      chunks.return(undefined);
    },
  };
}

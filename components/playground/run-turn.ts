/** One call of a model from the browser: streamed or whole, with what its headers and usage say. */
import type { Answer } from "./conversation.ts";

export type Update = Partial<Answer>;

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
  readonly error?: { readonly message?: string };
}

const BROKEN_OFF = "The connection broke off before the end.";

/**
 * @param update hears of each change, the last one with the final state
 * @param nowMs a clock that only goes forward
 */
export async function runTurn(
  secret: string,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
  update: (change: Update) => void,
  nowMs: () => number,
): Promise<void> {
  const startedMs = nowMs();
  let text = "";
  try {
    const answer = await fetch("/v1/chat/completions", {
      method: "POST",
      cache: "no-store",
      credentials: "omit",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const { headers } = answer;
    const cost = headers.get("x-litellm-response-cost");
    update({
      requestId: headers.get("x-shin-request-id"),
      seen: seenIn(headers),
      ...(cost === null ? {} : { costUsd: Number(cost) }),
    });
    if (!answer.ok) {
      const failed: Chunk = await answer.json();
      const error = failed.error?.message ?? `The gateway answered ${answer.status}.`;
      return update({ state: "failed", error, durationMs: nowMs() - startedMs });
    }
    let firstMs: number | null = null;
    let finished = false;
    const take = (chunk: Chunk) => {
      const [choice] = chunk.choices ?? [];
      const piece = choice?.delta?.content ?? choice?.message?.content ?? "";
      if (piece !== "") firstMs ??= nowMs() - startedMs;
      text += piece;
      if (choice?.finish_reason) finished = true;
      if (chunk.error) throw new StreamFault(chunk.error.message ?? "The provider broke off.");
      update({
        text,
        firstMs,
        ...(chunk.usage
          ? {
              promptTokens: chunk.usage.prompt_tokens ?? null,
              completionTokens: chunk.usage.completion_tokens ?? null,
            }
          : {}),
      });
    };
    if (body["stream"] === true && answer.body) {
      for await (const data of events(answer.body)) take(JSON.parse(data));
      // A proxy that is stopped ends what it carries as if it were whole.
      if (!finished) throw new StreamFault(BROKEN_OFF);
    } else take(await answer.json());
    update({ state: "done", durationMs: nowMs() - startedMs });
  } catch (error) {
    const durationMs = nowMs() - startedMs;
    if (signal.aborted) return update({ state: "stopped", durationMs });
    if (error instanceof StreamFault) return update({ state: "failed", error: error.message, durationMs });
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    update({
      state: "failed",
      error: text === "" ? "The gateway cannot be reached. Try again." : BROKEN_OFF,
      durationMs,
    });
  }
}

/** An error that came inside a stream. */
class StreamFault extends Error {}

/** The `data` of server-sent events, however the network cuts them. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest = (rest + (value ?? "")).replaceAll("\r\n", "\n");
      const parts = rest.split("\n\n");
      rest = done ? "" : (parts.pop() ?? "");
      for (const part of parts) {
        const data = part
          .split("\n")
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5).trim())
          .join("\n");
        if (data !== "" && data !== "[DONE]") yield data;
      }
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

const LIMITS = /^x-ratelimit-|^x-litellm-key-(spend|max-budget|rpm-limit|tpm-limit|remaining)|^retry-after$/;
const OTHERS = [
  "x-shin-max-tokens",
  "x-shin-limits",
  "x-shin-unpriced",
  "x-shin-demo",
  "x-litellm-attempted-retries",
];

/** The headers in which limits, budgets and the gateway's own decisions are told. */
export function seenIn(headers: Headers): (readonly [string, string])[] {
  return [...headers.entries()]
    .filter(([name]) => LIMITS.test(name) || OTHERS.includes(name))
    .sort(([a], [b]) => a.localeCompare(b));
}

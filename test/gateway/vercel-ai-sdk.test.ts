/** Vercel's AI SDK over a listening server: text, streams, tools and embeddings. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embed, generateText, stepCountIs, streamText, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { aimock } from "#test/helpers/upstream.ts";
import { config, deployment } from "../contract/setting.ts";

const provider = await aimock();
provider.onToolResult("call_weather", { content: "It is sunny in Paris." });
provider.onMessage("weather", {
  toolCalls: [{ id: "call_weather", name: "weather", arguments: '{"city":"Paris"}' }],
});
provider.onMessage(/hello/, { content: "Hello from the provider." });
provider.onEmbedding(/./, { embedding: [0.5, 0.25] });
const gateway = await mountedGateway({
  yaml: config([
    deployment("chat", `${provider.url}/v1`, { model: "openai/gpt-4o" }),
    deployment("embed", `${provider.url}/v1`, { model: "openai/text-embedding-3-small" }),
  ]),
});

describe.each(gateway.mounts)("$name mount", ({ url }) => {
  const shin = async (fields: Record<string, unknown> = {}) =>
    createOpenAICompatible({
      name: "shin",
      baseURL: `${url}/v1`,
      apiKey: await gateway.newKey(fields),
      includeUsage: true,
    });

  test("generateText", async () => {
    const { text, usage, finishReason } = await generateText({
      model: (await shin())("chat"),
      prompt: "hello",
    });
    expect([text, finishReason]).toEqual(["Hello from the provider.", "stop"]);
    expect(usage.totalTokens).toBeGreaterThan(0);
  });

  test("streamText, with usage", async () => {
    const result = streamText({ model: (await shin())("chat"), prompt: "hello" });
    let text = "";
    for await (const part of result.textStream) text += part;
    expect(text).toBe("Hello from the provider.");
    expect((await result.usage).totalTokens).toBeGreaterThan(0);
  });

  test("a tool is called, answered and used", async () => {
    const asked: string[] = [];
    const weather = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        asked.push(city);
        return "sunny";
      },
    });
    const { text, steps } = await generateText({
      model: (await shin())("chat"),
      prompt: "weather",
      tools: { weather },
      stopWhen: stepCountIs(3),
    });
    expect([asked, text, steps.length]).toEqual([["Paris"], "It is sunny in Paris.", 2]);
  });

  test("embed", async () => {
    const { embedding } = await embed({ model: (await shin()).textEmbeddingModel("embed"), value: "hello" });
    expect(embedding).toEqual([0.5, 0.25]);
  });

  test("a refusal is its error, once", async () => {
    const model = (await shin({ max_budget: 0 }))("chat");
    const error = await generateText({ model, prompt: "hello", maxRetries: 2 }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      statusCode: 400,
      isRetryable: false,
      message: expect.stringContaining("Budget has been exceeded"),
    });
  });
});

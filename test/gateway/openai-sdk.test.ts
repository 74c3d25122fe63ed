/** OpenAI's own Node SDK over a listening server: what it sends works, and what it is told it understands. */
import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { describe, expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { aimock, answer, chunk, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { config, deployment } from "../contract/setting.ts";

const provider = await aimock();
provider.onMessage("weather", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Paris"}' }] });
provider.onMessage(/hello/, { content: "Hello from the provider, in several words." });
provider.onEmbedding(/./, { embedding: [0.25, -0.5, 1] });
provider.onModerate(/./, {
  flagged: true,
  categories: { violence: true },
  category_scores: { violence: 0.9 },
} as never);
const raw = await rawUpstream();
const gateway = await mountedGateway({
  yaml: config([
    deployment("chat", `${provider.url}/v1`, { model: "openai/gpt-4o" }),
    deployment("embed", `${provider.url}/v1`, { model: "openai/text-embedding-3-small" }),
    deployment("omni-moderation-latest", `${provider.url}/v1`, { model: "openai/omni-moderation-latest" }),
    deployment("raw", raw.url),
    deployment("limited", raw.url),
  ]),
});
const messages = [{ role: "user" as const, content: "hello there" }];

describe.each(gateway.mounts)("$name mount", ({ url }) => {
  const client = async (
    fields: Record<string, unknown> = {},
    options: { maxRetries?: number; apiKey?: string } = {},
  ) => new OpenAI({ baseURL: `${url}/v1`, apiKey: await gateway.newKey(fields), maxRetries: 0, ...options });
  const failure = async (call: PromiseLike<unknown>) => {
    try {
      await call;
    } catch (error) {
      return error;
    }
    throw new Error("the call did not fail");
  };

  test("chat, with and without /v1 in the base URL", async () => {
    const openai = await client();
    const { data, request_id } = await openai.chat.completions
      .create({ model: "chat", messages })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe("Hello from the provider, in several words.");
    expect(data.model).toBe("chat");
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(request_id).toMatch(/^req_/);
    openai.baseURL = url;
    expect((await openai.chat.completions.create({ model: "chat", messages })).object).toBe(
      "chat.completion",
    );
  });

  test("a stream, and its usage when asked for", async () => {
    const openai = await client();
    for (const include_usage of [false, true]) {
      const chunks = await openai.chat.completions.create({
        model: "chat",
        messages,
        stream: true,
        stream_options: { include_usage },
      });
      let text = "";
      const usages = [];
      for await (const part of chunks) {
        text += part.choices[0]?.delta.content ?? "";
        expect(part.model).toBe("chat");
        if (part.usage) usages.push(part.usage);
      }
      expect(text).toBe("Hello from the provider, in several words.");
      expect(usages).toHaveLength(include_usage ? 1 : 0);
    }
  });

  test("tools, streamed and whole", async () => {
    const openai = await client();
    const tools = [
      {
        type: "function" as const,
        function: {
          name: "get_weather",
          parameters: { type: "object", properties: { city: { type: "string" } } },
        },
      },
    ];
    const ask = { model: "chat", messages: [{ role: "user" as const, content: "weather" }], tools };
    const { choices } = await openai.chat.completions.create(ask);
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "get_weather", arguments: '{"city":"Paris"}' },
    });
    const streamed = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { arguments: '{"city":"Paris"}' },
    });
    expect(provider.getLastRequest()?.body).toMatchObject({ tools });
  });

  test("embeddings, moderations and the list of models", async () => {
    const openai = await client({ models: ["embed", "omni-moderation-latest"] });
    const { data, model } = await openai.embeddings.create({
      model: "embed",
      input: ["a", "b"],
      encoding_format: "float",
    });
    expect([data.length, data[0]?.embedding, model]).toEqual([2, [0.25, -0.5, 1], "embed"]);
    expect((await openai.moderations.create({ input: "text" })).results[0]?.flagged).toBe(true);
    const ids = [];
    for await (const entry of openai.models.list()) ids.push(entry.id);
    expect(ids).toEqual(["embed", "omni-moderation-latest"]);
    expect((await openai.models.retrieve("embed")).id).toBe("embed");
  });

  test("errors have their classes and the request id", async () => {
    const openai = await client({ models: ["raw"] });
    const create = (model: string) => openai.chat.completions.create({ model, messages });
    const wrong = new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-wrong-wrong-wrong-1", maxRetries: 0 });
    raw.behave(answer({ error: { message: "broken" } }, 500));
    const cases: [unknown, new (...args: never[]) => Error, number][] = [
      [await failure(wrong.chat.completions.create({ model: "raw", messages })), AuthenticationError, 401],
      [await failure(create("chat")), PermissionDeniedError, 403],
      [await failure(create("nope")), BadRequestError, 400],
      [await failure(openai.models.retrieve("nope")), NotFoundError, 404],
      [await failure(create("raw")), InternalServerError, 500],
    ];
    for (const [error, type, status] of cases) {
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({
        status,
        requestID: expect.stringMatching(/^req_/),
        type: expect.any(String),
        code: String(status),
      });
    }
  });

  test("an error in mid-stream is thrown by the iterator", async () => {
    const openai = await client();
    const first = Promise.withResolvers<void>();
    raw.behave(
      stream(async (response) => {
        response.write(sse(chunk("hel")));
        await first.promise;
        response.destroy();
      }),
    );
    let text = "";
    const read = async () => {
      for await (const part of await openai.chat.completions.create({
        model: "raw",
        messages,
        stream: true,
      })) {
        text += part.choices[0]?.delta.content ?? "";
        first.resolve();
      }
    };
    expect(await failure(read())).toBeInstanceOf(OpenAI.APIError);
    expect(text).toBe("hel");
  });

  test("an abort ends the provider's call", async () => {
    const openai = await client();
    raw.behave(stream((response) => void response.write(sse(chunk("hel")))));
    const chunks = await openai.chat.completions.create({ model: "raw", messages, stream: true });
    for await (const _ of chunks) break;
    await until("the provider's call has ended", () => raw.last().abortedAtMs !== null);
    raw.forget();
    raw.behave(() => {});
    const controller = new AbortController();
    const call = openai.chat.completions.create({ model: "raw", messages }, { signal: controller.signal });
    await Promise.all([
      failure(call),
      until("the provider was called", () => raw.requests.length === 1).then(() => controller.abort()),
    ]);
    expect(await failure(call)).toBeInstanceOf(APIUserAbortError);
    await until("the provider's call has ended", () => raw.last().abortedAtMs !== null);
  });

  test("a provider's 429 is retried after the time it named, and then works", async () => {
    const openai = await client({}, { maxRetries: 2 });
    raw.forget();
    raw.behave(answer({ error: { message: "slow down" } }, 429, { "retry-after": "1" }), answer());
    const startedMs = performance.now();
    await openai.chat.completions.create({ model: "raw", messages });
    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(raw.requests).toHaveLength(2);
  });

  test("our own 429 names a true time: retried too early it would be refused again", async () => {
    const openai = await client({ max_parallel_requests: 0 });
    const error = await failure(openai.chat.completions.create({ model: "raw", messages }));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, type: "rate_limit_error" });
  });

  test("a spent budget is not retried", async () => {
    const calls: string[] = [];
    const openai = new OpenAI({
      baseURL: `${url}/v1`,
      apiKey: await gateway.newKey({ max_budget: 0 }),
      maxRetries: 3,
      fetch: (input, init) => {
        calls.push(String(input));
        return fetch(input, init);
      },
    });
    const error = await failure(openai.chat.completions.create({ model: "raw", messages }));
    expect(error).toMatchObject({ status: 400, type: "budget_exceeded" });
    expect(calls).toHaveLength(1);
  });
});

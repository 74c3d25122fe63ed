/** The playground's requests: what is sent, how a stream is read, and that the code shown is the call that is made. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { codeOf } from "#components/playground/code.ts";
import {
  type Answer,
  bodyOf,
  type Form,
  faultsOf,
  loadConversation,
  messagesOf,
  saveConversation,
  type Turn,
  waitingAnswer,
} from "#components/playground/conversation.ts";
import { events, runTurn, seenIn } from "#components/playground/run-turn.ts";

const FORM: Form = {
  models: ["a", "b"],
  system: "Be brief.",
  temperature: "0.5",
  topP: "",
  maxTokens: "20",
  stream: true,
};
const said = (model: string, text: string): Answer => ({ ...waitingAnswer(model), text, state: "done" });
const TURNS: Turn[] = [
  { id: "1", question: "One?", answers: [said("a", "A1"), said("b", "B1")] },
  { id: "2", question: "Refused?", answers: [said("a", ""), said("b", "")] },
  { id: "3", question: "Alone?", answers: [said("a", "A3")] },
];

describe("what is sent", () => {
  it("is each column's own conversation, without questions that were never answered", () => {
    const texts = messagesOf(FORM, TURNS, 1, "Now?").map(({ role, content }) => `${role}: ${content}`);
    expect(texts).toEqual([
      "system: Be brief.",
      "user: One?",
      "assistant: B1",
      "user: Alone?",
      "assistant: A3",
      "user: Now?",
    ]);
  });

  it("has the numbers that were typed and leaves the others to the model", () => {
    const body = bodyOf(FORM, "a", []);
    expect(body).toMatchObject({ model: "a", temperature: 0.5, max_tokens: 20, stream: true });
    expect(body).not.toHaveProperty("top_p");
    expect(bodyOf({ ...FORM, stream: false }, "a", [])).not.toHaveProperty("stream_options");
  });

  it("is refused by the form first when a number is out of its range", () => {
    expect(faultsOf(FORM)).toEqual({});
    expect(Object.keys(faultsOf({ ...FORM, temperature: "3", topP: "x", maxTokens: "0" })).sort()).toEqual([
      "maxTokens",
      "temperature",
      "topP",
    ]);
  });
});

describe("a stream", () => {
  it("that ends before the model said so has broken off, however politely the network closes it", async () => {
    const piece = (finish: string | null) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content: "Hi" }, finish_reason: finish }] })}\n\n`;
    const states: (string | undefined)[] = [];
    for (const text of [piece("stop"), piece(null)]) {
      vi.stubGlobal("fetch", async () => new Response(text));
      let last: Partial<Answer> = {};
      const update = (change: Partial<Answer>) => {
        last = { ...last, ...change };
      };
      await runTurn("sk-x", { stream: true }, new AbortController().signal, update, () => 0);
      states.push(last.state, last.text, last.error ?? undefined);
    }
    vi.unstubAllGlobals();
    expect(states).toEqual([
      "done",
      "Hi",
      undefined,
      "failed",
      "Hi",
      "The connection broke off before the end.",
    ]);
  });

  it("is read the same however the network cuts it, also inside a character", async () => {
    const whole = Buffer.from(
      ': hello\r\n\r\ndata: {"a":"é"}\r\n\r\ndata: two\ndata: lines\n\ndata: [DONE]\n\ndata: last',
    );
    for (let size = 1; size < whole.length; size += 3) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < whole.length; at += size) controller.enqueue(whole.subarray(at, at + size));
          controller.close();
        },
      });
      const read: string[] = [];
      for await (const data of events(stream)) read.push(data);
      expect(read, `pieces of ${size}`).toEqual(['{"a":"é"}', "two\nlines", "last"]);
    }
  });
});

describe("what policy saw", () => {
  it("is the limits and budgets among the headers, and nothing else", () => {
    const headers = new Headers({
      "x-ratelimit-remaining-requests": "9",
      "x-litellm-key-spend": "0.1",
      "content-type": "application/json",
      "x-shin-demo": "true",
    });
    expect(seenIn(headers).map(([name]) => name)).toEqual([
      "x-litellm-key-spend",
      "x-ratelimit-remaining-requests",
      "x-shin-demo",
    ]);
  });
});

describe("the code of a call", () => {
  const body = bodyOf({ ...FORM, stream: false }, "a", messagesOf(FORM, [], 0, 'It\'s "me"'));

  it("never holds a key", () => {
    for (const language of ["curl", "python", "js", "ai"] as const) {
      const text = codeOf(language, "https://gw.example", body);
      expect(text).toContain("SHIN_KEY");
      expect(text).toContain("https://gw.example/v1");
      expect(text).not.toMatch(/sk-/);
    }
  });

  it("sends the very body when the JavaScript is run", async () => {
    let sent: unknown = null;
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        sent = JSON.parse(Buffer.concat(chunks).toString());
        outgoing.setHeader("content-type", "application/json");
        outgoing.end(JSON.stringify({ choices: [{ message: { content: "Hello" } }] }));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { default: OpenAI } = await import("openai");
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const code = codeOf("js", origin, body)
      .replace(/^import .*$/m, "")
      .replace(/console\.log\((.*)\);/, "return $1;");
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    const run = new AsyncFunction("OpenAI", "process", code);
    expect(await run(OpenAI, { env: { SHIN_KEY: "sk-test" } })).toBe("Hello");
    server.close();
    expect(sent).toEqual(body);
  });

  it("writes Python's own words", () => {
    const text = codeOf("python", "https://gw.example", {
      model: "a",
      stream: true,
      stream_options: { include_usage: true },
      stop: null,
    });
    expect(text).toContain('stream_options={"include_usage": True},');
    expect(text).toContain("stop=None,");
    expect(text).not.toMatch(/\btrue\b|\bnull\b/);
  });
});

describe("a conversation in the browser", () => {
  it("comes back as it was, and an answer that was still coming as far as it came", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    } as Storage;
    const turns = [{ id: "1", question: "Q", answers: [{ ...waitingAnswer("a"), text: "half" }] }];
    saveConversation(storage, FORM, turns);
    expect(loadConversation(storage)).toMatchObject({
      form: FORM,
      turns: [{ question: "Q", answers: [{ text: "half", state: "stopped" }] }],
    });
    storage.setItem("shin.playground", "{not json");
    expect(loadConversation(storage)).toBeNull();
    storage.setItem("shin.playground", '{"version":2}');
    expect(loadConversation(storage)).toBeNull();
  });
});

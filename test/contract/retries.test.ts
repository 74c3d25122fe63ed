/** Another deployment is tried before the first byte and never after it; failing ones rest, and shares follow weights. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "#lib/clock.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, type Behaviour, chunk, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, events, readStream, recordOf } from "./setting.ts";

let nowMs = Date.now();
let draw = 0;
const clock: Clock = { now: () => nowMs, monotonic: () => performance.now() };
const [bad, good] = [await rawUpstream(), await rawUpstream()];
const models = [
  deployment("pair", bad.url, { order: 1 }, { id: "bad" }),
  deployment("pair", good.url, { order: 2 }, { id: "good" }),
  deployment("shared", bad.url, { weight: 1 }),
  deployment("shared", good.url, { weight: 3 }),
  deployment("triple", bad.url, { order: 1 }, { id: "t1" }),
  deployment("triple", bad.url, { order: 2 }, { id: "t2" }),
  deployment("triple", good.url, { order: 3 }, { id: "t3" }),
  deployment("single", bad.url),
];
const gateway = await mountedGateway({ clock, random: () => draw, yaml: config(models) });
const failing = answer({ error: { message: "broken" } }, 500);

beforeEach(() => {
  // Past every rest that an earlier case began.
  nowMs += 600_000;
  draw = 0;
  bad.forget();
  good.forget();
  bad.behave(failing);
  good.behave(answer());
});

describe.each(gateway.mounts)("$name mount", ({ send, url }) => {
  const call = (model: string, fields: Record<string, unknown> = {}) =>
    send("POST", "/v1/chat/completions", { body: chat(model, fields) });

  test.each<[string, Behaviour]>([
    ["500", failing],
    ["429", answer({ error: { message: "slow down" } }, 429)],
    ["408", answer("", 408)],
    ["401: another deployment has another key", answer("", 401)],
    ["a cut connection", (_, response) => void response.destroy()],
    ["an answer that is no JSON", answer("<html>", 200)],
  ])("after %s the next deployment answers", async (name, behaviour) => {
    bad.behave(behaviour);
    const { status, headers } = await call("pair");
    expect(status).toBe(200);
    // A connection that breaks may have been a stale one: the same deployment is asked once more.
    expect([bad.requests.length, good.requests.length]).toEqual([name.startsWith("a cut") ? 2 : 1, 1]);
    expect(headers["x-litellm-model-id"]).toBe("good");
    expect(Number(headers["x-litellm-attempted-retries"])).toBe(bad.requests.length);
    expect(await recordOf(gateway, headers)).toMatchObject({ deployment_id: "good", outcome: "ok" });
  });

  test("a stream that begins with an error is tried elsewhere too", async () => {
    bad.behave(stream(sse({ error: { message: "overloaded", code: 529 } })));
    good.behave(stream());
    const { status, text } = await call("pair", { stream: true });
    expect([status, events(text).at(-1)]).toEqual([200, "[DONE]"]);
  });

  test.each([400, 404, 422])("after %i nobody else is asked: it would say the same", async (code) => {
    bad.behave(answer({ error: { message: "no" } }, code));
    expect((await call("pair")).status).toBe(code);
    expect(good.requests).toHaveLength(0);
  });

  test("num_retries bounds the attempts, and the last error is told", async () => {
    await gateway.reload(config(models, { router_settings: { num_retries: 1 } }));
    expect((await call("triple")).status).toBe(500);
    expect([bad.requests.length, good.requests.length]).toEqual([2, 0]);
    await gateway.reload(config(models));
    nowMs += 600_000;
    expect((await call("triple")).status).toBe(200);
  });

  test("a lone deployment is not asked again and again", async () => {
    expect((await call("single")).status).toBe(500);
    expect(bad.requests).toHaveLength(1);
  });

  test("after the first byte nothing is tried again", async () => {
    const first = Promise.withResolvers<void>();
    bad.behave(
      stream(async (response) => {
        response.write(sse(chunk("hel")));
        await first.promise;
        response.destroy();
      }),
    );
    const { text } = await readStream(url, chat("pair", { stream: true }), () => first.resolve());
    expect(events(text).map((event) => event.error?.type ?? "chunk")).toEqual([
      "chunk",
      "upstream_unreachable",
    ]);
    expect([bad.requests.length, good.requests.length]).toEqual([1, 0]);
  });

  test("a deployment that was refused for rate rests, then is asked again", async () => {
    bad.behave(answer({ error: { message: "slow down" } }, 429));
    await call("pair");
    await call("pair");
    expect([bad.requests.length, good.requests.length]).toEqual([1, 2]);
    nowMs += 5_000;
    await call("pair");
    expect(bad.requests).toHaveLength(2);
  });

  test("when all rest, the answer is 429 with the time until one is back", async () => {
    bad.behave(answer("", 429));
    good.behave(answer("", 429));
    expect((await call("pair")).status).toBe(429);
    bad.forget();
    const { status, json, headers } = await call("pair");
    expect([status, headers["retry-after"], bad.requests.length]).toEqual([429, "5", 0]);
    expect(json.error.message).toContain("No deployments available");
  });

  test("calls are shared as the weights say", async () => {
    bad.behave(answer());
    for (let i = 0; i < 40; i++) {
      draw = i / 40;
      expect((await call("shared")).status).toBe(200);
    }
    expect([bad.requests.length, good.requests.length]).toEqual([10, 30]);
  });

  test("a deployment without room lets the next one answer, without a call", async () => {
    bad.behave(answer());
    await gateway.reload(
      config([
        deployment("pair", bad.url, { order: 1, rpm: 1 }, { id: "bad" }),
        deployment("pair", good.url, { order: 2 }, { id: "good" }),
      ]),
    );
    await call("pair");
    await call("pair");
    expect([bad.requests.length, good.requests.length]).toEqual([1, 1]);
    await gateway.reload(config(models));
  });
});

/** Keeping prompts and answers. If it fails, what people said is kept without a yes, in clear, or at the cost of a call. */
import { expect, test } from "vitest";
import { openContent } from "#lib/content/envelope.ts";
import { createLog } from "#lib/log.ts";
import { configOf, MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { answer, chunk, completion, sse, stream, usageChunk } from "#test/helpers/upstream.ts";
import { ENCRYPTION_KEY, keepingGateway, message, ON } from "./keeping.ts";
import { rowsWith } from "./person.ts";

const SECRET = "the merger closes on friday";
const REPLY = "then buy on thursday";
const lines: string[] = [];
const log = createLog({
  level: "trace",
  json: true,
  color: false,
  destination: { write: (line: string) => lines.push(line) },
});
const gateway = await keepingGateway(ON, { log });
const { call, keptIds, newKey, runtime, say, upstream } = gateway;
const { sql } = runtime.deps;

interface Row {
  record_id: string;
  user_id: string;
  end_user: string | null;
  sealed_request: string;
  sealed_answer: string | null;
}

const rowOf = async (id: string): Promise<Row> => {
  await runtime.deps.contents.flush();
  const [row] = await sql<Row[]>`select * from call_contents where record_id = ${id}`;
  if (!row) throw new Error(`nothing is kept of ${id}`);
  return row;
};

/** What is kept, opened as nothing but the row and the key allow. */
const opened = async (id: string) => {
  const row = await rowOf(id);
  const content = openContent(ENCRYPTION_KEY, id, {
    sealedRequest: row.sealed_request,
    sealedAnswer: row.sealed_answer,
  });
  if (content.kind !== "open") throw new Error(content.kind);
  return content;
};

test("nothing is kept unless it is switched on", async () => {
  const other = await keepingGateway("  store_prompts_in_spend_logs: false\n");
  expect(configOf("").contents.stored).toBe(false);
  await other.say(message(SECRET));
  expect(await other.keptIds()).toEqual([]);
  expect(await rowsWith(other, [SECRET])).toEqual({});
  // The same gateway keeps from the reload on, and no longer after the next.
  await other.reload(other.yaml(ON));
  const id = await other.say(message(SECRET));
  expect(await other.keptIds()).toEqual([id]);
  await other.reload(other.yaml(""));
  await other.say(message(SECRET));
  expect(await other.keptIds()).toEqual([id]);
});

test("what was said is in the table sealed, opens with its row's id alone, and stands in clear nowhere", async () => {
  upstream.behave(
    answer(completion({ choices: [{ index: 0, message: { role: "assistant", content: REPLY } }] })),
  );
  const id = await say(message(SECRET, { temperature: 0.5, user: "ann", metadata: { trace: "ann's" } }));
  const { answer: kept, request } = await opened(id);
  expect(JSON.parse(request.text)).toEqual({ model: "talk", temperature: 0.5, ...message(SECRET) });
  expect([request.whole, request.bytes]).toEqual([true, Buffer.byteLength(request.text)]);
  expect(JSON.parse(kept?.text ?? "").choices[0].message.content).toBe(REPLY);
  expect(await rowOf(id)).toMatchObject({ user_id: "default_user_id", end_user: "ann" });

  const row = await rowOf(id);
  const sealed = { sealedRequest: row.sealed_request, sealedAnswer: row.sealed_answer };
  expect(openContent(ENCRYPTION_KEY, "req_another", sealed).kind).toBe("damaged");
  expect(openContent("00".repeat(32), id, sealed).kind).toBe("otherKey");
  const swapped = { ...sealed, sealedAnswer: row.sealed_request.split(" ")[1] ?? "" };
  expect(openContent(ENCRYPTION_KEY, id, swapped).kind).toBe("damaged");

  await runtime.deps.ledger.flush();
  expect(await rowsWith(gateway, [SECRET, REPLY])).toEqual({});
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes(SECRET) || line.includes(REPLY))).toEqual([]);
  const metrics = await call("GET", "/metrics");
  expect(metrics.text).toMatch(/^shin_contents_stored_total\{worker="1"\} [1-9]/m);
  expect(metrics.text).not.toContain(SECRET);
});

test("a stream is kept as the client saw it, tools and several choices among it", async () => {
  const tool = (index: number, piece: Record<string, unknown>) =>
    chunk("", { choices: [{ index: 0, delta: { tool_calls: [{ index, ...piece }] } }] });
  const events = [
    chunk("", { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }),
    chunk("Grüß "),
    chunk("dich, 世界"),
    chunk("", { choices: [{ index: 1, delta: { content: "second" } }] }),
    tool(0, { id: "call_1", type: "function", function: { name: "look", arguments: '{"a"' } }),
    tool(0, { function: { arguments: ":1}" } }),
    chunk("", { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }),
    usageChunk(),
    "[DONE]",
  ];
  // Cut in the middle of characters: events arrive as the network has them.
  const bytes = Buffer.from(sse(...events));
  upstream.behave(
    stream(async (response) => {
      for (let at = 0; at < bytes.length; at += 37) {
        response.write(bytes.subarray(at, at + 37));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    }),
  );
  const seen = await call("POST", "/v1/chat/completions", {
    body: { model: "talk", stream: true, ...message("hi") },
  });
  const said = new Map<number, string>();
  for (const line of seen.text.split("\n").filter((one) => one.startsWith("data: {")))
    for (const choice of JSON.parse(line.slice(6)).choices)
      said.set(choice.index, (said.get(choice.index) ?? "") + (choice.delta.content ?? ""));
  const { answer: kept } = await opened(seen.headers["x-shin-request-id"] ?? "");
  expect(JSON.parse(kept?.text ?? "")).toEqual({
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: said.get(0),
          tool_calls: [{ id: "call_1", type: "function", function: { name: "look", arguments: '{"a":1}' } }],
        },
        finish_reason: "tool_calls",
      },
      { index: 1, message: { role: "assistant", content: "second" }, finish_reason: null },
    ],
  });
  expect(said.get(0)).toBe("Grüß dich, 世界");
});

test("what is longer than the bound is cut between characters and says so, in streams too", async () => {
  const small = await keepingGateway(`${ON}  content_max_kilobytes: 1\n`);
  const long = "ü".repeat(3_000);
  small.upstream.behave(stream(sse(chunk("start "), chunk(long), chunk(" end"), usageChunk(), "[DONE]")));
  const id = await small.say({ ...message(long), stream: true });
  await small.runtime.deps.contents.flush();
  const [row] = await small.runtime.deps.sql<Row[]>`select * from call_contents where record_id = ${id}`;
  const content = openContent(ENCRYPTION_KEY, id, {
    sealedRequest: row?.sealed_request ?? "",
    sealedAnswer: row?.sealed_answer ?? null,
  });
  if (content.kind !== "open") throw new Error(content.kind);
  const { answer: kept, request } = content;
  expect(request.whole).toBe(false);
  expect(Buffer.byteLength(request.text)).toBeLessThanOrEqual(1024);
  expect(Buffer.byteLength(request.text)).toBeGreaterThan(1020);
  expect(request.text).not.toContain("�");
  expect(request.bytes).toBeGreaterThan(6_000);
  const said = JSON.parse(kept?.text ?? "").choices[0].message.content;
  expect(said).toMatch(/^start ü+$/);
  expect(Buffer.byteLength(said)).toBeLessThanOrEqual(1024);
  expect([kept?.whole, kept?.bytes]).toEqual([false, 6 + 6_000 + 4]);
});

test("a key, a team, a user and a call may each refuse, and the provider never sees the call's no", async () => {
  upstream.behave(answer());
  const before = await keptIds();
  await call("POST", "/team/new", { body: { team_id: "quiet", metadata: { store_prompts: false } } });
  await call("POST", "/user/new", {
    body: { user_id: "shy", metadata: { store_prompts: "no" }, auto_create_key: false },
  });
  const refusing = await newKey({ metadata: { store_prompts: false } });
  const ofTeam = await newKey({ team_id: "quiet", metadata: { store_prompts: true } });
  const ofUser = await newKey({ user_id: "shy" });
  for (const key of [refusing, ofTeam, ofUser]) await say(message(SECRET), { key });
  const plain = await newKey();
  await say(message(SECRET, { "no-log": true }), { key: plain });
  expect(upstream.last().json).not.toHaveProperty("no-log");
  await say(message(SECRET), { key: plain, headers: { "x-litellm-enable-message-redaction": "true" } });
  expect(await keptIds()).toEqual(before);
  const id = await say(message(SECRET, { "no-log": false }), { key: plain });
  expect(await keptIds()).toEqual([...before, id]);
  // A no that is said later holds from the next call on.
  await call("POST", "/key/update", { body: { key: plain, metadata: { store_prompts: false } } });
  await say(message(SECRET), { key: plain });
  expect(await keptIds()).toEqual([...before, id]);
});

test("with content_opt_in only those who ask for it are kept", async () => {
  const asking = await keepingGateway(`${ON}  content_opt_in: true\n`);
  const wanted = await asking.newKey({ metadata: { store_prompts: true } });
  const other = await asking.newKey();
  await asking.say(message(SECRET), { key: other });
  await asking.say(message(SECRET));
  const id = await asking.say(message(SECRET), { key: wanted });
  expect(await asking.keptIds()).toEqual([id]);
});

test("calls that no provider saw, and the gateway's own, leave nothing; a failed one leaves its prompt", async () => {
  const before = await keptIds();
  const none = await call("POST", "/v1/chat/completions", {
    body: { model: "no-such-model", ...message(SECRET) },
  });
  expect(none.status).toBe(400);
  expect(await keptIds()).toEqual(before);
  upstream.behave(answer({ error: { message: "no" } }, 400));
  const failed = await call("POST", "/v1/chat/completions", { body: { model: "talk", ...message(SECRET) } });
  expect(failed.status).toBe(400);
  upstream.behave(answer({ data: [{ embedding: [0.25] }], usage: { prompt_tokens: 2 } }));
  const embedded = await say({ input: SECRET }, { path: "/v1/embeddings" });
  for (const id of [failed.headers["x-shin-request-id"] ?? "", embedded]) {
    const { answer: kept, request } = await opened(id);
    expect([kept, request.text.includes(SECRET)]).toEqual([null, true]);
  }
});

test("with anonymize_logs the row names the end user as the record does, and the text does not", async () => {
  const anonymous = await keepingGateway(`${ON}  anonymize_logs: true\n`);
  const id = await anonymous.say(message(SECRET, { user: "ann@example.com", safety_identifier: "ann@x" }));
  await anonymous.runtime.deps.contents.flush();
  await anonymous.runtime.deps.ledger.flush();
  const [row] = await anonymous.runtime.deps.sql<{ end_user: string; same: boolean; request: string }[]>`
    select c.end_user, c.end_user = r.end_user as same, c.sealed_request as request
    from call_contents c join spend_records r on r.id = c.record_id where c.record_id = ${id}`;
  expect(row).toMatchObject({ end_user: expect.stringMatching(/^anon_/), same: true });
  const content = openContent(ENCRYPTION_KEY, id, { sealedRequest: row?.request ?? "", sealedAnswer: null });
  expect(content.kind === "open" && content.request.text).not.toContain("ann@");
});

test("a call neither waits for the database nor fails by it, and what does not fit is dropped and counted", async () => {
  upstream.behave(answer());
  const { contents } = runtime.deps;
  await contents.flush();
  const before = contents.standing();
  await sql`alter table call_contents rename to call_contents_away`;
  try {
    await say(message(SECRET));
    await contents.flush();
    expect(contents.standing().dropped).toBe(before.dropped + 1);
  } finally {
    await sql`alter table call_contents_away rename to call_contents`;
  }
  const text = { text: "x".repeat(1024 * 1024), bytes: 1024 * 1024, whole: true };
  const draft = {
    atMs: Date.now(),
    userId: "",
    endUser: null,
    namedEndUser: null,
    request: text,
    answer: null,
  };
  for (let i = 0; i < 40; i += 1) contents.put({ ...draft, recordId: `req_big_${i}` });
  const { dropped, waiting } = contents.standing();
  expect(waiting).toBeLessThan(17);
  expect(dropped).toBeGreaterThan(before.dropped + 20);
  expect(lines.filter((line) => line.includes(SECRET))).toEqual([]);
  await contents.flush();
  expect((await call("GET", "/metrics")).text).toContain(
    `shin_contents_dropped_total{worker="1"} ${dropped}`,
  );
});

test("storing without an encryption key does not start, and says why in one sentence", async () => {
  const yaml = "general_settings:\n  store_prompts_in_spend_logs: true\n";
  const sentence = /^store_prompts_in_spend_logs is on and there is no SHIN_ENCRYPTION_KEY .*\.$/;
  await expect(testGateway({ yaml })).rejects.toThrow(sentence);
  const running = await testGateway({ yaml: "" });
  await expect(running.reload(yaml)).rejects.toThrow(sentence);
  expect((await running.call("GET", "/health/liveliness", { key: MASTER_KEY })).status).toBe(200);
});

test("content cannot be set to outlive the request log", async () => {
  const yaml = "general_settings:\n  data_retention_days: 5\n  content_retention_days: 6\n";
  expect(() => configOf(yaml)).toThrow(/content cannot be kept longer than the request log/);
});

/** AC-51, 68 and 73: what callers say is handed on as text, answered to them alone, and logged as one line. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createShinServer } from "#lib/node/server.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { answer, completion, rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog, config, deployment } from "../contract/setting.ts";

const upstream = await rawUpstream();
const { log, text } = capturedLog();
const gateway = await testGateway({ log, yaml: config([deployment("chat", upstream.url)]) });
const say = (content: unknown, more: Record<string, unknown> = {}, key?: string) =>
  gateway.call("POST", "/v1/chat/completions", {
    ...(key === undefined ? {} : { key }),
    body: { model: "chat", messages: [{ role: "user", content }], ...more },
  });

test("AC-51: an image's address in a prompt goes to the provider as text, and nobody here goes there", async () => {
  let visits = 0;
  const inside = createServer((_request, response) => {
    visits += 1;
    response.end();
  });
  inside.listen(0, "127.0.0.1");
  await once(inside, "listening");
  onTestFinished(() => void inside.close());
  const url = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data`;
  const parts = [
    { type: "text", text: `look at ${url}` },
    { type: "image_url", image_url: { url } },
    { type: "file", file: { file_data: url } },
  ];
  expect((await say(parts)).status).toBe(200);
  expect(JSON.parse(String(upstream.requests.at(-1)?.body)).messages[0].content).toEqual(parts);
  expect(visits).toBe(0);
});

test("AC-68: two keys that say the same each get an answer of their own", async () => {
  const [one, two] = [await gateway.newKey(), await gateway.newKey()];
  const before = upstream.requests.length;
  let n = 0;
  upstream.behave((request, response) => {
    n += 1;
    return answer(completion({ id: `answer-${n}` }))(request, response);
  });
  const answers = await Promise.all([one, two, one].map((key) => say("the same", { seed: 1 }, key)));
  expect(upstream.requests.length - before).toBe(3);
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(3);
});

test("AC-73: a line break, an escape or a line of JSON in a name, a path or a header is one line of the log", async () => {
  const forged = 'x\r\n{"level":60,"msg":"forged"}\u001b[2J\u2028\u0085';
  const key = await gateway.newKey({ metadata: { note: forged } });
  await gateway.call("POST", "/key/generate", { body: { key_alias: forged } });
  await gateway.call("POST", "/team/new", { body: { team_alias: forged } });
  await gateway.call("POST", "/user/new", { body: { user_id: forged, user_alias: forged } });
  await gateway.call("GET", `/v1/models/${encodeURIComponent(forged)}`, { key });
  await gateway.call("GET", "/v1/nothing%0d%0aSet-Cookie:%20a=b");
  await say("hi", { model: forged, user: forged, metadata: { tags: [forged] } }, key);
  await say("hi", { user: forged, metadata: { tags: [forged] } }, key);
  await gateway.runtime.deps.ledger.flush();
  const lines = text()
    .split("\n")
    .filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ msg: expect.not.stringMatching(/^forged$/) });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
});

test("AC-44: a peer has ten seconds for its headers and a minute for all of its request", () => {
  const server = createShinServer({
    gateway: gateway.runtime.gateway,
    console: (_incoming, outgoing) => void outgoing.end(),
  });
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 60_000]);
});

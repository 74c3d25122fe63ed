/** Bodies that are small to send and heavy to read: whoever sends one must not make all other callers wait. */
import { expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { chat } from "../contract/setting.ts";

const gateway = await testGateway();
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
/** A chat body with one more member, as text. */
const withMember = (member: string) => `${JSON.stringify(chat("gpt-4")).slice(0, -1)},${member}}`;
const send = (body: string, path = "/v1/chat/completions") => gateway.call("POST", path, { body });

test.each([
  ["small", 2_000],
  ["large", 500_000],
])("a %s body whose values lie deeper than anybody means is 400", async (_, levels) => {
  for (const body of [
    withMember(`"metadata":{"a":${nested(levels)}}`),
    withMember(`"x":${nested(levels)}`),
    `{"model":"gpt-4","messages":[{"role":"user","content":${nested(levels)}}]}`,
  ]) {
    const { status, json } = await send(body);
    expect([status, json.error.message]).toEqual([
      400,
      expect.stringContaining("nested more than 1000 levels"),
    ]);
  }
});

test("what the gateway reads itself is small: a metadata of 400 kB is 400, a prompt of it is not", async () => {
  const list = `[${"1,".repeat(200_000)}1]`;
  for (const [name, value] of [
    ["metadata", `{"a":${list}}`],
    ["tags", list],
    ["logit_bias", `{"a":${list}}`],
  ]) {
    const { status, json } = await send(withMember(`"${name}":${value}`));
    expect([status, json.error.param, json.error.message]).toEqual([
      400,
      name,
      expect.stringContaining("256 kB"),
    ]);
  }
  expect((await send(JSON.stringify({ ...chat("gpt-4"), suffix: list }))).status).toBe(200);
});

test("more members than any request has are 400", async () => {
  const members = Array.from({ length: 10_001 }, (_, i) => `"m${i}":1`).join(",");
  const { status, json } = await send(withMember(members));
  expect([status, json.error.message]).toEqual([400, expect.stringContaining("more than 10000 members")]);
});

test("a list of prompts is counted without being made; one that is broken is 400", async () => {
  const many = `{"model":"gpt-4","max_tokens":1,"prompt":[${'"a", '.repeat(30_000)}"a"`;
  expect((await send(`${many}]}`, "/v1/completions")).status).toBe(200);
  const { status, json } = await send(`${many} "b"]}`, "/v1/completions");
  expect([status, json.error.message]).toEqual([400, expect.stringContaining("not valid JSON")]);
});

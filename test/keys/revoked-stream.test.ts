/**
 * AC-6: a key that is taken away while its answer is being sent. If it fails, whoever stole a key keeps the stream they have
 * for as long as the model goes on.
 */
import { expect, test } from "vitest";
import { atEnd } from "#test/helpers/at-end.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { events, recordOf } from "../contract/setting.ts";
import { ask, startProvider } from "../reliability/provider.ts";
import { pricedConfig } from "../reliability/statement.ts";

const provider = await startProvider();
atEnd(() => provider.close());
const yaml = pricedConfig(provider.url, "log_level: ERROR");
const here = await testGateway({ yaml });
const there = await testGateway({ yaml, database: here.database });
const BODY = ask(10, 20, "drip", { stream: true });

const stream = (key?: string) =>
  there.call("POST", "/v1/chat/completions", { body: BODY, ...(key === undefined ? {} : { key }) });

test.each([
  ["/key/delete", "token_not_found_in_db", (key: string) => ({ keys: [key] })],
  ["/key/regenerate", "token_not_found_in_db", (key: string) => ({ key })],
  ["/key/block", "auth_error", (key: string) => ({ key })],
])("AC-6: after %s the stream ends with an error event, and is billed", async (path, type, body) => {
  const key = await here.newKey();
  const answer = stream(key);
  await until("the provider streams", () => provider.open.size === 1);
  expect((await here.call("POST", path, { body: body(key) })).status).toBe(200);
  await until(
    "the other gateway has heard",
    async () => (await there.call("GET", "/models", { key })).status === 401,
  );
  await there.runtime.deps.openStreams.pass();
  const { headers, status, text } = await answer;
  const told = events(text);
  expect([status, told.length > 1, told.at(-1)]).toMatchObject([200, true, { error: { type } }]);
  await until("the provider is let go", () => provider.open.size === 0);
  const record = await recordOf(there, headers);
  expect(record).toMatchObject({ state: "settled", outcome: "failed", usage_source: "estimated" });
  expect(BigInt(record["cost_nano_usd"])).toBeGreaterThan(0n);
});

test("a stream goes on whose key is as it was, and so does the master key's", async () => {
  const [kept, gone] = [await here.newKey(), await here.newKey()];
  const answers = [kept, undefined, gone].map(stream);
  await until("all stream", () => provider.open.size === 3);
  await here.call("POST", "/key/update", { body: { key: kept, key_alias: "renamed" } });
  await here.call("POST", "/key/delete", { body: { keys: [gone] } });
  // By itself: nobody asks for it here.
  expect((await answers[2])?.text).toContain("token_not_found_in_db");
  await there.runtime.deps.openStreams.pass();
  await until("the provider is let go by that one", () => provider.open.size === 2);
  provider.release();
  for (const answer of answers.slice(0, 2)) expect((await answer)?.text).toMatch(/\[DONE\]\s*$/);
});

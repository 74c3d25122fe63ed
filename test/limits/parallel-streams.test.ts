/**
 * AC-55: a hundred streams on ten slots, and clients that leave. If it fails, a provider gets more at a time than was
 * promised, or every client that leaves takes a slot with it.
 */
import { expect, test } from "vitest";
import type { Answer } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { admissionSetting } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";

const SLOTS = 10;
const LEAVE = 3;
const BODY = ask(10, 20, "drip", { stream: true });

test("AC-55: never above ten at the provider, and each stream whose client left frees its slot for exactly one more", async () => {
  const { gateway, provider } = await admissionSetting();
  const key = await gateway.newKey({ max_parallel_requests: SLOTS });
  const running = new Map<AbortController, Promise<unknown>>();

  /** Sends so many at once; what is left running is admitted. @returns the reasons of those that were refused */
  async function flood(count: number): Promise<unknown[]> {
    const refused: Answer[] = [];
    const before = running.size;
    for (let n = 0; n < count; n += 1) {
      const client = new AbortController();
      const { signal } = client;
      const sent = gateway
        .call("POST", "/v1/chat/completions", { key, body: BODY, signal })
        .then(
          (answer) => void (answer.status === 429 && refused.push(answer)),
          // Its client left in mid-stream: nobody reads on.
          (error: unknown) => expect(error).toMatchObject({ name: "AbortError" }),
        )
        .finally(() => running.delete(client));
      running.set(client, sent);
    }
    const decided = () => refused.length + provider.open.size - before === count;
    await until("each call is at the provider or refused", decided);
    return [...new Set(refused.map(({ json }) => json.error.reason))];
  }

  expect(await flood(100)).toEqual(["key_parallel"]);
  expect([provider.calls(), provider.open.size, running.size]).toEqual([SLOTS, SLOTS, SLOTS]);
  for (let round = 1; round <= 10; round += 1) {
    const leaving = [...running].slice(0, LEAVE);
    for (const [client] of leaving) client.abort();
    await Promise.all(leaving.map(([, ended]) => ended));
    await until("the provider is let go", () => provider.open.size === SLOTS - LEAVE);
    expect(await flood(20)).toEqual(["key_parallel"]);
    expect([round, provider.calls(), provider.open.size]).toEqual([round, SLOTS + round * LEAVE, SLOTS]);
  }
  const last = [...running.values()];
  provider.release();
  await Promise.all(last);
  expect(await flood(SLOTS)).toEqual([]);
  for (const client of running.keys()) client.abort();
  await Promise.all(running.values());
});

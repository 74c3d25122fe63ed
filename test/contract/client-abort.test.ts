/** A client that goes away stops the provider's work at once, and pays for what was produced. */
import { describe, expect, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { chunk, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment } from "./setting.ts";

const upstream = await rawUpstream();
const gateway = await mountedGateway({ yaml: config([deployment("chat", upstream.url)]) });

describe.each(gateway.mounts)("$name mount", ({ name, url }) => {
  /** Calls, leaves when `leave` resolves, and gives the call's record and how long the provider went on. */
  async function leaving(
    id: string,
    fields: Record<string, unknown>,
    leave: (answer: Promise<Response>) => Promise<unknown>,
  ) {
    const key = await gateway.newKey({ max_parallel_requests: 1 });
    const client = new AbortController();
    const answer = fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "x-request-id": id },
      body: JSON.stringify(chat("chat", fields)),
      signal: client.signal,
    });
    answer.catch(() => "an abort is what we are about");
    await leave(answer);
    const leftMs = performance.now();
    client.abort();
    await until("the provider's connection is closed", () => upstream.last().abortedAtMs !== null);
    const rows = async () => {
      await gateway.runtime.deps.ledger.flush();
      return gateway.database
        .sql`select * from spend_records where client_request_id = ${id} and state = 'settled'`;
    };
    await until("the call is settled", async () => (await rows()).length > 0);
    const again = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
    expect(again.status).toBe(200);
    return { record: (await rows())[0], stoppedMs: (upstream.last().abortedAtMs ?? 0) - leftMs, key };
  }

  /** Within 100 ms; a machine that was busy just then gets another try. */
  async function atOnce<T extends { readonly stoppedMs: number }>(
    attempt: (name: string) => Promise<T>,
    id: string,
  ): Promise<T> {
    let left = await attempt(`${id}-0`);
    for (let tries = 1; tries < 3 && left.stoppedMs >= 100; tries += 1)
      left = await attempt(`${id}-${tries}`);
    expect(left.stoppedMs).toBeLessThan(100);
    return left;
  }

  test("in mid-stream", async () => {
    upstream.behave(
      stream((response) => void response.write(sse(chunk("x".repeat(400)), chunk("y".repeat(400))))),
    );
    const { record } = await atOnce(
      (id) =>
        leaving(id, { stream: true }, async (answer) => {
          await (await answer).body?.getReader().read();
        }),
      `${name}-stream`,
    );
    expect(record).toMatchObject({ outcome: "client_closed", status_code: 499, usage_source: "estimated" });
    expect(Number(record?.["prompt_tokens"])).toBeGreaterThan(0);
    expect(Number(record?.["completion_tokens"])).toBeGreaterThanOrEqual(100);
    expect(BigInt(record?.["cost_nano_usd"])).toBeGreaterThan(0n);
  });

  test.each([true, false])("while the provider thinks (stream: %s)", async (streamed) => {
    upstream.behave(() => {});
    const { record } = await atOnce((id) => {
      upstream.forget();
      return leaving(id, { stream: streamed }, () =>
        until("the provider was called", () => upstream.requests.length > 0),
      );
    }, `${name}-${streamed}`);
    expect(record).toMatchObject({
      outcome: "client_closed",
      usage_source: "estimated",
      completion_tokens: "0",
    });
    expect(Number(record?.["prompt_tokens"])).toBeGreaterThan(0);
  });

  test("a slot that was held is free again", async () => {
    upstream.forget();
    upstream.behave(() => {});
    const { key } = await leaving(`${name}-slot`, {}, () =>
      until("the provider was called", () => upstream.requests.length > 0),
    );
    upstream.behave(stream());
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(chat("chat", { stream: true })),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  });
});

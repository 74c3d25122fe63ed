/** A provider that fails at random: every call ends in an answer or a clear error, and every one has its record. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { aimock } from "#test/helpers/upstream.ts";
import { chat, config, deployment, recordOf } from "../contract/setting.ts";

const provider = await aimock();
provider.onMessage(
  /./,
  { content: "An answer of a few words that is long enough to be cut." },
  { chunkSize: 4 },
);
provider.setChaos({ dropRate: 0.15, malformedRate: 0.15, rateLimitRate: 0.15, disconnectRate: 0.15 });
const url = `${provider.url}/v1`;
const gateway = await mountedGateway({
  yaml: config(
    [
      deployment("lone", url, { model: "openai/gpt-4o" }),
      ...[1, 2, 3].map((n) => deployment("group", url, { model: "openai/gpt-4o" }, { id: `d${n}` })),
    ],
    {
      router_settings: { cooldown_time: 0, num_retries: 2 },
    },
  ),
});

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  test.each(["lone", "group"])("model %s under chaos", async (model) => {
    const call = async (stream: boolean) => {
      const answered = await send("POST", "/v1/chat/completions", {
        body: chat(model, { stream, max_tokens: 50 }),
      });
      const record = await recordOf(gateway, answered.headers);
      expect([200, 429, 500, 502, 503]).toContain(answered.status);
      expect(record["state"]).toBe("settled");
      if (answered.status !== 200) {
        expect(answered.json.error.message).toMatch(/^litellm\.|No deployments/);
        expect(["failed", "refused"]).toContain(record["outcome"]);
      } else if (stream) expect(answered.text.includes("[DONE]")).toBe(record["outcome"] === "ok");
      else expect([answered.json.model, record["outcome"]]).toEqual([model, "ok"]);
      return answered.status;
    };
    const statuses = [];
    for (let i = 0; i < 20; i++)
      statuses.push(...(await Promise.all([call(i % 2 === 0), call(true), call(false)])));
    const good = statuses.filter((status) => status === 200).length;
    expect(good).toBeGreaterThan(0);
    expect(good).toBeLessThanOrEqual(60);
    const [left] = await gateway.database
      .sql`select count(*)::int as n from spend_records where state = 'started'`;
    expect(left).toEqual({ n: 0 });
  });
});

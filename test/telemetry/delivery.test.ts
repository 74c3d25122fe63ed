/** The receiver's troubles are never a caller's: calls go on, what waits is bounded, and the log says so once. */
import { beforeEach, describe, expect, it } from "vitest";
import { createLog } from "#lib/log.ts";
import { MOST_WAITING } from "#lib/telemetry/outbox.ts";
import { startTelemetry, type Telemetry } from "#lib/telemetry/telemetry.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { configOf, testGateway } from "#test/helpers/gateway.ts";
import { parseExposition } from "#test/metrics/scrape.ts";
import { otlpReceiver } from "./receiver.ts";
import { flush, lookAt } from "./setting.ts";

const receiver = await otlpReceiver();
const mute = await otlpReceiver();
const lines: string[] = [];
const log = createLog({
  level: "info",
  json: true,
  color: false,
  destination: { write: (line: string) => void lines.push(line) },
});
const SECRET = "otlp-Secret-77";
const env = {
  OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}?token=${SECRET}`,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
};
const gateway = await testGateway({ env, log });
/** Nobody listens at port 9, which is for those who want to be rid of something. */
const dead = await testGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" } });
const ask = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };

beforeEach(async () => {
  receiver.answer(200);
  await lookAt(gateway, receiver);
  lines.length = 0;
});

const told = (text: string) => lines.filter((line) => line.includes(text));
const request = (telemetry: Telemetry) =>
  telemetry.begin({
    requestId: "req_1",
    method: "GET",
    route: "/models",
    startedAtMs: 1,
    startedMonotonicMs: 1,
    headers: new Headers(),
    settings: settingsOf(env),
  });

function settingsOf(given: Record<string, string>) {
  const settings = configOf("", given).telemetry;
  if (settings === null) throw new Error("nothing is switched on");
  return settings;
}

describe("a receiver that refuses", () => {
  it("is named once in the log, without a secret, and once more when it is back", async () => {
    receiver.answer(401);
    for (let round = 0; round < 3; round++) {
      await gateway.call("POST", "/v1/chat/completions", { body: ask });
      await flush(gateway);
    }
    await expect.poll(() => told("do not arrive at").length, { timeout: 15_000 }).toBe(2);
    expect(told("traces do not arrive at")).toHaveLength(1);
    expect(told("logs do not arrive at")).toHaveLength(1);
    expect(told("traces do not arrive at")[0]).toContain(`${receiver.url}/v1/traces`);
    expect(told('"reason":"401"')).toHaveLength(2);
    receiver.answer(200);
    await gateway.call("POST", "/v1/chat/completions", { body: ask });
    await receiver.spansOf(2);
    await expect.poll(() => told("traces arrive again").length, { timeout: 15_000 }).toBe(1);
    log.flushLines();
    expect(lines.join("\n")).not.toContain(SECRET);
  });

  it("is seen in the metrics", async () => {
    receiver.answer(401);
    const before = gateway.runtime.deps.telemetry?.counts() ?? {};
    await gateway.call("POST", "/v1/chat/completions", { body: ask });
    const counts = () => gateway.runtime.deps.telemetry?.counts() ?? {};
    const failed = () => (counts()["traces failed"] ?? 0) + (counts()["logs failed"] ?? 0);
    const failedBefore = (before["traces failed"] ?? 0) + (before["logs failed"] ?? 0);
    await flush(gateway);
    await expect.poll(failed, { timeout: 15_000 }).toBe(failedBefore + 3);
    const scrape = parseExposition((await gateway.call("GET", "/metrics")).text);
    const count = (signal: string, outcome: string) =>
      scrape.sum("shin_telemetry_records_total", { signal, outcome }) - (before[`${signal} ${outcome}`] ?? 0);
    expect(count("traces", "failed")).toBe(2);
    expect(count("logs", "failed")).toBe(1);
    expect(count("traces", "sent")).toBe(0);
  });
});

describe("a receiver that is away", () => {
  it("keeps none of 1,000 calls from being answered and recorded", async () => {
    const calls = Array.from({ length: 1_000 }, () =>
      dead.call("POST", "/v1/chat/completions", { body: ask }),
    );
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await dead.runtime.deps.ledger.flush();
    const [row] = await dead.database
      .sql`select count(*)::int as amount from spend_records where outcome = 'ok'`;
    expect(row?.["amount"]).toBe(1_000);
  });

  it("leaves a bounded number waiting, the rest is dropped and counted, and stopping does not wait for it", async () => {
    mute.answer(null);
    const telemetry = startTelemetry({
      settings: settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: mute.url }),
      version: "test",
      instance: "ins_test",
      log,
      clock: manualClock(),
    });
    const more = 500;
    for (let n = 0; n < MOST_WAITING + more; n++) {
      const trace = request(telemetry);
      trace.endRequest({ status: 200, errorCode: null, durationMs: 1 });
      telemetry.line("{}", trace, false);
    }
    expect(telemetry.counts()).toMatchObject({ "traces dropped": more, "logs dropped": more });
    // A gateway that stops gives the receiver two seconds; the exporters alone would wait for ten.
    const stoppedMs = performance.now();
    await telemetry.close();
    expect(performance.now() - stoppedMs).toBeLessThan(9_000);
  });
});

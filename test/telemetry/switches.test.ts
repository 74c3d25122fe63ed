/** What can be switched: single signals, sampling, what providers are told, and all of it by a reload. */
import { expect, test } from "vitest";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { flush, lookAt, telemetrySetting } from "./setting.ts";

const { receiver, provider, yaml, on } = await telemetrySetting();
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

async function call(gateway: TestGateway, headers: Record<string, string> = {}): Promise<void> {
  await lookAt(gateway, receiver);
  const body = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
  expect((await gateway.call("POST", "/v1/chat/completions", { body, headers })).status).toBe(200);
  await flush(gateway);
}

test("off, the gateway has no telemetry, sends nothing, and hands no trace to providers", async () => {
  const gateway = await testGateway({ yaml: yaml() });
  await call(gateway, { traceparent: `${PARENT}-01` });
  expect(gateway.runtime.deps.telemetry).toBeUndefined();
  expect(receiver.raw).toEqual([]);
  expect(provider.last().headers).not.toHaveProperty("traceparent");
  expect((await gateway.call("GET", "/metrics")).text).not.toContain("shin_telemetry");
});

test("without traces there are logs, with the client's trace where it has one", async () => {
  const gateway = await testGateway({ yaml: yaml(), env: { ...on, OTEL_TRACES_EXPORTER: "none" } });
  await call(gateway, { traceparent: `${PARENT}-01` });
  expect(receiver.spans).toEqual([]);
  expect(await receiver.logsOf(1)).toMatchObject([{ traceId: "0af7651916cd43dd8448eb211c80319c" }]);
  expect(provider.last().headers).not.toHaveProperty("traceparent");
});

test("without logs there are traces", async () => {
  const gateway = await testGateway({ yaml: yaml(), env: { ...on, OTEL_LOGS_EXPORTER: "none" } });
  await call(gateway);
  expect(await receiver.spansOf(2)).toHaveLength(2);
  expect(receiver.logs).toEqual([]);
});

test("a sampler that keeps nothing sends no span; a client's own decision beats a parent-based one alone", async () => {
  const never = await testGateway({ yaml: yaml(), env: { ...on, OTEL_TRACES_SAMPLER: "always_off" } });
  await call(never, { traceparent: `${PARENT}-01` });
  expect(receiver.spans).toEqual([]);
  expect(provider.last().headers["traceparent"]).toMatch(/-00$/);

  const ratio = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" };
  const byParent = await testGateway({ yaml: yaml(), env: { ...on, ...ratio } });
  await call(byParent);
  expect(receiver.spans).toEqual([]);
  await call(byParent, { traceparent: `${PARENT}-01` });
  expect(await receiver.spansOf(2)).toHaveLength(2);

  const always = await testGateway({ yaml: yaml(), env: { ...on, OTEL_TRACES_SAMPLER: "always_on" } });
  await call(always, { traceparent: `${PARENT}-00` });
  expect(await receiver.spansOf(2)).toHaveLength(2);
});

test("a reload decides what providers are told from the next call on", async () => {
  const gateway = await testGateway({ yaml: yaml(), env: on });
  await call(gateway);
  expect(provider.last().headers).toHaveProperty("traceparent");
  await gateway.reload(yaml("general_settings: { telemetry_propagate_to_providers: false }"));
  await call(gateway);
  expect(await receiver.spansOf(2)).toHaveLength(2);
  expect(provider.last().headers).not.toHaveProperty("traceparent");
});

/** A serverless instance sleeps between requests: what a call left waiting for a tracing system is sent after its answer. */
import { expect, test } from "vitest";
import { serveWeb } from "#lib/next/mount.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { otlpReceiver } from "#test/telemetry/receiver.ts";

const receiver = await otlpReceiver();
const gateway = await testGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
// As the first request on such a platform does, and not as server.ts does.
Object.assign(globalThis, { [Symbol.for("shin.runtime")]: Promise.resolve(gateway.runtime) });

test("spans and log records leave in the time that the platform gives after the answer", async () => {
  const deferred: (() => Promise<void>)[] = [];
  const answer = await serveWeb(
    new Request("https://shin.example/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4", stream: true, messages: [{ role: "user", content: "hello" }] }),
    }),
    (work) => void deferred.push(work),
  );
  expect(await answer.text()).toContain("[DONE]");
  expect(deferred).toHaveLength(1);
  await deferred[0]?.();
  expect(receiver.spans).toHaveLength(2);
  expect(receiver.logs).toHaveLength(1);
});

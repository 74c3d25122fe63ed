/** On a serverless platform nobody strips our own headers: only the platform's word about the peer counts there. */
import { expect, test } from "vitest";
import { serveWeb } from "#lib/next/mount.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { config } from "./setting.ts";

const gateway = await testGateway({
  yaml: config([], { general_settings: { allowed_ips: ["10.0.0.0/8"] } }),
});
// As the first request on such a platform does, and not as server.ts does.
Object.assign(globalThis, { [Symbol.for("shin.runtime")]: Promise.resolve(gateway.runtime) });

test.each([
  [{ "x-vercel-forwarded-for": "10.0.0.1" }, 200],
  [{ "x-vercel-forwarded-for": "6.6.6.6", "x-shin-peer": "10.0.0.1" }, 403],
  [{ "x-shin-peer": "10.0.0.1" }, 403],
  [{ "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1" }, 403],
  [{}, 403],
])("%j gives %i", async (headers, status) => {
  const all = new Headers(headers as Record<string, string>);
  all.set("authorization", `Bearer ${MASTER_KEY}`);
  const answer = await serveWeb(new Request("https://shin.example/v1/models", { headers: all }));
  expect(answer.status).toBe(status);
});

/** On a serverless platform nobody strips our own headers: only the platform's word about the peer counts there. */
import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { serveWeb } from "#lib/next/mount.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { GET as signInPart } from "../../app/api/auth/[...nextauth]/route.ts";
import { config } from "./setting.ts";

const gateway = await testGateway({
  yaml: config([], { general_settings: { allowed_ips: ["10.0.0.0/8"] } }),
});
// As the first request on such a platform does, and not as server.ts does.
Object.assign(globalThis, { [Symbol.for("shin.runtime")]: Promise.resolve(gateway.runtime) });

const HEADERS: readonly (readonly [Record<string, string>, number])[] = [
  [{ "x-vercel-forwarded-for": "10.0.0.1" }, 200],
  [{ "x-vercel-forwarded-for": "6.6.6.6", "x-shin-peer": "10.0.0.1" }, 403],
  [{ "x-shin-peer": "10.0.0.1" }, 403],
  [{ "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1" }, 403],
  [{}, 403],
];

test.each(HEADERS)("%j gives %i", async (headers, status) => {
  const all = new Headers(headers);
  all.set("authorization", `Bearer ${MASTER_KEY}`);
  const answer = await serveWeb(new Request("https://shin.example/v1/models", { headers: all }));
  expect(answer.status).toBe(status);
});

test.each(HEADERS)("signing in believes %j as much, and lets nobody else in", async (headers, status) => {
  const request = new NextRequest("https://shin.example/api/auth/csrf", { headers });
  const answer = signInPart(request, { params: Promise.resolve({ nextauth: ["csrf"] }) });
  if (status === 403) expect((await answer).status).toBe(403);
  // Past the door next-auth asks Next for the request's cookies, and there is no Next here.
  else await expect(answer).rejects.toThrow("outside a request scope");
});

test.each(["/console/setup", "/console/invitations/accept"])(
  "%s makes no account from elsewhere",
  async (path) => {
    const headers = { "x-vercel-forwarded-for": "6.6.6.6", "content-type": "application/json" };
    const request = new Request(`https://shin.example${path}`, { method: "POST", headers, body: "{}" });
    expect((await serveWeb(request)).status).toBe(403);
  },
);

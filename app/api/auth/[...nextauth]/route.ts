/** Sign-in and sign-out: next-auth behind a door that lets in only what it is for. */

import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { isAllowed } from "#lib/gateway/address.ts";
import { addressOf } from "#lib/next/peer.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { authOptions } from "../options.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const [action, provider] = (await context.params).nextauth;
  // next-auth's log for browsers writes whatever anybody sends into ours.
  if (action === "_log") return refuse(404, "There is nothing here.");
  if (action === "callback" && provider === "credentials" && request.method !== "POST")
    return refuse(405, "Sign in from the page.");
  const callbackUrl = request.nextUrl.searchParams.get("callbackUrl");
  if (callbackUrl !== null && !/^(\/(?![/\\])|https?:\/\/)/.test(callbackUrl))
    return refuse(400, "callbackUrl is no address of this console.");
  if (!isSameSite(request)) return refuse(403, "This request does not come from the console.");
  if (!(await isReadable(request))) return refuse(400, "The body is not valid JSON.");
  const { deps } = await gatewayRuntime();
  const { addresses } = deps.policy();
  const ip = addressOf(addresses, request.headers);
  if (!isAllowed(addresses, ip)) return refuse(403, "Access forbidden: IP address not allowed.");
  const from = { ip: ip || null, userAgent: request.headers.get("user-agent") };
  const secure = request.headers.get("x-forwarded-proto") === "https";
  const answer: Response = await NextAuth(request, context, authOptions(deps, from, secure));
  answer.headers.set("cache-control", "no-store");
  answer.headers.set("referrer-policy", "same-origin");
  answer.headers.set("x-content-type-options", "nosniff");
  return answer;
}

/** next-auth answers JSON that is none with a 500, and anybody's line in our log of errors. */
async function isReadable(request: NextRequest): Promise<boolean> {
  if (request.method !== "POST" || !request.headers.get("content-type")?.includes("application/json"))
    return true;
  try {
    await request.clone().json();
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}

/** A form on another site may not sign anybody in or out; a provider's redirect (GET) may come back. */
function isSameSite({ headers, method }: NextRequest): boolean {
  if (method === "GET" || method === "HEAD") return true;
  const origin = headers.get("origin");
  if (origin === null) return headers.get("sec-fetch-site") === null;
  return URL.canParse(origin) && new URL(origin).host === headers.get("x-forwarded-host");
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}

export { handle as GET, handle as POST };

/** The console's response headers: a strict Content-Security-Policy with a nonce for each page. It decides nothing about access. */
import { type NextRequest, NextResponse } from "next/server";

export const config = { matcher: ["/ui/:path*", "/docs/:path*"] };

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const secure = request.headers.get("x-forwarded-proto") === "https";
  const policy = contentSecurityPolicy(nonce, secure);
  const headers = new Headers(request.headers);
  // Next stamps the nonce it finds here on its own scripts; the layout reads it for the theme's.
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  headers.set("x-console-path", request.nextUrl.pathname + request.nextUrl.search);
  const answer = NextResponse.next({ request: { headers } });
  answer.headers.set("content-security-policy", policy);
  answer.headers.set("x-content-type-options", "nosniff");
  answer.headers.set("referrer-policy", "same-origin");
  answer.headers.set("x-frame-options", "DENY");
  answer.headers.set("cross-origin-opener-policy", "same-origin");
  answer.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
  answer.headers.set("cache-control", "no-store");
  if (secure) answer.headers.set("strict-transport-security", "max-age=31536000");
  return answer;
}

function contentSecurityPolicy(nonce: string, secure: boolean): string {
  // `next dev` evaluates code; the built console does not.
  const dev = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev}`,
    // Charts and menus place themselves by style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    ...(secure ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Whose request it is that Next hands on: the same rule for calls, for signing in and for pages. */
import { type AddressPolicy, clientAddress } from "../gateway/address.ts";
import { isBehindOwnServer } from "./runtime.ts";

/**
 * Under server.ts the socket's address, stamped there; elsewhere nobody takes that header from a client's hands, and only
 * the platform's own counts. Without either the peer is unknown, and an allowlist lets it in nowhere.
 */
export function peerOf(headers: Headers): string {
  if (isBehindOwnServer()) return headers.get("x-shin-peer") ?? "";
  return headers.get("x-vercel-forwarded-for")?.split(",")[0]?.trim() ?? "";
}

/** The address that people at the console come from, behind the proxies that are trusted; empty: unknown. */
export function addressOf(policy: AddressPolicy, headers: Headers): string {
  return clientAddress(policy, peerOf(headers), headers.get("x-forwarded-for"));
}

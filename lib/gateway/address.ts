/** The caller's address and whether it may come in. Forwarded headers count only behind a trusted proxy. */
import { type BlockList, isIP } from "node:net";
import { isListed, toBlockList } from "../address-range.ts";
import { GatewayError } from "../errors.ts";

export interface AddressPolicy {
  /** Null: everyone; empty: no one. */
  readonly allowed: BlockList | null;
  readonly trusted: BlockList | null;
  /** Answers for peers that were asked about: a proxy keeps its connections, and every call on them asks twice. */
  readonly peers: Map<string, boolean>;
}

const MOST_PEERS = 1_000;

/** @param allowed CIDRs or addresses, already checked by the configuration @param trusted as `allowed` */
export function addressPolicy(allowed: readonly string[] | null, trusted: readonly string[]): AddressPolicy {
  return {
    allowed: allowed && toBlockList(allowed),
    trusted: trusted.length > 0 ? toBlockList(trusted) : null,
    peers: new Map(),
  };
}

/**
 * The right-most address of X-Forwarded-For that is not one of our proxies: everything left of it is the client's own
 * claim. A header that cannot be read ends the walk at the last hop that could, never at an earlier one.
 */
export function clientAddress(policy: AddressPolicy, peer: string, forwardedFor: string | null): string {
  let address = bare(peer) ?? peer;
  if (!policy.trusted || forwardedFor === null || !isTrustedPeer(policy, peer)) return address;
  const hops = forwardedFor.split(",").slice(-50);
  for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
    const next = bare(hop);
    if (next === null) break;
    address = next;
    if (hops.length > 0 && !isListed(policy.trusted, address)) break;
  }
  return address;
}

export function isAllowed(policy: AddressPolicy, address: string): boolean {
  return policy.allowed === null || isListed(policy.allowed, address);
}

/** For routes that are public and yet for nobody outside. @throws GatewayError ip_not_allowed */
export function requireAddress(policy: AddressPolicy, address: string): void {
  if (isAllowed(policy, address)) return;
  throw new GatewayError("ip_not_allowed", "Access forbidden: IP address not allowed.", {
    param: "None",
    internal: address,
  });
}

/** True for a proxy whose forwarded headers count. */
export function isTrustedPeer({ peers, trusted }: AddressPolicy, peer: string): boolean {
  if (trusted === null) return false;
  const known = peers.get(peer);
  if (known !== undefined) return known;
  const found = isListed(trusted, bare(peer) ?? peer);
  // Whoever connects is noted, so the room is bounded; the policy itself never changes.
  if (peers.size >= MOST_PEERS) peers.clear();
  peers.set(peer, found);
  return found;
}

/** An address without port, brackets, zone and IPv4-in-IPv6 wrapping; null when it is none. */
function bare(text: string): string | null {
  // What nearly every peer is, and it is asked for with every request.
  if (isIP(text) === 4) return text;
  let address = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed) address = bracketed[1] ?? "";
  else if (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(address)) address = address.slice(0, address.lastIndexOf(":"));
  address = address.replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) address = mapped[1] ?? "";
  return isIP(address) === 0 ? null : address;
}

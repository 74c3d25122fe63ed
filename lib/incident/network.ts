/** The network of an address: as coarse as a place, as fine as a provider's customer. */
import { isIP } from "node:net";
import { canonicalCidr } from "../config/network.ts";

/** The /24 of an IPv4 address, the /48 of an IPv6 one; null for what is no address. */
export function networkOfAddress(address: string): string | null {
  const family = isIP(address);
  if (family === 0) return null;
  return canonicalCidr(`${address.replace(/%.*$/, "")}/${family === 4 ? 24 : 48}`);
}

/** `anonymize_logs`: identifiers as keyed hashes, addresses shortened to their network. */
import { createHmac } from "node:crypto";
import { isIP } from "node:net";

/** A stable pseudonym of an id; without the key it cannot be guessed back from a list of e-mails. */
export function pseudonym(id: string, key: string): string {
  return `anon_${createHmac("sha256", key).update(id).digest("hex").slice(0, 20)}`;
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one. */
export function truncateAddress(address: string): string {
  if (isIP(address) === 4) return `${address.split(".").slice(0, 3).join(".")}.0`;
  if (isIP(address) !== 6) return "";
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const full = [...groups, ...new Array(Math.max(0, 8 - groups.length - rest.length)).fill("0"), ...rest];
  return `${full.slice(0, 3).join(":")}::`;
}

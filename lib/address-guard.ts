/**
 * Where an address that came through the API may lead. Whoever may add a model could otherwise make the gateway call the
 * machine it runs on, its network, or the cloud's metadata service, which hands out credentials.
 */
import ipaddr from "ipaddr.js";

/** internal: the machine itself and private networks, open when the operator says so. forbidden: never. */
export type Reach = "public" | "internal" | "forbidden";

/** Metadata services that lie outside the link-local ranges: AWS, GCP (IPv6), Alibaba, Oracle, Azure's host. */
const METADATA = new Set(
  ["fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"].map((address) =>
    ipaddr.parse(address).toNormalizedString(),
  ),
);

/** Names of metadata services, whatever they resolve to. */
const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

const INTERNAL_RANGES = new Set(["loopback", "private", "carrierGradeNat", "uniqueLocal"]);

/** The reach of one IP address in any notation; what is no address is forbidden. */
export function reachOfAddress(address: string): Reach {
  const bare = address.replace(/%.*$/, "");
  if (!ipaddr.isValid(bare)) return "forbidden";
  const parsed = ipaddr.process(bare);
  if (METADATA.has(parsed.toNormalizedString())) return "forbidden";
  const range = parsed.range();
  if (range === "unicast") return isCompatible(parsed) ? "forbidden" : "public";
  // NAT64 as an IPv6-only network has it: the last four bytes are the IPv4 address that is meant.
  if (range === "rfc6052" && bare.toLowerCase().startsWith("64:ff9b::"))
    return reachOfAddress(parsed.toByteArray().slice(-4).join("."));
  return INTERNAL_RANGES.has(range) ? "internal" : "forbidden";
}

/** `::a.b.c.d`, long out of use: an IPv4 address in disguise. */
function isCompatible(parsed: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return (
    parsed.kind() === "ipv6" &&
    parsed
      .toByteArray()
      .slice(0, 12)
      .every((byte) => byte === 0)
  );
}

/**
 * The reach of a URL's host as it is written: a literal address (decimal, hex and octal forms were made plain by the URL
 * parser), or a name that can only be internal. Null: a name that has to be resolved first.
 */
export function reachOfHost(hostname: string): Reach | null {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (ipaddr.isValid(host)) return reachOfAddress(host);
  const name = host.replace(/\.+$/, "");
  if (name === "" || METADATA_NAMES.has(name)) return "forbidden";
  if (name === "localhost" || name.endsWith(".localhost") || name.endsWith(".internal")) return "internal";
  return null;
}

/** Why a host must not be called, as the end of a sentence, or null. */
export function refusalOf(reach: Reach | null, allowInternal: boolean): string | null {
  if (reach === "forbidden") return "is a link-local, metadata or otherwise reserved address";
  if (reach === "internal" && !allowInternal)
    return "is this machine or a private network — general_settings.allow_private_api_base: true in config.yaml allows it";
  return null;
}

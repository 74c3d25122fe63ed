/** Addresses: CIDR blocks, CORS origins, provider URLs, the database URL. */
import ipaddr from "ipaddr.js";
import type { Parser } from "./setting.ts";
import { show } from "./tree.ts";

/**
 * An address or block in canonical form (`10.1.2.3/8` -> `10.0.0.0/8`, `::ffff:10.0.0.1` -> `10.0.0.1/32`).
 * Throws RangeError with a sentence. The short forms that some libraries read (`10.1`, `0x7f.1`) are refused.
 */
export function canonicalCidr(value: string): string {
  const [address = "", prefix, ...rest] = value.trim().split("/");
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!isV4 && !ipaddr.IPv6.isValid(address))
    throw new RangeError("is not an IP address or CIDR block — write 10.0.0.0/8");
  if (address.includes("%")) throw new RangeError("has a zone (%) — write the address alone");
  const bits = isV4 ? 32 : 128;
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)))
    throw new RangeError("is not a CIDR block");
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) throw new RangeError(`has a prefix longer than ${bits} bits`);
  if (isV4) return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`).toString()}/${length}`;
  const v6 = ipaddr.IPv6.parse(address);
  // A block inside ::ffff:0:0/96 is a block of IPv4 addresses; callers compare mapped peers as IPv4.
  if (v6.isIPv4MappedAddress() && length >= 96)
    return canonicalCidr(`${v6.toIPv4Address().toString()}/${length - 96}`);
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`).toString()}/${length}`;
}

/** One address or block of an allowlist. */
export function cidr(): Parser<string> {
  return {
    form: "address or CIDR block",
    parse(node, fault) {
      const value = node.kind === "scalar" ? String(node.value) : "";
      try {
        return canonicalCidr(value);
      } catch (error) {
        return error instanceof RangeError ? fault(`${show(node)} ${error.message}`) : rethrow(error);
      }
    },
  };
}

/** `*` or an exact origin; a trailing slash is dropped, because browsers never send one. */
export function origin(): Parser<string> {
  const form = "* or origins such as https://app.example.com";
  return {
    form,
    parse(node, fault) {
      const value = node.kind === "scalar" ? String(node.value).trim() : "";
      if (value === "*") return value;
      const url = URL.canParse(value) ? new URL(value) : null;
      if (url === null || !/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
        return fault(`${show(node)} is not an origin — write https://app.example.com`);
      if (value.includes("*"))
        return fault(`${show(node)} has a wildcard — list each origin, or write "*" alone`);
      if (url.username !== "" || url.password !== "")
        return fault("an origin carries no user name or password");
      if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") {
        return fault(`${show(node)} has a path — write ${url.protocol}//${url.host}`);
      }
      return `${url.protocol}//${url.host}`;
    },
  };
}

/** The base URL of a provider: http(s), no credentials inside, no trailing slash. */
export function apiBase(): Parser<string> {
  return {
    form: "http(s) URL",
    parse(node, fault) {
      const value = node.kind === "scalar" ? String(node.value).trim() : "";
      const url = URL.canParse(value) ? new URL(value) : null;
      if (url === null) return fault("is not a URL — write https://host/v1");
      if (url.protocol !== "http:" && url.protocol !== "https:")
        return fault(`must begin with http:// or https://, not ${url.protocol}//`);
      if (url.username !== "" || url.password !== "")
        return fault("must not carry a user name or password — use api_key");
      if (url.hash !== "") return fault("must not have a fragment (#)");
      return value.replace(/\/+$/, "");
    },
  };
}

const DATABASE_SCHEMES = /^(postgres|postgresql|sqlite)(\+[a-z0-9]+)?:/i;
const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/** What is wrong with a database URL, or null. Never repeats the URL: it holds a password. */
export function databaseUrlFault(url: string): string | null {
  if (!DATABASE_SCHEMES.test(url))
    return "is not a PostgreSQL URL — write postgresql://user:password@host:5432/name";
  if (/[\s\p{Cc}]/u.test(url)) return "contains a blank — write %20 for a blank in a password";
  if (isSqlite(url)) return null;
  const mode = /[?&]sslmode=([^&]*)/.exec(url)?.[1];
  if (mode !== undefined && !SSL_MODES.includes(mode))
    return `sslmode=${mode} is not known — one of ${SSL_MODES.join(", ")}`;
  return /^[a-z+0-9]+:\/\/.+/i.test(url)
    ? null
    : "names no host — write postgresql://user:password@host:5432/name";
}

/** Whether the URL is the guide's `sqlite:///litellm.db`. */
export function isSqlite(url: string): boolean {
  return /^sqlite(\+[a-z0-9]+)?:/i.test(url);
}

/** The path in a SQLite URL as SQLAlchemy reads it: three slashes relative, four absolute. */
export function sqlitePath(url: string): string {
  const path = url.replace(/^[^:]*:(\/\/\/?)?/, "").replace(/\?.*$/, "");
  return path === "" || path === ":memory:" ? "litellm.db" : path;
}

/** A database URL, checked. */
export function databaseUrl(): Parser<string> {
  return {
    form: "postgresql:// URL, best as os.environ/DATABASE_URL",
    parse(node, fault) {
      const value = node.kind === "scalar" ? String(node.value).trim() : "";
      const wrong = databaseUrlFault(value);
      return wrong === null ? value : fault(wrong);
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

/** What a configuration means for requests: its models by name, and whose addresses are believed. */
import type { Config } from "#lib/config/config.ts";
import { modelGroups } from "#lib/routing/groups.ts";
import { addressPolicy } from "./address.ts";
import type { Policy } from "./context.ts";

/** What a configuration means from now on. */
export function readPolicy(config: Config): Policy {
  const trusted =
    config.useForwardedFor && config.trustedProxies.length === 0 ? LOOPBACK : config.trustedProxies;
  return {
    config,
    groups: modelGroups(config),
    addresses: addressPolicy(config.allowedIps, trusted),
  };
}

/** `use_x_forwarded_for` without a list means a proxy on this machine, as in the guide. */
const LOOPBACK = ["127.0.0.0/8", "::1"];

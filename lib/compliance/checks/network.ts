/** Checks of who may come in: the bound address, the list of addresses, and pages of other sites. */
import { type Check, failed, notApplicable, passed, unknown } from "../check.ts";

const EVERYBODY = new Set(["0.0.0.0/0", "::/0", "0.0.0.0", "::"]);

const firewall: Check = {
  id: "firewall",
  title: "Firewall",
  requirement: "Firewall configured",
  guide: ["security-3", "pre-5", "layer-1"],
  gdpr: ["32"],
  soc2: ["CC6.6"],
  ask: {
    what: "A firewall or security group lets only the proxy and the internal network reach the gateway's port.",
    days: 90,
    document: true,
  },
  fix: {
    steps: [
      "Bind to this machine alone: HOST=127.0.0.1, with the proxy beside the gateway",
      "Or close the port to others with the rules in docs/deploy, and attest them here with a copy of the rules",
    ],
    link: { href: "/ui/settings/network", label: "Open Network" },
  },
  needs: "config",
  run: ({ config: { host, port, serverless } }) => {
    if (serverless) return unknown("The platform decides what reaches the gateway");
    const local = host === "localhost" || host === "::1" || host.startsWith("127.");
    const facts = { host, port };
    if (local)
      return passed(`Bound to ${host}:${port}: no other machine reaches it without the proxy`, facts);
    return unknown(`Bound to ${host}:${port}: what stands in front cannot be seen from here`, facts);
  },
};

const allowlist: Check = {
  id: "ip_allowlist",
  title: "IP allowlist",
  requirement: "IP allowlist (if applicable)",
  guide: ["security-7", "pre-6", "layer-1"],
  gdpr: ["32"],
  soc2: ["CC6.6"],
  ask: {
    what: "Clients come from addresses that cannot be listed, so that no allowlist is used.",
    days: 365,
  },
  fix: {
    steps: [
      "List the networks that may call in general_settings.allowed_ips, the console's own among them",
      "If calls come through a proxy, name it in general_settings.trusted_proxies",
      "Or attest here why none is used",
    ],
    link: { href: "/ui/settings/network", label: "Open Network" },
  },
  needs: "config",
  run: ({ config: { allowedIps, serverless, trustedProxies, useForwardedFor } }) => {
    if (allowedIps === null) return unknown("No allowlist is set: every address may call with a key");
    const open = allowedIps.filter((range) => EVERYBODY.has(range) || /\/0$/.test(range));
    const facts = { ranges: allowedIps.length };
    if (open.length > 0) return failed(`The allowlist holds ${open.join(", ")}, which is everybody`, facts);
    if (useForwardedFor && trustedProxies.length === 0 && serverless)
      return failed("X-Forwarded-For is believed and no proxy is named", facts);
    return passed(`${allowedIps.length} ranges may call; others are answered 403`, facts);
  },
};

const cors: Check = {
  id: "cors",
  title: "CORS names its origins",
  requirement: "CORS: the pages that may call, in production",
  guide: ["practice-1"],
  gdpr: ["32"],
  soc2: ["CC6.6"],
  ask: null,
  fix: {
    steps: [
      'Replace cors_origin: "*" in config.yaml with the pages that call, such as https://app.example.com',
    ],
    link: { href: "/ui/settings/network", label: "Open Network" },
  },
  needs: "config",
  run: ({ config: { cors: given, production } }) => {
    const { origins } = given;
    const facts = { origins: [...origins], production };
    if (origins.length === 0) return passed("No other site's pages may call", facts);
    if (!origins.includes("*"))
      return passed(`${origins.length} origins may call: ${origins.join(", ")}`, facts);
    if (production) return failed("cors_origin is *: any web page may call", facts);
    return notApplicable("cors_origin is *, as the guide has it for development", facts);
  },
};

export const NETWORK_CHECKS: readonly Check[] = [firewall, allowlist, cors];

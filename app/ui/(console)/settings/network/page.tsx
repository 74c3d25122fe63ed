/** Settings, Network: who may come in, from where, and whose word about addresses counts. */
import type { Metadata } from "next";
import { headers } from "next/headers";
import { ValueList } from "#components/settings/value-list.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Network · Settings" };

export default async function NetworkSettings() {
  const { deps, session } = await openPage("settingsNetwork");
  const { config } = deps.policy();
  const { allowedIps, cors, trustedProxies, useForwardedFor } = config;
  const secure = (await headers()).get("x-forwarded-proto") === "https";
  return (
    <SettingsFrame
      section="settingsNetwork"
      role={session.role}
      note="As it runs. A changed file is read anew by itself; HOST and PORT need a restart."
    >
      {config.production && cors.origins.includes("*") && (
        <Notice tone="warn">
          Any web page may call this gateway (general_settings.cors_origin is *). Name the pages that need to.
        </Notice>
      )}
      <Card>
        <CardHead title="Who may come in" />
        <ValueList
          values={[
            {
              name: "Allowed addresses",
              value:
                allowedIps === null ? (
                  "every address"
                ) : allowedIps.length === 0 ? (
                  "none: every call is refused"
                ) : (
                  <Lines items={allowedIps} />
                ),
              setBy: "general_settings.allowed_ips",
              note: "Checked before the key, for the API and for what the console asks of it.",
            },
            {
              name: "Listens on",
              value: <span className="num">{`${config.host}:${config.port}`}</span>,
              setBy: "HOST, PORT",
              note: isLoopback(config.host)
                ? "Only programs on this machine reach it. A proxy on this machine may stand in front."
                : "Reachable from other machines, as far as the firewall lets them.",
            },
            {
              name: "This page came by",
              value: secure ? (
                <Badge tone="good" dot>
                  HTTPS
                </Badge>
              ) : (
                <Badge tone={config.production ? "bad" : "warn"} dot>
                  plain HTTP
                </Badge>
              ),
              note: secure
                ? "Cookies are marked Secure."
                : "Put a proxy with TLS in front before anybody else uses it: deploy/ has examples.",
            },
            {
              name: "Largest request",
              value: `${Math.round(config.maxRequestBytes / 1_048_576)} MB`,
              setBy: "general_settings.max_request_size_mb",
            },
            {
              name: "Further key header",
              value: config.keyHeaderName ?? "none",
              setBy: "general_settings.litellm_key_header_name",
            },
          ]}
        />
      </Card>
      <Card>
        <CardHead title="Proxies in front" note="Only they may say which client a call is from." />
        <ValueList
          values={[
            {
              name: "Trusted proxies",
              value:
                trustedProxies.length > 0 ? (
                  <Lines items={trustedProxies} />
                ) : useForwardedFor ? (
                  "this machine"
                ) : (
                  "none"
                ),
              setBy: "general_settings.trusted_proxies",
            },
            {
              name: "X-Forwarded-For",
              value: useForwardedFor || trustedProxies.length > 0 ? "believed from those" : "ignored",
              setBy: "general_settings.use_x_forwarded_for",
            },
          ]}
        />
      </Card>
      <Card>
        <CardHead
          title="Web pages that may call from a browser"
          note="CORS. The console itself needs none of it."
        />
        <ValueList
          values={[
            {
              name: "Origins",
              value:
                cors.origins.length === 0 ? (
                  "none"
                ) : cors.origins.includes("*") ? (
                  "any page"
                ) : (
                  <Lines items={cors.origins} />
                ),
              setBy: "general_settings.cors_origin",
            },
            {
              name: "Cookies along",
              value: cors.credentials ? "yes" : "no",
              setBy: "general_settings.cors_allow_credentials",
            },
            { name: "Methods", value: cors.methods.join(", "), setBy: "general_settings.cors_allow_methods" },
            {
              name: "Headers",
              value: cors.headers.includes("*") ? "what the browser asks for" : cors.headers.join(", "),
              setBy: "general_settings.cors_allow_headers",
            },
          ]}
        />
      </Card>
    </SettingsFrame>
  );
}

function Lines({ items }: { items: readonly string[] }) {
  return (
    <ul className="font-mono text-xs leading-5">
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

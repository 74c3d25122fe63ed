/** Settings, Sign-in: how people get in, and where to change it. */
import type { Metadata } from "next";
import Link from "next/link";
import { span } from "#components/format.ts";
import { ValueList } from "#components/settings/value-list.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { findAccount } from "#db/queries/console-access.ts";
import { SHORTEST_PASSWORD } from "#lib/console/password.ts";
import { IDLE_MS, SESSION_MS } from "#lib/console/session.ts";
import type { ThrottleLimit } from "#lib/throttle/policies.ts";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Sign-in · Settings" };

export default async function SignInSettings() {
  const { deps, session } = await openPage("settingsSignIn");
  const { config } = deps.policy();
  const account = await findAccount(deps.db, session.userId);
  const { oidc } = config.console;
  return (
    <SettingsFrame section="settingsSignIn" role={session.role} note="How people prove who they are.">
      <Card>
        <CardHead
          title="Your own access"
          note="Password, second factor and the places where you are signed in."
          actions={
            <Link href="/ui/account" prefetch={false} className={buttonVariants({ variant: "primary" })}>
              Change it
            </Link>
          }
        />
        <ValueList
          values={[
            { name: "Password", value: account?.passwordHash ? "set" : "none: you come by single sign-on" },
            {
              name: "Second factor",
              value: session.hasTotp ? (
                <Badge tone="good" dot>
                  on
                </Badge>
              ) : (
                <Badge tone="warn" dot>
                  off
                </Badge>
              ),
              ...(session.hasTotp
                ? { note: `${account?.recoveryHashes.length ?? 0} recovery codes are left.` }
                : {}),
            },
          ]}
        />
      </Card>
      <Card>
        <CardHead
          title="Single sign-on"
          note="Any OpenID Connect provider. It is set in the environment, not here."
        />
        <ValueList
          values={
            oidc === null
              ? [
                  {
                    name: "State",
                    value: <Badge>off</Badge>,
                    setBy: "SHIN_OIDC_ISSUER",
                    note: "Set SHIN_OIDC_ISSUER, SHIN_OIDC_CLIENT_ID and SHIN_OIDC_CLIENT_SECRET, then restart. Give the provider this address to come back to: /api/auth/callback/oidc",
                  },
                ]
              : [
                  {
                    name: "State",
                    value: (
                      <Badge tone="good" dot>
                        on
                      </Badge>
                    ),
                  },
                  { name: "Issuer", value: oidc.issuer, setBy: "SHIN_OIDC_ISSUER" },
                  { name: "Client", value: oidc.clientId, setBy: "SHIN_OIDC_CLIENT_ID" },
                  { name: "Button", value: oidc.name, setBy: "SHIN_OIDC_NAME" },
                  { name: "Claim of the role", value: oidc.roleClaim, setBy: "SHIN_OIDC_ROLE_CLAIM" },
                  {
                    name: "Roles",
                    value: rolesText(oidc.roles),
                    setBy: "SHIN_OIDC_ROLES",
                    note: "Without a match a person is a developer.",
                  },
                ]
          }
        />
      </Card>
      <Card>
        <CardHead title="Rules" />
        <ValueList
          values={[
            {
              name: "Passwords",
              value: `at least ${SHORTEST_PASSWORD} characters, none of the first guesses`,
              note: "Fixed.",
            },
            {
              name: "A session lasts",
              value: `${span(SESSION_MS)}, or until ${span(IDLE_MS)} without a sign of life`,
              note: "Fixed. Changing a role, blocking a person or ending sessions works at the next request.",
            },
            {
              name: "Attempts from one address",
              value: rate(config.throttle.sign_in),
              setBy: "general_settings.throttle: sign_in",
            },
            {
              name: "Attempts for one account",
              value: rate(config.throttle.sign_in_account),
              setBy: "general_settings.throttle: sign_in_account",
            },
            {
              name: "Sessions are sealed with",
              value:
                config.console.secret === null ? "a key derived from SHIN_ENCRYPTION_KEY" : "NEXTAUTH_SECRET",
              setBy: "NEXTAUTH_SECRET",
              note: "A new one signs everybody out.",
            },
          ]}
        />
      </Card>
    </SettingsFrame>
  );
}

function rate(limit: ThrottleLimit | null): string {
  return limit === null ? "not limited" : `${limit.limit} in ${span(limit.windowMs)}`;
}

function rolesText(roles: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(roles).map(([value, role]) => `${value} is ${role}`);
  return pairs.length === 0 ? "the claim names roles" : pairs.join(", ");
}

/** What a page knows of its request: the runtime, the headers as proxy.ts and the door left them, and who is signed in. */
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import { maySee, type Page, seesEverything } from "#lib/console/roles.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { type ConsoleSession, readSession } from "#lib/console/session.ts";
import { isAllowed } from "#lib/gateway/address.ts";
import type { ConsoleDeps } from "#lib/next/console-deps.ts";
import { addressOf } from "#lib/next/peer.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";

export type Deps = ConsoleDeps;

/** May whoever asks come in at all? The allowlist is for the console as it is for calls. */
export const isAddressAllowed = cache(async (): Promise<boolean> => {
  const { deps } = await gatewayRuntime();
  const { addresses } = deps.policy();
  return isAllowed(addresses, addressOf(addresses, await headers()));
});

/** The session of this request, or null. Asked of the database once a request. */
export const currentSession = cache(async (): Promise<ConsoleSession | null> => {
  const { deps } = await gatewayRuntime();
  if (!(await isAddressAllowed())) return null;
  const all = (await cookies()).getAll();
  const secure = (await headers()).get("x-forwarded-proto") === "https";
  const cookie = all.map(({ name, value }) => `${name}=${value}`).join("; ");
  const secret = consoleSecret(deps.policy().config, deps.pseudonymKey);
  return deps.health.run(() =>
    readSession(
      { sql: deps.sessionSql ?? deps.sql, consoleSecret: secret },
      cookie,
      secure,
      deps.clock.now(),
    ),
  );
});

export interface PageContext {
  readonly deps: Deps;
  readonly session: ConsoleSession;
  readonly timezone: string;
  readonly nowMs: number;
  /** The user whose things alone are shown; null: everybody's. */
  readonly ownUserId: string | null;
}

/** Every page's first line: who asks, and whether this page is theirs. Leads to sign-in, or answers 403. */
export async function openPage(page: Page): Promise<PageContext> {
  const { deps } = await gatewayRuntime();
  const session = await currentSession();
  if (!session) redirect(`/ui/sign-in?callbackUrl=${encodeURIComponent(await pathAsked())}`);
  if (!maySee(session.role, page)) forbidden();
  return {
    deps,
    session,
    timezone: deps.policy().config.timezone,
    nowMs: deps.clock.now(),
    ownUserId: seesEverything(session.role) ? null : session.userId,
  };
}

/** Where people reach this gateway, as their browser has it. */
export async function ownOrigin(): Promise<string> {
  const all = await headers();
  return `${all.get("x-forwarded-proto") ?? "http"}://${all.get("x-forwarded-host") ?? all.get("host") ?? "localhost:4000"}`;
}

async function pathAsked(): Promise<string> {
  return (await headers()).get("x-console-path") ?? "/ui";
}

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

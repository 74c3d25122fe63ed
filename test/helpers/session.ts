/** Somebody signed in to the console of a gateway in process. */
import { upsertAccount } from "#db/queries/console-access.ts";
import { type Role, USER_ROLE_OF } from "#lib/console/roles.ts";
import { csrfToken } from "#lib/console/seal.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { beginSession, sessionCookieName, sessionToken } from "#lib/console/session.ts";
import type { Answer, TestGateway } from "./gateway.ts";

export interface SignedIn {
  readonly userId: string;
  /** A request as the console's own pages send it. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
}

/** Makes the person, too. */
export async function signedInAs(gateway: TestGateway, role: Role, userId: string): Promise<SignedIn> {
  const { deps } = gateway.runtime;
  const nowMs = deps.clock.now();
  const fields = { user_id: userId, user_alias: userId, user_email: `${userId}@example.com` };
  await gateway.call("POST", "/user/new", { body: { ...fields, auto_create_key: false } });
  await deps.sql`update users set role = ${USER_ROLE_OF[role]} where id = ${userId}`;
  await upsertAccount(deps.db, userId, {}, new Date(nowMs));
  const [account] = await deps.sql<{ session_version: number }[]>`
    select session_version from console_accounts where user_id = ${userId}`;
  const sessionVersion = account?.session_version ?? 1;
  const id = await beginSession(deps.db, { userId, sessionVersion }, { ip: null, userAgent: null }, nowMs);
  const secret = consoleSecret(deps.policy().config, deps.pseudonymKey);
  const headers = {
    host: "console.test",
    origin: "http://console.test",
    "content-type": "application/json",
    cookie: `${sessionCookieName(false)}=${sessionToken(secret, id)}`,
    "x-csrf-token": csrfToken(secret, id),
  };
  return {
    userId,
    call: (method, path, body, further = {}) =>
      gateway.call(method, path, { key: null, headers: { ...headers, ...further }, body }),
  };
}

/** What the console alone asks of the gateway: set-up, and people's own access. */
import { latestCallOf } from "#db/queries/console-records.ts";
import { parseBody } from "#lib/api-fields.ts";
import {
  type AccountDeps,
  beginTotp,
  changePassword,
  confirmTotp,
  endOtherSessions,
  type Person,
  removeTotp,
} from "#lib/console/account-operations.ts";
import { changePasswordSchema, codeSchema, passwordSchema, setUpSchema } from "#lib/console/schema.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { completeSetUp } from "#lib/console/set-up.ts";
import { operationsOf } from "#lib/operations.ts";
import { formatUsd } from "../money.ts";
import { requireAddress } from "./address.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, parseJson } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute, PublicRoute, Route } from "./routes.ts";
import { requireSession } from "./signed-in.ts";
import { networkOf, throttled } from "./throttle-step.ts";

const MOST_BYTES = 16 * 1024;

const setUp: PublicRoute["run"] = async (deps, context) => {
  requireAddress(context.policy.addresses, context.ip);
  const verdict = await deps.throttle.take("set_up", networkOf(context.ip));
  if (!verdict.allowed) throw throttled(verdict, { kind: "ip", id: context.ip }, context.startedAtMs);
  const body = parseBody(setUpSchema, parseJson(await context.request.bytes(MOST_BYTES)));
  const { userId, key } = await completeSetUp(operationsOf(deps), body, {
    ip: context.ip,
    requestId: context.requestId,
  });
  return json(200, { user_id: userId, key_id: key.row.id, key_alias: key.row.alias, key: key.secret });
};

const firstCall: KeyRoute["run"] = async (deps, context) => {
  const { person } = signedIn(deps, context);
  await deps.ledger.flush();
  const call = await latestCallOf(deps.sql, person.userId, context.query.get("key_id") ?? "");
  return json(200, {
    call: call && {
      request_id: call.id,
      status: call.status_code,
      outcome: call.outcome,
      model: call.model,
      duration_ms: call.duration_ms,
      tokens: Number(call.prompt_tokens + call.completion_tokens),
      cost_usd: formatUsd(call.cost_nano_usd),
    },
  });
};

const password: KeyRoute["run"] = async (deps, context) => {
  const { account, person } = signedIn(deps, context);
  await requireGuess(deps, context);
  const body = await readBody(context, changePasswordSchema);
  const given = { current: body.current_password, next: body.new_password };
  await changePassword(account, person, actorOf(context), given);
  return json(200, { changed: true });
};

const begin: KeyRoute["run"] = async (deps, context) => {
  const { account, person } = signedIn(deps, context);
  return json(200, await beginTotp(account, person));
};

const confirm: KeyRoute["run"] = async (deps, context) => {
  const { account, person } = signedIn(deps, context);
  await requireGuess(deps, context);
  const { code } = await readBody(context, codeSchema);
  return json(200, { recovery_codes: await confirmTotp(account, person, actorOf(context), code) });
};

const remove: KeyRoute["run"] = async (deps, context) => {
  const { account, person } = signedIn(deps, context);
  await requireGuess(deps, context);
  const body = await readBody(context, passwordSchema);
  await removeTotp(account, person, actorOf(context), body.password);
  return json(200, { removed: true });
};

const endOthers: KeyRoute["run"] = async (deps, context) => {
  const { account, person } = signedIn(deps, context);
  return json(200, { ended: await endOtherSessions(account, person, actorOf(context)) });
};

/**
 * Whoever took over a session must not guess the password there: such tries count as tries to sign in to the account, so
 * that the two roads together are no wider than one. @throws GatewayError rate_limit_exceeded
 */
async function requireGuess(deps: GatewayDeps, context: AuthenticatedContext): Promise<void> {
  const { email } = requireSession(context);
  const verdict = await deps.throttle.take("sign_in_account", email.toLowerCase());
  if (!verdict.allowed) throw throttled(verdict, { kind: "account", id: email }, context.startedAtMs);
}

/** @throws GatewayError not_allowed for keys: they have no session */
function signedIn(
  deps: GatewayDeps,
  context: AuthenticatedContext,
): { account: AccountDeps; person: Person } {
  const session = requireSession(context);
  return {
    account: {
      db: deps.db,
      consoleSecret: consoleSecret(context.policy.config, deps.pseudonymKey),
      nowMs: () => deps.clock.now(),
    },
    person: { userId: session.userId, email: session.email, sessionId: session.id },
  };
}

const post = (path: string, run: KeyRoute["run"]): KeyRoute => ({ method: "POST", path, access: "own", run });

export const CONSOLE_ROUTES: readonly Route[] = [
  { method: "POST", path: "/console/setup", access: "public", run: setUp },
  { method: "GET", path: "/console/first-call", access: "own", run: firstCall },
  post("/console/password", password),
  post("/console/totp/begin", begin),
  post("/console/totp/confirm", confirm),
  post("/console/totp/remove", remove),
  post("/console/sessions/end", endOthers),
];

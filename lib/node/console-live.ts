/**
 * What open pages ask for every two seconds, answered before Next: its way to a handler costs many times what the answer does,
 * and that often it is work that calls have to make room for.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { liveLimitsAnswer } from "../console/live-answers.ts";
import { consoleSecret } from "../console/secret.ts";
import { readSession } from "../console/session.ts";
import type { ConsoleDeps } from "../next/console-deps.ts";

/** Answers what it knows and says true, or leaves it to Next. */
export type ServeLive = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<boolean>;

const ANSWERS = new Map([["/ui/limits/live", liveLimitsAnswer]]);

export function consoleLive(deps: ConsoleDeps): ServeLive {
  return async (incoming, outgoing) => {
    const [path = "", query = ""] = (incoming.url ?? "").split("?", 2);
    const answer = incoming.method === "GET" ? ANSWERS.get(path) : undefined;
    if (answer === undefined) return false;
    const secure = incoming.headers["x-forwarded-proto"] === "https";
    // Asked at every beat: who was signed out or lost a role hears so with the next one.
    const session = await deps.health.run(() =>
      readSession(
        {
          sql: deps.sessionSql ?? deps.sql,
          consoleSecret: consoleSecret(deps.policy().config, deps.pseudonymKey),
        },
        incoming.headers.cookie ?? null,
        secure,
        deps.clock.now(),
      ),
    );
    const { body, headers, status } = await answer(deps, session, new URLSearchParams(query));
    outgoing.writeHead(status, {
      ...headers,
      "content-length": Buffer.byteLength(body),
      // As proxy.ts has it for all else: nobody shows this in a page of theirs, or takes it for one.
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      ...(secure ? { "strict-transport-security": "max-age=31536000" } : {}),
    });
    outgoing.end(body);
    return true;
  };
}

/** Answers to pages that ask again and again while somebody looks at them: who may have them, and what they say, as JSON. */
import type { Clock } from "../clock.ts";
import type { BudgetDeps } from "./budget-list.ts";
import { liveLimitsText } from "./live-limits.ts";
import { maySee, type Page, seesEverything } from "./roles.ts";
import type { ConsoleSession } from "./session.ts";

export interface LiveAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where the limits stand now. @param session null: nobody is signed in @param query `show=all` for idle ones, too */
export async function liveLimitsAnswer(
  deps: BudgetDeps & { readonly clock: Clock },
  session: ConsoleSession | null,
  query: URLSearchParams,
): Promise<LiveAnswer> {
  const asker = askerOf(session, "limits");
  if ("status" in asker) return asker;
  const idle = query.get("show") === "all";
  return answered(await liveLimitsText(deps, asker.ownUserId, idle, deps.clock.now()));
}

/** Whose things alone may be shown (null: everybody's), or the refusal. */
export function askerOf(
  session: ConsoleSession | null,
  page: Page,
): { readonly ownUserId: string | null } | LiveAnswer {
  if (!session) return refused(401, "Sign in first.");
  if (!maySee(session.role, page)) return refused(403, `Your role does not include ${page}.`);
  return { ownUserId: seesEverything(session.role) ? null : session.userId };
}

export function answered(body: string, status = 200): LiveAnswer {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body };
}

function refused(status: number, message: string): LiveAnswer {
  return answered(JSON.stringify({ error: { message } }), status);
}

/** Asks the admission store, and tells it what the ledger knows when it does not know itself. */
import type { Admitted, Refused, TakeRequest } from "#lib/admission/admission.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import { isStoreAway } from "#lib/admission/store-away.ts";
import { isAway } from "../database-health.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps } from "./context.ts";

/** Two instances may prime one after the other, and a period may end in between. */
const MOST_ROUNDS = 4;
const NOTHING: ReadonlyMap<string, bigint> = new Map();

/** @throws GatewayError no_db_connection, limits_unavailable */
export async function take(
  deps: Pick<GatewayDeps, "admission" | "health" | "ledger" | "sql">,
  request: TakeRequest,
): Promise<Admitted | Refused> {
  try {
    const first = deps.admission.take(request);
    let verdict = first instanceof Promise ? await first : first;
    let primed: ReadonlyMap<string, bigint> = NOTHING;
    for (let round = 0; verdict.kind === "unprimed"; round++) {
      if (round === MOST_ROUNDS) throw unavailable("a budget's counter is lost again and again");
      await deps.ledger.flush();
      const { budgets } = verdict;
      primed = new Map([...primed, ...(await deps.health.run(() => ledgerSpend(deps.sql, budgets)))]);
      verdict = await deps.admission.take({ ...request, primed });
    }
    return verdict;
  } catch (error) {
    if (isStoreAway(error)) throw unavailable("the limits' store is away", error);
    if (!isAway(error)) throw error;
    throw new GatewayError(
      "no_db_connection",
      "The gateway cannot reach its database to see what is left of a budget. Try again shortly.",
      { cause: error, headers: { "retry-after": "5" } },
    );
  }
}

function unavailable(internal: string, cause?: unknown): GatewayError {
  return new GatewayError(
    "limits_unavailable",
    "The gateway cannot check limits and budgets right now. Try again shortly.",
    { internal, cause, headers: { "retry-after": "1" } },
  );
}

/** The refusal of a caller that a freeze stops. */
import type { FreezeRules } from "#lib/incident/freeze-rules.ts";
import { GatewayError } from "../errors.ts";
import type { AuthenticatedContext } from "./context.ts";
import type { Route } from "./routes.ts";

/** Where the master key is let in whatever is frozen: whoever made a freeze by mistake must be able to lift it. */
const REMEDIES = ["/incident/", "/master_key/"];

const WHOSE = {
  all: "all calls",
  key: "the calls of this key",
  team: "the calls of this key's team",
  user: "the calls of this key's user",
  ip: "calls from this address and of keys used from there",
  created_since: "the calls of keys made since a certain time",
  master_key: "the calls of the master key",
} as const;

/** @throws GatewayError frozen */
export function refuseFrozen(
  freezes: FreezeRules,
  { caller, ip, path }: AuthenticatedContext,
  route: Pick<Route, "access">,
): void {
  const inference = route.access === "inference";
  const remedy = REMEDIES.some((prefix) => path.startsWith(prefix));
  const freeze = freezes.find({ caller, ip, inference, remedy });
  if (freeze === null) return;
  const since = new Date(freeze.atMs).toISOString();
  const why = freeze.reasonShown ? ` Reason: ${freeze.reason}` : "";
  throw new GatewayError(
    "frozen",
    `The gateway's operator has frozen ${WHOSE[freeze.kind]} since ${since}. Trying again does not help; ask the operator.${why}`,
    {
      param: "None",
      internal: `${freeze.id} ${caller.keyId}`,
      headers: { "x-should-retry": "false" },
      extra: {
        reason: "frozen",
        scope: { kind: freeze.kind },
        since,
        ...(freeze.reasonShown ? { operator_reason: freeze.reason } : {}),
      },
    },
  );
}

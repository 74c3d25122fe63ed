/** Whatever was thrown, as the answer that the client gets. */
import { isUnwrittenEvent } from "#lib/audit/unwritten.ts";
import { isAway } from "../database-health.ts";
import { errorEnvelope, GatewayError, toGatewayError } from "../errors.ts";
import { type GatewayResponse, json } from "./http.ts";

/** Any thrown value as an error of the API; a database that is away and an event that was not written have their own. */
export function asApiError(thrown: unknown): GatewayError {
  const error = toGatewayError(thrown);
  if (error.code !== "internal") return error;
  if (!isAway(thrown)) return isUnwrittenEvent(thrown) ? auditUnavailable(thrown) : error;
  return new GatewayError("no_db_connection", "The gateway cannot reach its database. Try again shortly.", {
    cause: thrown,
    headers: { "retry-after": "5" },
  });
}

export function errorAnswer(error: GatewayError, requestId: string): GatewayResponse {
  return json(error.status, errorEnvelope(error, requestId), { ...error.details.headers });
}

/** No event, no act. */
function auditUnavailable(cause: unknown): GatewayError {
  return new GatewayError(
    "audit_unavailable",
    "The change was not made: its event could not be written into the audit log. Try again shortly.",
    {
      cause,
      internal: cause instanceof Error ? cause.message : String(cause),
      headers: { "retry-after": "5" },
    },
  );
}

/** The signed record of a finished review, for whoever may see reviews: a link carries the session alone. */
import { maySee } from "#lib/console/roles.ts";
import { isGatewayError } from "#lib/errors.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { takeRecord } from "#lib/reviews/operations.ts";
import { currentSession } from "../../../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "accessReview")) return refuse(403, "Your role does not include access reviews.");
  const { deps } = await gatewayRuntime();
  const { id } = await params;
  const actor = { kind: "user", id: session.userId, claimedBy: null, ip: null, requestId: null } as const;
  try {
    const record = await takeRecord({ db: deps.db, nowMs: () => deps.clock.now() }, actor, id);
    return new Response(`${JSON.stringify(record, null, 2)}\n`, {
      headers: {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="access-review-${id.replace(/[^\w-]/g, "_")}.json"`,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    return refuse(error.status, error.message);
  }
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}

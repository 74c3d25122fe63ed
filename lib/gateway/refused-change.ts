/** Changes that somebody tried and may not make are audit events, too: at most so many a minute, so that nobody fills the log. */
import { writeAudit } from "#lib/audit/audit.ts";
import type { GatewayError } from "../errors.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import type { Route } from "./routes.ts";

const MINUTE_MS = 60_000;
const MOST_A_MINUTE = 30;

/** Counts for one gateway; the log of requests has them all. */
export class RefusedChanges {
  #minute = -1;
  #counts = new Map<string, number>();

  /** Writes the event of a refusal that is one; one that cannot be written is told to the log, for nothing was changed. */
  async record(
    deps: GatewayDeps,
    context: AuthenticatedContext,
    route: Route,
    error: GatewayError,
  ): Promise<void> {
    const changes = route.method !== "GET" && ["manage", "admin", "master"].includes(route.access);
    if (!changes || error.status !== 403) return;
    const actor = actorOf(context);
    const nowMs = deps.clock.now();
    if (!this.#mayWrite(`${actor.kind} ${actor.id}`, nowMs)) return;
    try {
      await deps.db.transaction((tx) =>
        writeAudit(tx, actor, nowMs, {
          action: "request.refused",
          target: { kind: "route", id: `${route.method} ${route.path}` },
          before: null,
          after: null,
          outcome: "denied",
          reason: error.message,
        }),
      );
    } catch (failure) {
      deps.log.error({ err: failure, requestId: context.requestId }, "a refused change has no audit event");
    }
  }

  #mayWrite(who: string, nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#counts = new Map();
    }
    const count = (this.#counts.get(who) ?? 0) + 1;
    this.#counts.set(who, count);
    return count <= MOST_A_MINUTE;
  }
}

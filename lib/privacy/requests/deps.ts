/** What the operations on requests work with, and who asks for them. */
import type { Actor } from "../../audit/audit.ts";
import type { Operations } from "../../changes.ts";
import type { JobDeps } from "../../jobs/deps.ts";
import { operationsOf } from "../../operations.ts";

export interface RequestDeps {
  readonly operations: Operations;
  readonly jobs: JobDeps;
  /** Looks for work at once. */
  readonly wakeJobs: () => void;
}

/** For work that no request asked for. */
export function requestDeps(deps: JobDeps, wakeJobs: () => void): RequestDeps {
  return {
    operations: operationsOf(deps),
    jobs: deps,
    wakeJobs,
  };
}

export interface Operator {
  readonly actor: Actor;
  /** The person behind the session or the key; null for the master key and for keys of nobody: those are no second person. */
  readonly userId: string | null;
}

/** As it stands in a request's row. */
export function operatorName({ actor, userId }: Operator): string {
  return userId ?? (actor.kind === "master_key" ? "master_key" : actor.id);
}

/** What operations on keys and people work with, inside a job. */
import type { Operations } from "../changes.ts";
import type { JobDeps } from "./deps.ts";

export function operationsOfJob(deps: JobDeps): Operations {
  return {
    db: deps.db,
    lookup: deps.lookup,
    subjects: deps.subjects,
    admission: deps.admission,
    policyChanged: deps.policyChanged,
    safeguardsChanged: deps.safeguardsChanged,
    origin: deps.origin,
    nowMs: () => deps.clock.now(),
    timezone: () => deps.policy().config.timezone,
    keyRules: () => deps.policy().config.keyRules,
  };
}

/** The tools of operations, from what a gateway, a job or the self-test has: one place, so that none of them lacks one. */
import type { Operations } from "./changes.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config/config.ts";

type Given = Pick<
  Operations,
  "admission" | "db" | "lookup" | "origin" | "policyChanged" | "safeguardsChanged" | "subjects"
> & {
  readonly clock: Clock;
  /** Asked each time: the configuration may be another by then. */
  readonly policy: () => { readonly config: Pick<Config, "keyRules" | "timezone"> };
};

export function operationsOf(given: Given): Operations {
  return {
    db: given.db,
    lookup: given.lookup,
    subjects: given.subjects,
    admission: given.admission,
    policyChanged: given.policyChanged,
    safeguardsChanged: given.safeguardsChanged,
    origin: given.origin,
    nowMs: () => given.clock.now(),
    timezone: () => given.policy().config.timezone,
    keyRules: () => given.policy().config.keyRules,
  };
}

/** Which models a caller may call: key ∩ team ∩ user ∩ the deployment's `allowed_keys`. Pure. */
import type { Deployment } from "#lib/config/config.ts";
import { matchesWildcard } from "#lib/wildcard.ts";
import type { Caller, SubjectPolicy } from "./caller.ts";

const EVERYTHING = new Set(["*", "all-proxy-models"]);

/** Which list refused, so that the answer can name it. */
export type AccessDenial = "key" | "team" | "user" | "allowed_keys";

/**
 * The deployments of a group that the caller may use, or who denies it.
 * @param model the model group's public name
 */
export function accessibleDeployments(
  caller: Caller,
  model: string,
  deployments: readonly Deployment[],
): readonly Deployment[] | AccessDenial {
  if (caller.kind === "master") return deployments;
  const groups = accessGroupsOf(deployments);
  if (!listAllows(caller.key.models, model, groups, caller.team)) return "key";
  if (caller.team && !listAllows(caller.team.models, model, groups, null)) return "team";
  if (caller.user && !listAllows(caller.user.models, model, groups, null)) return "user";
  const usable = deployments.filter((deployment) => keyAllowed(deployment, caller));
  if (usable.length === 0) return "allowed_keys";
  // The list itself where it can be: others know it again, with what they have worked out for it.
  return usable.length === deployments.length ? deployments : usable;
}

const accessGroups = new WeakMap<readonly Deployment[], ReadonlySet<string>>();

/** The access groups of these deployments: a model group's list is one object from call to call. */
export function accessGroupsOf(deployments: readonly Deployment[]): ReadonlySet<string> {
  let groups = accessGroups.get(deployments);
  if (!groups) {
    groups = new Set(deployments.flatMap((deployment) => deployment.accessGroups));
    accessGroups.set(deployments, groups);
  }
  return groups;
}

/** Whether a list of models, access groups and patterns holds the model; an empty one holds all. */
export function listAllows(
  models: readonly string[],
  model: string,
  accessGroups: ReadonlySet<string>,
  team: SubjectPolicy | null,
): boolean {
  if (models.length === 0) return true;
  return models.some((allowed) => {
    if (EVERYTHING.has(allowed) || allowed === model || accessGroups.has(allowed)) return true;
    // The team's own list is checked on its own; a key that says so only adds nothing to it.
    if (allowed === "all-team-models") return team !== null;
    return allowed.includes("*") && matchesWildcard(allowed, model);
  });
}

/** `allowed_keys` names keys by id, alias or hash. */
function keyAllowed(deployment: Deployment, caller: Caller): boolean {
  const allowed = deployment.allowedKeys;
  if (allowed === null) return true;
  return (
    allowed.includes(caller.keyId) ||
    allowed.includes(caller.secretHash) ||
    (caller.alias !== null && allowed.includes(caller.alias))
  );
}

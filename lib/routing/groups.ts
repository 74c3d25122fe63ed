/** Model groups: public name -> deployments, with wildcards and aliases. Built once per configuration; pure. */
import type { Config, Deployment } from "#lib/config/config.ts";
import { matchesWildcard } from "#lib/wildcard.ts";

export interface ModelGroup {
  /** The public name; for a wildcard entry, the name that was asked for. */
  readonly name: string;
  readonly deployments: readonly Deployment[];
}

export interface ModelGroups {
  /** The group a requested name leads to, or null. */
  find(name: string): ModelGroup | null;
  /** Every group with a name of its own, and wildcard entries under their pattern. */
  readonly all: readonly ModelGroup[];
}

export function modelGroups(config: Config): ModelGroups {
  const byName = new Map<string, Deployment[]>();
  for (const deployment of config.deployments) {
    const list = byName.get(deployment.modelGroup);
    if (list) list.push(deployment);
    else byName.set(deployment.modelGroup, [deployment]);
  }
  const all = [...byName].map(([name, deployments]) => ({ name, deployments }));
  const exact = new Map(all.map((group) => [group.name, group]));
  // The longest pattern is the most specific one.
  const wildcards = all
    .filter((group) => group.name.includes("*"))
    .sort((a, b) => b.name.length - a.name.length);
  const alias = new Map(Object.entries(config.modelGroupAlias));
  return {
    all,
    find(requested) {
      const name = alias.get(requested) ?? requested;
      const group = exact.get(name);
      if (group) return group;
      const pattern = wildcards.find((candidate) => matchesWildcard(candidate.name, name));
      return pattern ? { name, deployments: pattern.deployments.map((d) => fillWildcard(d, name)) } : null;
    },
  };
}

const filled = new WeakMap<Deployment, Map<string, Deployment>>();
const MOST_FILLED = 500;

/** `openai/*` on both sides: the asked-for name's tail becomes the upstream model. Kept, so that a deployment stays one object. */
function fillWildcard(deployment: Deployment, name: string): Deployment {
  if (!deployment.upstreamModel.includes("*")) return deployment;
  let known = filled.get(deployment);
  if (!known || known.size >= MOST_FILLED) {
    known = new Map();
    filled.set(deployment, known);
  }
  let made = known.get(name);
  if (!made) {
    const prefix = deployment.modelGroup.slice(0, deployment.modelGroup.indexOf("*"));
    made = { ...deployment, upstreamModel: deployment.upstreamModel.replace("*", name.slice(prefix.length)) };
    known.set(name, made);
  }
  return made;
}

/** In which order a group's deployments are tried: lower `order` first, a weighted shuffle within. Pure; randomness comes in. */
import type { Deployment } from "#lib/config/config.ts";

/**
 * Deployments in the order to try them. Weight is `weight`, else `rpm`, else `tpm`, as LiteLLM's simple-shuffle has it;
 * without any of them all are equal.
 * @param random uniform in [0, 1)
 */
export function orderCandidates(
  deployments: readonly Deployment[],
  random: () => number,
): readonly Deployment[] {
  if (deployments.length < 2) return deployments;
  const levels = new Map<number, Deployment[]>();
  for (const deployment of deployments) {
    const level = deployment.order ?? 1;
    const list = levels.get(level);
    if (list) list.push(deployment);
    else levels.set(level, [deployment]);
  }
  return [...levels].sort(([a], [b]) => a - b).flatMap(([, list]) => weightedShuffle(list, random));
}

function weightedShuffle(deployments: readonly Deployment[], random: () => number): Deployment[] {
  const weigh = chooseWeight(deployments);
  const left = deployments.map((deployment) => ({ deployment, weight: weigh(deployment) }));
  const out: Deployment[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, item) => sum + item.weight, 0);
    const [taken] = left.splice(indexAt(left, random() * total), 1);
    if (taken) out.push(taken.deployment);
  }
  return out;
}

/** The item whose share of the line from 0 to the total holds `point`; with nothing but zero weights, the first. */
function indexAt(items: readonly { readonly weight: number }[], point: number): number {
  let end = 0;
  for (const [index, item] of items.entries()) {
    end += item.weight;
    if (point < end) return index;
  }
  return 0;
}

function chooseWeight(deployments: readonly Deployment[]): (deployment: Deployment) => number {
  if (deployments.some((d) => d.weight !== null)) return (d) => d.weight ?? 0;
  if (deployments.some((d) => d.limits.rpm !== null)) return (d) => d.limits.rpm ?? 0;
  if (deployments.some((d) => d.limits.tpm !== null)) return (d) => d.limits.tpm ?? 0;
  return () => 1;
}

/** Models that answer on a first start, before anybody has a provider key: deterministic, free, never in production. */
import { NOTHING_SAID } from "./blank-deployment.ts";
import type { Deployment, Price } from "./config.ts";
import { deploymentId } from "./deployments.ts";

/** The model names that the guide's examples use. */
export const DEMO_MODELS = [
  "gpt-3.5-turbo",
  "gpt-4",
  "shin-llama-8b",
  "shin-llama-70b",
  "shin-llama-405b",
] as const;

const FREE: Price = {
  inputNanoUsdPerMillion: 0n,
  outputNanoUsdPerMillion: 0n,
  cacheReadNanoUsdPerMillion: null,
  cacheWriteNanoUsdPerMillion: null,
  reasoningNanoUsdPerMillion: null,
  requestNanoUsd: 0n,
};

/**
 * The demo deployments to add to the configured ones: each name that model_list does not have, as long as nothing real can
 * be called. A usable deployment ends the demo: then an unknown model has to be an error again.
 */
export function demoDeployments(
  real: readonly Deployment[],
  options: { production: boolean; enabled: boolean },
): readonly Deployment[] {
  if (options.production || !options.enabled || real.some((deployment) => deployment.unusable === null))
    return [];
  const listed = new Set(real.map((deployment) => deployment.modelGroup));
  return DEMO_MODELS.filter((name) => !listed.has(name)).map(demoDeployment);
}

function demoDeployment(name: string): Deployment {
  return {
    id: deploymentId(JSON.stringify(["demo", name]), 0),
    modelGroup: name,
    provider: "demo",
    upstreamModel: name,
    ...NOTHING_SAID,
    price: FREE,
    source: "demo",
  };
}

/** Deployments as Models lists them: those of one name together, in the order in which they are tried. */
import type { ModelChoices, ModelTarget } from "#components/models/target.ts";
import type { Deployment } from "#lib/config/config.ts";
import { STORED } from "#lib/deployments/reading.ts";
import { formatUsd } from "#lib/money.ts";
import { PROVIDERS } from "#lib/providers/catalogue.ts";
import type { PageContext } from "../../../request.ts";

export interface ModelRow {
  readonly deployment: Deployment;
  readonly state: "ready" | "resting" | "unusable";
  readonly restsForMs: number;
  /** First of its name, which tells the name's calls. */
  readonly first: boolean;
  /** How many have its name. */
  readonly peers: number;
  /** In which turn it is tried, from 1; null where all of its name share one. */
  readonly place: number | null;
}

export function rowsOf({ deps, nowMs }: PageContext, groups: readonly (readonly Deployment[])[]): ModelRow[] {
  return groups.flatMap((group) => {
    const orders = [...new Set(group.map(orderOf))].sort((a, b) => a - b);
    const inTurn = [...group].sort((a, b) => orderOf(a) - orderOf(b));
    return inTurn.map((deployment, index): ModelRow => {
      const restsForMs = deps.cooldown.restsForMs(deployment.id, nowMs);
      return {
        deployment,
        state: deployment.unusable !== null ? "unusable" : restsForMs > 0 ? "resting" : "ready",
        restsForMs,
        first: index === 0,
        peers: group.length,
        place: orders.length > 1 ? orders.indexOf(orderOf(deployment)) + 1 : null,
      };
    });
  });
}

const orderOf = ({ order }: Deployment) => order ?? 1;

/** What the form offers. */
export function choicesOf({ deps }: PageContext): ModelChoices {
  const { groups } = deps.policy();
  return {
    providers: Object.entries(PROVIDERS)
      .filter(([name]) => name !== "demo")
      .map(([name, { base, keyVariable }]) => ({ name, base, variable: keyVariable })),
    names: groups.all.map((group) => group.name),
  };
}

export function targetOf(deployment: Deployment): ModelTarget {
  const { apiBase, apiKey, id, limits, modelGroup, order, price, provider, source, upstreamModel } =
    deployment;
  return {
    id,
    name: modelGroup,
    provider,
    upstream: upstreamModel,
    base: apiBase ?? "",
    inputPrice: price === null ? "" : formatUsd(price.inputNanoUsdPerMillion),
    outputPrice: price === null ? "" : formatUsd(price.outputNanoUsdPerMillion),
    rpm: limits.rpm?.toString() ?? "",
    tpm: limits.tpm?.toString() ?? "",
    order: order?.toString() ?? "",
    hasCredential: apiKey !== null,
    stored: source === STORED,
  };
}

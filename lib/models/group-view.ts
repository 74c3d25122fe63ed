/** Model groups as /model_group/info shows them: what all deployments of a public name offer together. */
import type { Deployment, Price } from "../config/config.ts";
import type { ModelGroup, ModelGroups } from "../routing/groups.ts";
import { pricesView, type ShownPrice, shownPrice } from "./deployment-view.ts";
import { libraryModel, libraryModels } from "./price-library.ts";

/** Patterns that expand to more names than this stay patterns. */
const MOST_NAMES = 500;

/**
 * A group's name, or for a wildcard (`openai/*`) the names of the models that are known to stand behind it. A pattern
 * whose provider's models are not known stays as it is.
 */
export function expandGroup(group: ModelGroup, groups: ModelGroups): readonly ModelGroup[] {
  const star = group.name.indexOf("*");
  if (star < 0) return [group];
  const prefix = group.name.slice(0, star);
  const suffix = group.name.slice(star + 1);
  const names = new Set<string>();
  for (const { provider, upstreamModel } of group.deployments) {
    const pattern = upstreamModel.split("*");
    if (pattern.length !== 2 || suffix.includes("*")) continue;
    const [before = "", after = ""] = pattern;
    for (const { id } of libraryModels(provider)) {
      if (id.length < before.length + after.length || !id.startsWith(before) || !id.endsWith(after)) continue;
      names.add(`${prefix}${id.slice(before.length, id.length - after.length)}${suffix}`);
    }
  }
  if (names.size === 0 || names.size > MOST_NAMES) return [group];
  return [...names].sort().flatMap((name) => {
    const found = groups.find(name);
    // A name that has an entry of its own is in the list already.
    return found && !groups.all.some((other) => other.name === name) ? [found] : [];
  });
}

/**
 * @param deployments those of the group that the caller may call
 * @param unpriced as for `deploymentView`
 */
export function groupView(
  name: string,
  deployments: readonly Deployment[],
  unpriced: Price | null,
): Record<string, unknown> {
  const usable = deployments.filter(({ unusable }) => unusable === null);
  const shown = usable.length > 0 ? usable : deployments;
  const priced = shown.map((deployment) => shownPrice(deployment, unpriced));
  return {
    model_group: name,
    providers: [...new Set(shown.map(({ provider }) => provider))],
    mode: only(shown.map(({ modelInfo }) => modelInfo["mode"])),
    max_input_tokens: highest(shown.map(contextOf)),
    max_output_tokens: highest(shown.map(({ modelInfo }) => modelInfo["max_output_tokens"])),
    ...dearest(priced),
    price_source: only(priced.map(({ source }) => source)),
    // Every deployment has ceilings of its own, so the group has them together; one without makes the group unlimited.
    rpm: together(shown.map(({ limits }) => limits.rpm)),
    tpm: together(shown.map(({ limits }) => limits.tpm)),
    ...supports(shown),
    deployments: deployments.length,
    usable_deployments: usable.length,
  };
}

/** What a caller has to reckon with: the highest price of any deployment; null when one of them has none. */
function dearest(priced: readonly ShownPrice[]): Record<string, number | null> {
  const prices = priced.map(({ price }) => (price === null ? null : pricesView(price)));
  const names = new Set(prices.flatMap((price) => Object.keys(price ?? {})));
  for (const name of ["input_cost_per_token", "output_cost_per_token"]) names.add(name);
  return Object.fromEntries(
    [...names].map((name) => {
      const known = prices.map((price) => price?.[name] ?? null).filter((price) => price !== null);
      return [name, prices.includes(null) || known.length === 0 ? null : Math.max(...known)];
    }),
  );
}

/** `supports_*` of model_info: true when one deployment says so, false when one says no and none yes; unsaid is left out. */
function supports(deployments: readonly Deployment[]): Record<string, boolean> {
  const said: Record<string, boolean> = {};
  for (const { modelInfo } of deployments)
    for (const [name, value] of Object.entries(modelInfo))
      if (/^supports_\w+$/.test(name) && typeof value === "boolean")
        said[name] = said[name] === true || value;
  return said;
}

function contextOf({ modelInfo, provider, baseModel, upstreamModel }: Deployment): unknown {
  return modelInfo["max_input_tokens"] ?? libraryModel(provider, baseModel ?? upstreamModel)?.contextTokens;
}

function only<T>(values: readonly T[]): T | null {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : null;
}

function highest(values: readonly unknown[]): number | null {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length > 0 ? Math.max(...numbers) : null;
}

function together(ceilings: readonly (number | null)[]): number | null {
  const known = ceilings.filter((ceiling) => ceiling !== null);
  return known.length < ceilings.length || known.length === 0
    ? null
    : known.reduce((sum, ceiling) => sum + ceiling, 0);
}

/** `model_list` -> deployments: provider, credential, limits and a stable id for each entry. */
import { createHash } from "node:crypto";
import { providerOf } from "../providers/catalogue.ts";
import type { Deployment, Limits } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import type { DeploymentDraft } from "./deployment-draft.ts";
import type { Environment, MissingVariable } from "./environment-reference.ts";
import { missingText, some } from "./environment-reference.ts";
import type { LoadedFile } from "./files.ts";
import { type ModelEntry, readEntry } from "./model-entry.ts";
import { priceOf } from "./model-price.ts";
import type { Place, Reporter } from "./problems.ts";
import { providerOfModel } from "./provider-of-model.ts";
import type { IgnoredNames } from "./sections.ts";
import { entryOf, isNothing, show, type YamlNode } from "./tree.ts";

export interface DeploymentContext {
  readonly env: Environment;
  readonly report: Reporter;
  readonly ignored: IgnoredNames;
  /** `router_settings.routing_hint`, for entries that do not say. */
  readonly routingHint: boolean;
}

/** All deployments of all files, in reading order. Faults are reported; faulty entries are left out. */
export function readDeployments(
  files: readonly LoadedFile[],
  context: DeploymentContext,
): readonly Deployment[] {
  const credentials = readCredentials(files, context.report);
  const absent = new AbsentVariables();
  const built: { deployment: Deployment; place: Place }[] = [];
  const ordinals = new Map<string, number>();
  for (const file of files) {
    const list = entryOf(file.root, "model_list");
    if (list === null || isNothing(list.value)) continue;
    if (list.value.kind !== "list") {
      context.report.error(
        list.value.place,
        `model_list must be a list of "- model_name: ..." entries, not ${show(list.value)}`,
      );
      continue;
    }
    for (const item of list.value.items) {
      const entry = readEntry(item, credentials, context);
      if (entry === null) continue;
      const deployment = build(entry, ordinals, absent, context);
      if (deployment !== null) built.push({ deployment, place: entry.place });
    }
  }
  absent.report(context.report);
  checkIds(built, context.report);
  return built.map(({ deployment }) => deployment);
}

/** One entry that stands in no file, read by the same tables. Faults are reported; null then. */
export function readDeployment(item: YamlNode, context: DeploymentContext): Deployment | null {
  const entry = readEntry(item, new Map(), context);
  return entry === null ? null : build(entry, new Map(), new AbsentVariables(), context);
}

function build(
  entry: ModelEntry,
  ordinals: Map<string, number>,
  absent: AbsentVariables,
  { env, report, routingHint }: DeploymentContext,
): Deployment | null {
  const { draft, place, modelGroup } = entry;
  const at = entry.placeOf("model");
  if (draft.model === null) {
    if (!entry.saidModel)
      report.error(place, `"${modelGroup}" has no litellm_params.model — write provider/model`);
    return null;
  }
  const baseMissing = entry.missing.some((miss) => miss.member === "apiBase");
  const found = providerOfModel(draft.model, draft.customProvider, draft.apiBase !== null || baseMissing);
  if (found.kind === "unknown") {
    report.error(at, `model: ${found.message}`);
    return null;
  }
  if (found.kind === "known" && found.doubt !== null) report.warning(at, `model: ${found.doubt}`);
  for (const miss of entry.missing) absent.add(miss.variable, modelGroup);
  const credential = withDefaults(found.provider, draft, env);
  let unusable: string | null = null;
  if (entry.missing.length > 0)
    unusable = entry.missing.map((miss) => missingText(miss.variable.name, [miss.variable])).join("; ");
  else if (found.kind === "notSpoken") {
    unusable = `the dialect of ${found.provider} is not spoken`;
    report.warning(at, `model: ${unusable}; "${modelGroup}" is listed and cannot be called`);
  } else if (credential.apiBase === null && providerOf(found.provider).base === null) {
    report.error(place, `"${modelGroup}" needs api_base: ${found.provider} has no address of its own`);
    return null;
  } else if (credential.lacksKey !== null) {
    unusable = `no api_key, and ${credential.lacksKey} is not set`;
    absent.addKeyless(credential.lacksKey, modelGroup, place);
  }
  const identity = JSON.stringify([modelGroup, found.provider, found.upstreamModel, credential.apiBase]);
  const ordinal = ordinals.get(identity) ?? 0;
  ordinals.set(identity, ordinal + 1);
  return {
    id: draft.id ?? deploymentId(identity, ordinal),
    modelGroup,
    provider: found.provider,
    upstreamModel: found.upstreamModel,
    apiKey: credential.apiKey,
    apiBase: credential.apiBase,
    apiVersion: credential.apiVersion,
    organization: draft.organization,
    limits: limitsOf(draft),
    budget:
      draft.maxBudgetNanoUsd === null
        ? null
        : { maxNanoUsd: draft.maxBudgetNanoUsd, duration: draft.budgetDuration },
    routingHint: draft.routingHint ?? routingHint,
    weight: draft.weight,
    order: draft.order,
    timeoutMs: draft.timeoutMs,
    streamTimeoutMs: draft.streamTimeoutMs,
    maxRetries: draft.maxRetries,
    extraHeaders: draft.extraHeaders,
    extraBody: draft.extraBody,
    defaults: entry.defaults,
    dropParams: draft.dropParams,
    additionalDropParams: draft.additionalDropParams,
    allowedKeys: draft.allowedKeys,
    accessGroups: draft.accessGroups,
    baseModel: draft.baseModel,
    price: priceOf(entry, report),
    cooldownMs: draft.cooldownMs,
    modelInfo: entry.modelInfo,
    guarded: false,
    unusable,
    source: `${place.file}:${place.line}`,
  };
}

function limitsOf({ rpm, tpm, rph, tph, rpd, tpd, maxParallelRequests }: DeploymentDraft): Limits {
  return { rpm, tpm, rph, tph, rpd, tpd, maxParallelRequests };
}

/** `dep_` + 16 hex digits over what identifies the entry, so that counters survive restarts and reordering. */
export function deploymentId(identity: string, ordinal: number): string {
  return `dep_${createHash("sha256").update(`${identity}#${ordinal}`).digest("hex").slice(0, 16)}`;
}

interface Credential {
  readonly apiKey: string | null;
  readonly apiBase: string | null;
  readonly apiVersion: string | null;
  /** The variable that would have held the key. */
  readonly lacksKey: string | null;
}

// A key from the provider's usual variable never goes to an address that the entry chose itself.
function withDefaults(provider: string, draft: DeploymentDraft, env: Environment): Credential {
  const { base, keyVariable } = providerOf(provider);
  const variable = (name: string): string | null => env[name]?.trim() || null;
  const isAzure = provider === "azure";
  const apiBase = draft.apiBase ?? (isAzure ? variable("AZURE_API_BASE")?.replace(/\/+$/, "") : null) ?? null;
  const apiVersion = draft.apiVersion ?? (isAzure ? variable("AZURE_API_VERSION") : null);
  const ownAddress = draft.apiBase !== null && base !== null;
  const apiKey = draft.apiKey ?? (keyVariable === null || ownAddress ? null : variable(keyVariable));
  return { apiKey, apiBase, apiVersion, lacksKey: apiKey === null && !ownAddress ? keyVariable : null };
}

function checkIds(built: readonly { deployment: Deployment; place: Place }[], report: Reporter): void {
  const ids = new Map<string, Place>();
  const twins = new Map<string, Place>();
  for (const { deployment, place } of built) {
    const other = ids.get(deployment.id);
    if (other !== undefined)
      report.error(place, `model_info.id "${deployment.id}" is taken (${other.file}:${other.line})`);
    ids.set(deployment.id, place);
    const twin = JSON.stringify([
      deployment.modelGroup,
      deployment.provider,
      deployment.upstreamModel,
      deployment.apiBase,
      deployment.apiKey,
      deployment.organization,
    ]);
    const first = twins.get(twin);
    if (first !== undefined) {
      report.warning(
        place,
        `two models are called "${deployment.modelGroup}" and are the same (${first.file}:${first.line}); requests are spread over both`,
      );
    }
    twins.set(twin, place);
  }
}

/** Variables that deployments wait for: one warning each, whatever the number of entries. */
class AbsentVariables {
  readonly #uses = new Map<string, { missing: MissingVariable[]; groups: Set<string> }>();
  readonly #keyless = new Map<string, { places: Place[]; groups: Set<string> }>();

  add(variable: MissingVariable, group: string): void {
    const use = this.#uses.get(variable.name) ?? { missing: [], groups: new Set() };
    use.missing.push(variable);
    use.groups.add(group);
    this.#uses.set(variable.name, use);
  }

  addKeyless(name: string, group: string, place: Place): void {
    const use = this.#keyless.get(name) ?? { places: [], groups: new Set() };
    use.places.push(place);
    use.groups.add(group);
    this.#keyless.set(name, use);
  }

  report(report: Reporter): void {
    for (const [name, use] of this.#uses) {
      report.warning(null, `${missingText(name, use.missing)}; cannot be called: ${some([...use.groups])}`);
    }
    for (const [name, use] of this.#keyless) {
      const places = some(use.places.map((place) => `${place.file}:${place.line}`));
      report.warning(
        null,
        `${name} is not set and no api_key is given (${places}); cannot be called: ${some([...use.groups])}`,
      );
    }
  }
}

/**
 * A stored entry -> deployment, by the very tables that read `model_list`, and the rules for what came through the API: where
 * it may lead, and that it reads nothing out of the environment.
 */
import { reachOfHost, refusalOf } from "../address-guard.ts";
import type { Config, Deployment } from "../config/config.ts";
import { readDeployment } from "../config/deployments.ts";
import { referencedVariable } from "../config/environment-reference.ts";
import { fromJson } from "../config/json-tree.ts";
import { createReporter } from "../config/problems.ts";
import { providerOf } from "../providers/catalogue.ts";
import type { Params } from "./secret-members.ts";

/** What a stored deployment is made of, its credentials among the params. */
export interface StoredEntry {
  readonly id: string;
  readonly modelName: string;
  readonly params: Params;
  readonly modelInfo: Params;
}

/** What a reading needs of the configuration. */
export type ReadingConfig = Pick<
  Config,
  "deployments" | "credentialVariables" | "routingHint" | "allowPrivateApiBase"
>;

export interface Reading {
  /** Null when there are faults. */
  readonly deployment: Deployment | null;
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Marks deployments that were made through the API. */
export const STORED = "stored";

export function readStored(entry: StoredEntry, config: ReadingConfig): Reading {
  const { params } = entry;
  const before = [...referenceFaults(params, config), ...reservedFaults(params)];
  if (before.length > 0) return { deployment: null, faults: before, warnings: [] };
  const report = createReporter();
  const ignored = new Set<string>();
  const hasBase = isGiven(params["api_base"]) || isGiven(params["base_url"]);
  const node = fromJson(
    {
      model_name: entry.modelName,
      litellm_params: params,
      model_info: { ...entry.modelInfo, id: entry.id },
    },
    { file: "the model", line: 1, column: 1 },
  );
  const read = readDeployment(node, {
    env: environmentFor(params, hasBase, config),
    report,
    ignored,
    routingHint: config.routingHint,
  });
  const problems = report.list();
  const faults = problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
  const warnings = problems.filter(({ severity }) => severity === "warning").map(({ message }) => message);
  if (ignored.size > 0)
    warnings.push(`known from LiteLLM, accepted and without effect: ${[...ignored].join(", ")}`);
  if (read === null || faults.length > 0)
    return {
      deployment: null,
      faults: faults.length > 0 ? faults : ["it is no entry of model_list"],
      warnings,
    };
  const deployment: Deployment = { ...read, source: STORED, guarded: hasBase };
  const after = [
    ...addressFaults(deployment, hasBase, config),
    ...destinationFaults(deployment, params, config),
  ];
  return { deployment: after.length > 0 ? null : deployment, faults: after, warnings };
}

/** The base URL that a deployment's calls go to; "" when it has none. */
export function addressOf({ apiBase, provider }: Deployment): string {
  return (apiBase ?? providerOf(provider).base ?? "").replace(/\/+$/, "");
}

function referenceFaults(params: Params, { credentialVariables }: ReadingConfig): string[] {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(params)) {
    const variable = name === "api_key" && typeof value === "string" ? referencedVariable(value) : null;
    if (variable === null) {
      if (hasReference(value))
        faults.push(
          `${name}: os.environ/ is read in config.yaml only — through the API api_key alone may name a variable`,
        );
    } else if (!Object.hasOwn(credentialVariables, variable)) {
      // The same words whether it is set or not: the answer must not tell what the environment holds.
      faults.push(
        `api_key: ${variable} is not a variable that model_list in config.yaml takes a key from — the API cannot read the environment, send the key itself`,
      );
    }
  }
  return faults;
}

function hasReference(value: unknown): boolean {
  if (typeof value === "string") return referencedVariable(value) !== null;
  return typeof value === "object" && value !== null && Object.values(value).some(hasReference);
}

function reservedFaults(params: Params): string[] {
  if (!isGiven(params["litellm_credential_name"])) return [];
  return ["litellm_credential_name: credential_list belongs to config.yaml — send api_key itself"];
}

// A key from the environment never goes to an address that came through the API, except where config.yaml sends it too.
function environmentFor(params: Params, hasBase: boolean, { credentialVariables }: ReadingConfig) {
  if (!hasBase) return credentialVariables;
  const variable = typeof params["api_key"] === "string" ? referencedVariable(params["api_key"]) : null;
  const names = ["AZURE_API_VERSION", ...(variable === null ? [] : [variable])];
  return Object.fromEntries(names.map((name) => [name, credentialVariables[name]]));
}

function addressFaults(deployment: Deployment, hasBase: boolean, config: ReadingConfig): string[] {
  if (!hasBase || deployment.apiBase === null) return [];
  const url = new URL(deployment.apiBase);
  if (url.search !== "")
    return ["api_base: must not have a query (?) — the path of each call is put after it"];
  const refusal = refusalOf(reachOfHost(url.hostname), config.allowPrivateApiBase);
  return refusal === null ? [] : [`api_base: ${url.hostname} ${refusal}`];
}

function destinationFaults(deployment: Deployment, params: Params, config: ReadingConfig): string[] {
  const variable = typeof params["api_key"] === "string" ? referencedVariable(params["api_key"]) : null;
  if (variable === null) return [];
  const isUsual = deployment.apiBase === null && providerOf(deployment.provider).keyVariable === variable;
  const isSentThere = config.deployments.some(
    (other) =>
      other.source !== STORED &&
      other.apiKey === deployment.apiKey &&
      addressOf(other) === addressOf(deployment),
  );
  if (isUsual || isSentThere) return [];
  return [`api_key: config.yaml does not send ${variable} to this address — send the key itself`];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

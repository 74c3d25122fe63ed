/** Where a call to a deployment goes and with which headers. */
import type { Deployment } from "#lib/config/config.ts";
import { providerOf } from "./catalogue.ts";

/** @param operation `/chat/completions`, `/embeddings`, ... @throws RangeError when the deployment has no address */
export function upstreamUrl(deployment: Deployment, operation: string): URL {
  const urls = urlsOf.get(deployment) ?? new Map<string, URL>();
  urlsOf.set(deployment, urls);
  const known = urls.get(operation);
  if (known) return known;
  const made = makeUrl(deployment, operation);
  urls.set(operation, made);
  return made;
}

const urlsOf = new WeakMap<Deployment, Map<string, URL>>();

function makeUrl(deployment: Deployment, operation: string): URL {
  const provider = providerOf(deployment.provider);
  const base = deployment.apiBase ?? provider.base;
  if (!base) throw new RangeError(`deployment ${deployment.id} has no api_base`);
  if (provider.paths !== "azure") return new URL(`${base}${operation}`);
  const root = /\/openai(\/|$)/.test(base) ? base : `${base}/openai`;
  const model = encodeURIComponent(deployment.upstreamModel);
  const version = encodeURIComponent(deployment.apiVersion ?? "2024-10-21");
  return new URL(`${root}/deployments/${model}${operation}?api-version=${version}`);
}

const headerLists = new WeakMap<Deployment, readonly string[]>();

/** Headers of a call, names and values in turn: ours and the deployment's, nothing of the client's. */
export function upstreamHeaders(deployment: Deployment): readonly string[] {
  const known = headerLists.get(deployment);
  if (known) return known;
  const made = Object.entries(headersOf(deployment)).flat();
  headerLists.set(deployment, made);
  return made;
}

function headersOf(deployment: Deployment): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "user-agent": "shin-gateway",
    ...deployment.extraHeaders,
  };
  if (deployment.apiKey !== null) {
    if (providerOf(deployment.provider).auth === "api-key") headers["api-key"] = deployment.apiKey;
    else headers["authorization"] = `Bearer ${deployment.apiKey}`;
  }
  if (deployment.organization !== null) headers["openai-organization"] = deployment.organization;
  return headers;
}

/** The address shown in `x-litellm-model-api-base`: without query. */
export function publicApiBase(deployment: Deployment): string | null {
  const base = deployment.apiBase ?? providerOf(deployment.provider).base;
  return base?.includes("?") ? base.slice(0, base.indexOf("?")) : base;
}

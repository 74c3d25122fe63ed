/** Headers of a good answer: ours, LiteLLM's, and the few of the provider's that say something about limits and ids. */
import type { Deployment } from "#lib/config/config.ts";
import { publicApiBase } from "#lib/providers/request.ts";
import type { UpstreamAnswer } from "#lib/providers/upstream.ts";
import { toMicros } from "../clock.ts";
import { mostRetries, openTimeoutMs } from "./allowances.ts";
import type { GatewayDeps } from "./context.ts";
import type { HeaderList } from "./http.ts";
import type { RunningCall } from "./running-call.ts";
import { addVerdictHeaders } from "./verdict-headers.ts";

const FROM_PROVIDER = /^(x-ratelimit-[a-z-]+|x-request-id|openai-processing-ms|openai-version|cf-ray)$/;

export function answerHeaders(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  upstream: UpstreamAnswer["headers"],
): HeaderList {
  const totalMs = running.elapsedMs();
  const headers: HeaderList = [
    "x-litellm-model-id",
    deployment.id,
    "x-litellm-model-group",
    headerText(running.modelGroup),
    "x-litellm-model-api-base",
    headerText(publicApiBase(deployment) ?? deployment.provider),
    "x-litellm-version",
    deps.version,
    "x-litellm-response-duration-ms",
    String(toMicros(totalMs)),
    "x-litellm-overhead-duration-ms",
    String(toMicros(Math.max(0, totalMs - running.upstreamMs))),
    "x-litellm-attempted-retries",
    String(running.attempts - 1),
    "x-litellm-attempted-fallbacks",
    "0",
    "x-litellm-max-retries",
    String(mostRetries(running)),
    "x-litellm-timeout",
    String(openTimeoutMs(running, deployment) / 1000),
  ];
  if (deployment.provider === "demo") headers.push("x-shin-demo", "true");
  if (running.unpriced && deployment.provider !== "demo") headers.push("x-shin-unpriced", "true");
  if (running.local) headers.push("x-shin-limits", "local");
  const { maxTokens } = running.call;
  if (running.outputCap !== null && (maxTokens === null || running.outputCap < maxTokens))
    headers.push("x-shin-max-tokens", String(running.outputCap));
  addVerdictHeaders(headers, running.context.caller, running.states, running.modelGroup);
  for (const name in upstream) {
    const value = upstream[name];
    if (typeof value === "string" && FROM_PROVIDER.test(name))
      headers.push(`llm_provider-${name}`, headerText(value));
  }
  return headers;
}

/** Header values are latin-1 without controls; anything else is percent-encoded. */
export function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

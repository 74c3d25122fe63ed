/** `POST /spend/calculate`: what a call would cost, or what an answer did. */
import type { Deployment } from "#lib/config/config.ts";
import { type ServiceTier, serviceTier } from "#lib/config/finer-price.ts";
import { accessibleDeployments } from "#lib/keys/access.ts";
import { costOf, NO_USAGE, priceFor, priceTable, type Usage } from "#lib/models/cost.ts";
import { readUsage } from "#lib/models/usage.ts";
import { calculateSchema } from "#lib/spend/schema.ts";
import { GatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import { readBody } from "./admin-body.ts";
import { readCall } from "./call.ts";
import type { AuthenticatedContext } from "./context.ts";
import { CHAT } from "./endpoints.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

/** The prompt's cost by the same estimate that admission reserves by, or the cost of an answer's own usage. */
export const calculate: KeyRoute["run"] = async (_deps, context) => {
  const { model, messages, completion_response: answer } = await readBody(context, calculateSchema);
  if (answer) {
    const usage = readUsage(answer["usage"]);
    if (!usage)
      throw new GatewayError(
        "invalid_request",
        "completion_response.usage is missing or has no token counts",
        { param: "completion_response" },
      );
    const named = model ?? answer["model"];
    if (typeof named !== "string")
      throw new GatewayError("invalid_request", "model is missing: which one answered?", { param: "model" });
    return json(200, {
      cost: nanoToUsd(costWith(context, named, usage, serviceTier(answer["service_tier"]))),
    });
  }
  if (!model || !messages) {
    throw new GatewayError(
      "invalid_request",
      'Send {"model": ..., "messages": [...]} or {"completion_response": {...}}.',
      { param: "model" },
    );
  }
  const call = readCall(Buffer.from(JSON.stringify({ model, messages })), CHAT, null, NO_HEADERS);
  const usage: Usage = { ...NO_USAGE, promptTokens: call.promptTokens, source: "estimated" };
  return json(200, { cost: nanoToUsd(costWith(context, model, usage)) });
};

const NO_HEADERS = { get: () => null };

function costWith(
  context: AuthenticatedContext,
  model: string,
  usage: Usage,
  tier: ServiceTier | null = null,
): bigint {
  const table = pricedDeployment(context, model);
  return costOf(priceFor(table, usage.promptTokens, tier), usage);
}

/** Of several deployments the first that has a price; an answer may also name a model as its provider does. */
function pricedDeployment(context: AuthenticatedContext, model: string) {
  const { groups } = context.policy;
  const usable = (name: string, deployments: readonly Deployment[]) => {
    const allowed = accessibleDeployments(context.caller, name, deployments);
    return typeof allowed === "string" ? [] : allowed;
  };
  const group = groups.find(model);
  const named = group ? usable(group.name, group.deployments) : [];
  const upstream = groups.all
    .flatMap((each) => usable(each.name, each.deployments))
    .filter((each) => each.upstreamModel === model);
  const deployments = named.length > 0 ? named : upstream;
  if (deployments.length === 0) {
    throw new GatewayError(
      "model_not_found",
      `Invalid model name passed in model=${model}. Call GET /v1/models to see the models your key may use.`,
      {
        param: "model",
      },
    );
  }
  const table = deployments.map(priceTable).find((each) => each !== null);
  if (table) return table;
  throw new GatewayError(
    "invalid_request",
    `model "${model}" has no price: set input_cost_per_token and output_cost_per_token for it.`,
    { param: "model" },
  );
}

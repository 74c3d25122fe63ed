/** An inference call as numbered steps (DESIGN.md 6): read, model, admit, attempt, answer, settle. */
import type { Deployment } from "#lib/config/config.ts";
import { type AccessDenial, accessibleDeployments } from "#lib/keys/access.ts";
import { orderCandidates } from "#lib/routing/candidates.ts";
import type { ModelGroup } from "#lib/routing/groups.ts";
import { type ErrorCode, GatewayError } from "../errors.ts";
import { admit } from "./admit.ts";
import { answerCall } from "./answer.ts";
import { attemptCandidates } from "./attempt.ts";
import { type Call, readCall } from "./call.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import type { Endpoint } from "./endpoints.ts";
import type { GatewayResponse } from "./http.ts";
import { namedBy, requireNamedAccess } from "./named.ts";
import { markLogged } from "./request-log.ts";
import { RunningCall } from "./running-call.ts";

/** @param pathModel the model named by the path (`/engines/{model}/...`), else null */
export async function runInference(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  endpoint: Endpoint,
  pathModel: string | null,
): Promise<GatewayResponse> {
  const { config } = context.policy;
  const call = readCall(
    await context.request.bytes(config.maxRequestBytes),
    endpoint,
    pathModel,
    context.request.headers,
  );
  const running = new RunningCall(deps, context, endpoint, call);
  // Who lets nothing be kept lets nothing be told, either.
  context.trace?.read(call, endpoint, call.steering.noLog || context.caller.contents === "refused");
  try {
    const group = findGroup(context, call);
    running.modelGroup = group.name;
    const named = namedBy(deps, context, call);
    running.named = named instanceof Promise ? await named : named;
    const candidates = await admit(deps, running, usableCandidates(deps, running, group));
    context.trace?.admitted(deps.clock.monotonic());
    running.start();
    const { deployment, answer } = await attemptCandidates(deps, running, candidates);
    return await answerCall(deps, running, deployment, answer);
  } catch (error) {
    await running.fail(error);
    markLogged(error);
    throw error;
  }
}

function findGroup(context: AuthenticatedContext, call: Call): ModelGroup {
  const name = Object.hasOwn(context.caller.aliases, call.model)
    ? context.caller.aliases[call.model]
    : call.model;
  const group = context.policy.groups.find(name ?? call.model);
  if (group) return group;
  throw new GatewayError(
    "model_not_found",
    `Invalid model name passed in model=${call.model}. Call GET /v1/models to see the models your key may use.`,
    {
      param: "model",
    },
  );
}

const DENIED: Readonly<Record<AccessDenial, ErrorCode>> = {
  key: "model_not_allowed",
  allowed_keys: "model_not_allowed",
  team: "team_model_not_allowed",
  user: "user_model_not_allowed",
};

/** Deployments the caller may use, in the order to try them, the resting ones left out. */
function usableCandidates(
  deps: GatewayDeps,
  { context, named }: RunningCall,
  group: ModelGroup,
): readonly Deployment[] {
  const allowed = accessibleDeployments(context.caller, group.name, group.deployments);
  if (typeof allowed === "string") {
    const whose = allowed === "allowed_keys" ? "key" : allowed;
    throw new GatewayError(
      DENIED[allowed],
      `${whose} not allowed to access model. Tried to access ${group.name}`,
      {
        param: "model",
      },
    );
  }
  requireNamedAccess(named, group.name, allowed);
  const usable = allowed.filter((deployment) => deployment.unusable === null);
  if (usable.length === 0) {
    throw new GatewayError(
      "provider_unusable",
      `model "${group.name}" has no usable deployment: its provider is not set up. Ask the gateway's operator.`,
      {
        internal: allowed[0]?.unusable ?? "no deployment",
        param: "model",
      },
    );
  }
  const awake = usable.filter(
    (deployment) => deps.cooldown.restsForMs(deployment.id, context.startedAtMs) === 0,
  );
  if (awake.length > 0) return orderCandidates(awake, deps.random);
  const waits = usable.map((deployment) => deps.cooldown.restsForMs(deployment.id, context.startedAtMs));
  const seconds = Math.max(1, Math.ceil(Math.min(...waits) / 1000));
  throw new GatewayError(
    "no_deployments",
    `No deployments available for selected model "${group.name}". Try again in ${seconds} seconds.`,
    {
      headers: { "retry-after": String(seconds) },
    },
  );
}

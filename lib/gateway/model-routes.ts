/** `/v1/models`: exactly what the caller may call. */
import { accessibleDeployments } from "#lib/keys/access.ts";
import { GatewayError } from "../errors.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

/** OpenAI's clients want a date; LiteLLM sends this one for every model. */
const CREATED = 1_677_610_602;

function visibleModels(context: AuthenticatedContext): string[] {
  return context.policy.groups.all
    .filter(
      (group) => typeof accessibleDeployments(context.caller, group.name, group.deployments) !== "string",
    )
    .map((group) => group.name)
    .sort();
}

const describe = (id: string) => ({ id, object: "model", created: CREATED, owned_by: "openai" });

export const MODEL_ROUTES: readonly KeyRoute[] = [
  {
    method: "GET",
    path: "/models",
    access: "info",
    run: async (_deps, context) => json(200, { data: visibleModels(context).map(describe), object: "list" }),
  },
  {
    method: "GET",
    path: "/models/{id*}",
    access: "info",
    run: async (_deps, context) => {
      const id = context.params["id"] ?? "";
      const group = context.policy.groups.find(id);
      const visible =
        group && typeof accessibleDeployments(context.caller, group.name, group.deployments) !== "string";
      // A model the caller may not see and one that is not there get the same answer.
      if (!visible)
        throw new GatewayError("not_found", `model not found: "${id}". Call GET /v1/models.`, {
          param: "model",
        });
      return json(200, describe(id));
    },
  },
];

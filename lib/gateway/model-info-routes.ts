/** /model/info and /model_group/info (API.md 1.6): what stands behind the names, as far as the caller may call it. */
import type { Deployment, Price } from "#lib/config/config.ts";
import { accessibleDeployments } from "#lib/keys/access.ts";
import { deploymentView } from "#lib/models/deployment-view.ts";
import { expandGroup, groupView } from "#lib/models/group-view.ts";
import { GatewayError } from "../errors.ts";
import { queryNumber, seesAll } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

/** Every deployment for admins and viewers, for others what they may call, in the order of the configuration. */
function visible(context: AuthenticatedContext): readonly Deployment[] {
  const { config, groups } = context.policy;
  if (seesAll(context)) return config.deployments;
  const callable = new Set(groups.all.flatMap((group) => callableOf(context, group.name, group.deployments)));
  return config.deployments.filter((deployment) => callable.has(deployment));
}

function callableOf(
  context: AuthenticatedContext,
  name: string,
  deployments: readonly Deployment[],
): readonly Deployment[] {
  const found = accessibleDeployments(context.caller, name, deployments);
  return typeof found === "string" ? [] : found;
}

function unpricedOf({ policy }: AuthenticatedContext): Price | null {
  return policy.config.unpriced === "default" ? policy.config.unpricedPrice : null;
}

function views(context: AuthenticatedContext, deployments: readonly Deployment[]) {
  const showing = seesAll(context) ? "all" : "callable";
  return deployments.map((deployment) => deploymentView(deployment, showing, unpricedOf(context)));
}

const info: Run = async (_deps, context) => {
  const id = queryText(context, "litellm_model_id");
  const found = visible(context).filter((deployment) => id === undefined || deployment.id === id);
  if (id !== undefined && found.length === 0)
    throw new GatewayError("not_found", `Model id = ${id} not found. See GET /model/info.`, {
      param: "litellm_model_id",
    });
  return json(200, { data: views(context, found) });
};

const infoV2: Run = async (_deps, context) => {
  const id = queryText(context, "modelId") ?? queryText(context, "litellm_model_id");
  const model = queryText(context, "model");
  const search = queryText(context, "search")?.toLowerCase();
  const page = queryNumber(context, "page", 1, 1, 1_000_000);
  const size = queryNumber(context, "size", 50, 1, 1_000);
  const found = visible(context).filter(
    (one) =>
      (id === undefined || one.id === id) &&
      (model === undefined || one.modelGroup === model) &&
      (search === undefined || one.modelGroup.toLowerCase().includes(search)),
  );
  return json(200, {
    data: views(context, found.slice((page - 1) * size, page * size)),
    total_count: found.length,
    current_page: page,
    total_pages: Math.ceil(found.length / size),
    size,
  });
};

const groupInfo: Run = async (_deps, context) => {
  const asked = queryText(context, "model_group");
  const { groups } = context.policy;
  const rows = groups.all
    .flatMap((group) => expandGroup(group, groups))
    .filter((group) => asked === undefined || group.name === asked)
    .flatMap((group) => {
      const callable = callableOf(context, group.name, group.deployments);
      return callable.length === 0 ? [] : [groupView(group.name, callable, unpricedOf(context))];
    });
  return json(200, { data: rows });
};

const get = (path: string, run: Run): KeyRoute => ({ method: "GET", path, access: "info", run });

export const MODEL_INFO_ROUTES: readonly KeyRoute[] = [
  get("/model/info", info),
  get("/v2/model/info", infoV2),
  get("/model_group/info", groupInfo),
];

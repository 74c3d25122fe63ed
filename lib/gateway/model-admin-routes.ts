/** Making, changing and deleting models through the API: thin over the operations in lib/deployments. */
import {
  type ChangedDeployment,
  createDeployment,
  type DeploymentOperations,
  deleteDeployment,
  updateDeployment,
} from "#lib/deployments/operations.ts";
import {
  deleteModelSchema,
  MODEL_FIELDS_NOT_ACTED_ON,
  newModelSchema,
  updateModelSchema,
} from "#lib/deployments/schema.ts";
import { storedView } from "#lib/deployments/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { testModel } from "./model-test.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

function modelOperations(deps: GatewayDeps): DeploymentOperations {
  return { ...operationsOf(deps), config: () => deps.policy().config };
}

const answer = ({ row, warnings }: ChangedDeployment) => json(200, { ...storedView(row), warnings });

const create: Run = async (deps, context) => {
  const body = await readBody(context, newModelSchema, MODEL_FIELDS_NOT_ACTED_ON);
  return answer(await createDeployment(modelOperations(deps), actorOf(context), body));
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateModelSchema, MODEL_FIELDS_NOT_ACTED_ON);
  const id = context.params["id"] ?? body.model_info.id;
  if (id === undefined || id === null)
    throw new GatewayError("invalid_request", "model_info.id is missing: which model?", {
      param: "model_info.id",
    });
  if (body.model_info.id !== undefined && body.model_info.id !== null && body.model_info.id !== id)
    throw new GatewayError(
      "invalid_request",
      "model_info.id and the path name two models: an id never changes",
      {
        param: "model_info.id",
      },
    );
  return answer(await updateDeployment(modelOperations(deps), actorOf(context), id, body));
};

const remove: Run = async (deps, context) => {
  const { id } = await readBody(context, deleteModelSchema);
  await deleteDeployment(modelOperations(deps), actorOf(context), id);
  return json(200, { message: `Model: ${id} deleted successfully`, id });
};

export const MODEL_ADMIN_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/model/new", access: "admin", run: create },
  { method: "POST", path: "/model/update", access: "admin", run: update },
  { method: "PATCH", path: "/model/{id}/update", access: "admin", run: update },
  { method: "POST", path: "/model/test", access: "admin", run: testModel },
  { method: "POST", path: "/model/delete", access: "admin", run: remove },
];

/** Every change of a stored deployment: one function each, with its audit event in the same transaction. */
import { eq } from "drizzle-orm";
import { lockStoredDeployment, type StoredDeploymentRow } from "#db/queries/deployments.ts";
import { storedDeployments } from "#db/schema/system.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { uniqueViolation } from "../keys/store.ts";
import { columnsOf } from "./columns.ts";
import { mergeEntry } from "./merge.ts";
import { storableModelInfo } from "./model-info.ts";
import { STORED, type StoredEntry } from "./reading.ts";
import type { NewModelBody, UpdateModelBody } from "./schema.ts";
import { type Params, partParams } from "./secret-members.ts";

export interface DeploymentOperations extends Operations {
  readonly config: () => Config;
}

export interface ChangedDeployment {
  readonly row: StoredDeploymentRow;
  /** What to know about it though it was accepted. */
  readonly warnings: readonly string[];
}

/** Makes a deployment. @throws GatewayError invalid_request with a sentence for each fault */
export async function createDeployment(
  operations: DeploymentOperations,
  actor: Actor,
  body: NewModelBody,
): Promise<ChangedDeployment> {
  const nowMs = operations.nowMs();
  const id = body.model_info.id ?? newId("dep", nowMs);
  refuseConfigured(operations, id);
  const entry: StoredEntry = {
    id,
    modelName: body.model_name,
    params: given(body.litellm_params),
    modelInfo: given(storableModelInfo(body.model_info)),
  };
  const { columns, warnings } = columnsOf(operations.config(), entry);
  return change(operations, async (tx) => {
    const row = await refuseTaken(() =>
      tx
        .insert(storedDeployments)
        .values({
          id,
          ...columns,
          createdBy: actor.id,
          updatedBy: actor.id,
          createdAt: new Date(nowMs),
          updatedAt: new Date(nowMs),
        })
        .returning(),
    );
    await writeAudit(tx, actor, nowMs, {
      action: "deployment.create",
      target: { kind: "deployment", id },
      before: null,
      after: audited(row, secretNames(entry)),
    });
    return { result: { row, warnings }, changes: [{ kind: "deployment", id }] };
  });
}

/** Changes what the body names and nothing else. @throws GatewayError not_found, invalid_request */
export function updateDeployment(
  operations: DeploymentOperations,
  actor: Actor,
  id: string,
  body: UpdateModelBody,
): Promise<ChangedDeployment> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const before = await lockStoredDeployment(tx, id);
    if (!before) throw notFound(operations, id);
    const merged = mergeEntry(before, body, operations.config());
    const { columns, warnings } = columnsOf(operations.config(), merged.entry);
    const [row] = await tx
      .update(storedDeployments)
      .set({ ...columns, updatedBy: actor.id, updatedAt: new Date(nowMs) })
      .where(eq(storedDeployments.id, id))
      .returning();
    if (!row) throw notFound(operations, id);
    await writeAudit(tx, actor, nowMs, {
      action: "deployment.update",
      target: { kind: "deployment", id },
      before: audited(before, merged.secretBefore),
      after: { ...audited(row, secretNames(merged.entry)), credentials_sent: merged.secretSent },
    });
    return { result: { row, warnings }, changes: [{ kind: "deployment", id }] };
  });
}

/** Deletes a deployment and its credential. @throws GatewayError not_found */
export function deleteDeployment(
  operations: DeploymentOperations,
  actor: Actor,
  id: string,
): Promise<StoredDeploymentRow> {
  return change(operations, async (tx) => {
    const before = await lockStoredDeployment(tx, id);
    if (!before) throw notFound(operations, id);
    await tx.delete(storedDeployments).where(eq(storedDeployments.id, id));
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "deployment.delete",
      target: { kind: "deployment", id },
      before: audited(before, null),
      after: null,
    });
    return { result: before, changes: [{ kind: "deployment", id }] };
  });
}

/** What an audit event says of a row: never a credential, only which there are. */
function audited(row: StoredDeploymentRow, credentials: readonly string[] | null): Record<string, unknown> {
  const { sealed, ...rest } = row;
  return { ...rest, credentials: credentials ?? (sealed === null ? [] : ["sealed"]) };
}

function secretNames(entry: StoredEntry): string[] {
  return Object.keys(partParams(entry.params).secret);
}

function given(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** @throws GatewayError invalid_request when config.yaml has the id */
function refuseConfigured(operations: DeploymentOperations, id: string): void {
  const twin = operations.config().deployments.find((one) => one.id === id && one.source !== STORED);
  if (twin === undefined) return;
  throw new GatewayError(
    "invalid_request",
    `model "${id}" stands in ${twin.source}: change it there, or choose another model_info.id`,
    { param: "model_info.id" },
  );
}

function notFound(operations: DeploymentOperations, id: string): GatewayError {
  refuseConfigured(operations, id);
  return new GatewayError(
    "not_found",
    `No model with the id "${id}" was made through the API. See GET /model/info.`,
    {
      param: "id",
    },
  );
}

async function refuseTaken(insert: () => Promise<StoredDeploymentRow[]>): Promise<StoredDeploymentRow> {
  try {
    const [row] = await insert();
    if (!row) throw new GatewayError("internal", "The model was not stored.");
    return row;
  } catch (error) {
    if (uniqueViolation(error) === "stored_deployments_pkey")
      throw new GatewayError(
        "invalid_request",
        "model_info.id is taken: change that model with /model/update",
        {
          param: "model_info.id",
          cause: error,
        },
      );
    throw error;
  }
}

/** A stored deployment as its changes are answered: the row, without credentials. */
import type { StoredDeploymentRow } from "#db/queries/deployments.ts";

export function storedView(row: StoredDeploymentRow): Record<string, unknown> {
  return {
    model_id: row.id,
    model_name: row.modelName,
    litellm_params: row.params,
    model_info: { ...row.modelInfo, id: row.id, db_model: true, has_credential: row.sealed !== null },
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  };
}

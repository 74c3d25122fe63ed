/** Deployments that were made through the API. */
import { eq } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";
import { storedDeployments } from "../schema/system.ts";

export type StoredDeploymentRow = typeof storedDeployments.$inferSelect;

export type RunningRow = Pick<StoredDeploymentRow, "id" | "modelName" | "params" | "sealed" | "modelInfo">;

/** All of them, in the order they were made: what the gateway runs with. */
export async function allStoredDeployments(sql: Sql): Promise<readonly RunningRow[]> {
  return sql<RunningRow[]>`
    select id, model_name as "modelName", params, sealed, model_info as "modelInfo"
    from stored_deployments order by created_at, id`;
}

/** The row, locked for a change. */
export async function lockStoredDeployment(tx: Tx, id: string): Promise<StoredDeploymentRow | null> {
  const [row] = await tx.select().from(storedDeployments).where(eq(storedDeployments.id, id)).for("update");
  return row ?? null;
}

/** Runs a job of the schedule to its end, whichever of the engine's two ways takes it. */
import type { TestGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

export async function runJob({ database, runtime: { deps } }: TestGateway, kind: string): Promise<void> {
  await deps.jobs.ask({ kind, startedBy: "test" });
  await deps.jobs.runDue(deps);
  const done = async () =>
    (await database.sql`select 1 from jobs where kind = ${kind} and state in ('queued', 'running')`)
      .length === 0;
  await until(`${kind} is done`, done, 5_000);
}

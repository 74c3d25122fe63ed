/** Queues the next part of a drill behind the job that it waits for. */
import { queueJob } from "#db/queries/privacy-requests.ts";
import { newId } from "../../ids.ts";
import type { RequestDeps } from "./deps.ts";

const LATER_MS = 1;

/** @param kind of the job. @param input for it, with the request that it waits for */
export async function queueLater(
  { operations }: RequestDeps,
  kind: string,
  input: Record<string, unknown>,
  startedBy: string,
): Promise<void> {
  const at = operations.nowMs() + LATER_MS;
  await operations.db.transaction((tx) =>
    queueJob(tx, {
      id: newId("job", at),
      kind,
      input,
      startedBy,
      uniqueKey: `${kind} ${String(input["phase"])}`,
      now: new Date(at),
    }),
  );
}

/** Looks for a person in every store. */
import type { JobDeps } from "../../jobs/deps.ts";
import type { Located } from "../erasure.ts";
import { inSnapshot } from "../export/rows.ts";
import { exportSubject } from "../export/subject.ts";
import { countAll } from "../export/write-tables.ts";
import type { DataSubject } from "../subject.ts";

export async function locateSubject(deps: JobDeps, subject: DataSubject): Promise<Located> {
  await deps.ledger.flush();
  let counts = new Map<string, number>();
  await inSnapshot(deps.sql, async (tx) => {
    counts = await countAll(tx, exportSubject(subject.kind, subject.id, deps.pseudonymKey));
  });
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

/** Looks for a person in every store. */
import type { JobDeps } from "../../jobs/deps.ts";
import type { Located } from "../erasure.ts";
import { inSnapshot } from "../export/rows.ts";
import { exportSubject, withAudit } from "../export/subject.ts";
import { countAll } from "../export/write-tables.ts";
import type { DataSubject } from "../subject.ts";

export async function locateSubject(deps: JobDeps, subject: DataSubject): Promise<Located> {
  await deps.ledger.flush();
  let counts = new Map<string, number>();
  const named = await withAudit(exportSubject(subject.kind, subject.id, deps.pseudonymKey), deps.auditSealer);
  await inSnapshot(deps.sql, async (tx) => {
    counts = await countAll(tx, named);
  });
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

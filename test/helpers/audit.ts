/** Audit events as people with the right to it read them: opened. */
import type { AuditRow } from "#db/queries/console-audit.ts";
import { type AskedEvents, readAudit } from "#lib/audit/read.ts";
import type { TestGateway } from "./gateway.ts";

/** The oldest first. */
export async function eventsOf(
  { runtime }: Pick<TestGateway, "runtime">,
  asked: AskedEvents = {},
): Promise<AuditRow[]> {
  return (await readAudit(runtime.deps, asked, null, 1_000)).reverse();
}

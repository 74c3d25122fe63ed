/** One step of a request: its row locked, the rule of the order kept, the change and its audit event in one transaction. */
import type { Tx } from "#db/client.ts";
import {
  changeRequest,
  lockRequest,
  type NewPrivacyRequest,
  type PrivacyRequestRow,
} from "#db/queries/privacy-requests.ts";
import { type Actor, writeAudit } from "../../audit/audit.ts";
import { type Change, change } from "../../changes.ts";
import { GatewayError } from "../../errors.ts";
import type { RequestDeps } from "./deps.ts";
import type { RequestStep } from "./names.ts";

export interface StepResult {
  readonly patch: Partial<NewPrivacyRequest>;
  readonly changes?: readonly Change[];
  /** What the audit event tells beside the step; nothing that names a person. */
  readonly told?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
}

/**
 * @param from the steps in which it may be taken
 * @throws GatewayError not_found; conflict when the request stands at another step
 */
export async function takeStep(
  deps: RequestDeps,
  actor: Actor,
  id: string,
  action: string,
  from: readonly RequestStep[],
  work: (tx: Tx, row: PrivacyRequestRow) => StepResult | Promise<StepResult>,
): Promise<void> {
  const nowMs = deps.operations.nowMs();
  await change(deps.operations, async (tx) => {
    const row = await lockRequest(tx, id);
    if (!row) throw noRequest(id);
    if (!from.some((step) => step === row.step)) throw wrongStep(row, action, from);
    const { changes = [], patch, reason, told = {} } = await work(tx, row);
    await changeRequest(tx, id, { ...patch, updatedAt: new Date(nowMs) });
    await writeAudit(tx, actor, nowMs, {
      action: `privacy_request.${action}`,
      target: { kind: "privacy_request", id },
      before: { step: row.step },
      after: { type: row.type, drill: row.drill, step: patch.step ?? row.step, ...told },
      ...(reason === undefined ? {} : { reason }),
    });
    return { result: undefined, changes };
  });
}

export function noRequest(id: string): GatewayError {
  return new GatewayError("not_found", `There is no privacy request ${id}.`, { param: "id" });
}

function wrongStep(row: PrivacyRequestRow, action: string, from: readonly string[]): GatewayError {
  const where =
    row.finishedAt === null ? `stands at "${row.step}"` : `was finished: ${row.outcome ?? row.step}`;
  return new GatewayError(
    "conflict",
    `This request ${where}; ${action} is for requests at ${from.map((step) => `"${step}"`).join(", ")}.`,
    { param: "step" },
  );
}

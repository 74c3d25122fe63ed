/** A key as the dialogs of its actions need it. */
import { ago, moment } from "#components/format.ts";
import type { ActionKey } from "#components/keys/key-actions.tsx";
import type { KeyListRow } from "#db/queries/console-keys.ts";
import { formatUsd } from "#lib/money.ts";

export function actionKey(row: KeyListRow, nowMs: number, timezone: string): ActionKey {
  return {
    id: row.id,
    name: keyName(row),
    blocked: row.blocked,
    updatedAt: row.updated_at.toISOString(),
    lastUsed: row.last_used_at ? ago(row.last_used_at, nowMs) : null,
    models: row.models,
    fields: {
      max_budget: row.max_budget_nano_usd === null ? "" : formatUsd(row.max_budget_nano_usd),
      budget_duration: row.budget_duration ?? "",
      rpm_limit: row.rpm_limit?.toString() ?? "",
      tpm_limit: row.tpm_limit?.toString() ?? "",
      max_parallel_requests: row.max_parallel_requests?.toString() ?? "",
      auto_rotate: row.auto_rotate ? "on" : "",
      rotation_interval: row.auto_rotate ? (row.rotation_interval ?? "") : "",
    },
    expires: row.expires_at ? moment(row.expires_at, timezone) : null,
  };
}

/** What a key is called; one without a name by what may be seen of its secret. */
export function keyName(row: Pick<KeyListRow, "alias" | "secret_start" | "secret_last4">): string {
  return row.alias ?? `${row.secret_start}…${row.secret_last4}`;
}

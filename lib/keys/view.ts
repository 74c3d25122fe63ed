/** A key as the key API shows it: LiteLLM's names, dollars as numbers, nulls present, never a secret. */
import type { virtualKeys } from "#db/schema/keys.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { periodSpend } from "#lib/admission/rules.ts";
import { finerView } from "#lib/budgets/finer-columns.ts";
import { type BudgetRow, budgetView } from "#lib/budgets/view.ts";
import { nanoToUsd } from "../money.ts";
import { mask } from "./secret.ts";

export type KeyRow = typeof virtualKeys.$inferSelect;

/**
 * @param nowMs decides which budget period the spend belongs to
 * @param tier the row that `budget_id` names, where it was looked up
 */
export function keyView(
  row: KeyRow,
  nowMs: number,
  timezone: string,
  tier: BudgetRow | null = null,
): Record<string, unknown> {
  const period = row.budgetDuration === null ? null : budgetPeriod(row.budgetDuration, nowMs, timezone);
  const spend = periodSpend(
    { spendNanoUsd: row.spendNanoUsd, spendPeriodStartMs: row.spendPeriodStartedAt?.getTime() ?? null },
    period?.startMs ?? null,
  );
  return {
    key_id: row.id,
    key_name: mask(row.secretLast4),
    key_alias: row.alias,
    user_id: row.userId,
    team_id: row.teamId,
    organization_id: row.organizationId,
    org_id: row.organizationId,
    project_id: null,
    models: row.models,
    aliases: row.aliases,
    config: {},
    spend: nanoToUsd(spend),
    max_budget: row.maxBudgetNanoUsd === null ? null : nanoToUsd(row.maxBudgetNanoUsd),
    soft_budget: row.softBudgetNanoUsd === null ? null : nanoToUsd(row.softBudgetNanoUsd),
    budget_duration: row.budgetDuration,
    budget_reset_at: period ? new Date(period.endMs).toISOString() : null,
    budget_id: row.budgetId,
    tpm_limit: row.tpmLimit,
    rpm_limit: row.rpmLimit,
    max_parallel_requests: row.maxParallelRequests,
    metadata: row.metadata,
    permissions: row.permissions,
    ...finerView(row.limits, nowMs),
    model_spend: {},
    guardrails: null,
    blocked: row.blocked,
    tags: row.tags.length > 0 ? row.tags : null,
    enforced_params: null,
    allowed_routes: row.allowedRoutes,
    allowed_cache_controls: [],
    expires: row.expiresAt?.toISOString() ?? null,
    duration: row.duration,
    router_settings: {},
    rotation_count: row.rotationCount,
    last_rotation_at: row.lastRotatedAt?.toISOString() ?? null,
    auto_rotate: row.autoRotate,
    rotation_interval: row.rotationInterval,
    key_rotation_at: row.rotateAt?.toISOString() ?? null,
    collect_by: row.collectBy?.toISOString() ?? null,
    last_active: row.lastUsedAt?.toISOString() ?? null,
    created_by: row.createdBy,
    updated_by: row.updatedBy,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    deleted_at: row.deletedAt?.toISOString() ?? null,
    deleted_by: row.deletedBy,
    litellm_budget_table: tier && budgetView(tier, nowMs, timezone),
  };
}

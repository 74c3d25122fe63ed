/**
 * Charges in the columns of FinOps FOCUS 1.2, for tools that read clouds' bills. What the gateway does not know (a region,
 * a discount, an invoice) is empty or equal to the cost; docs/exports.md has the mapping.
 */
import type { CallRow } from "#db/queries/console-records.ts";
import type { FineSums } from "#db/queries/spend-daily.ts";
import { budgetPeriod } from "../admission/period.ts";
import { formatUsd } from "../money.ts";
import type { ExportRow } from "./rows.ts";

export interface Charge {
  readonly fromMs: number;
  readonly toMs: number;
  readonly costNanoUsd: bigint;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly requests: number;
  readonly provider: string;
  readonly model: string;
  readonly resourceId: string;
  readonly resourceName: string;
  readonly description: string;
  readonly teamId: string;
  readonly teamName: string | null;
  /** Empty values are left out. */
  readonly tags: Readonly<Record<string, string | null>>;
}

/** @param account the installation's id @param timezone of the billing months */
export function focusRow(charge: Charge, account: string, timezone: string): ExportRow {
  const month = budgetPeriod("1mo", charge.fromMs, timezone);
  const cost = formatUsd(charge.costNanoUsd);
  const tokens = charge.tokensIn + charge.tokensOut;
  const tags = Object.entries(charge.tags).filter(([, value]) => value !== null && value !== "");
  return {
    BilledCost: cost,
    BillingAccountId: account,
    BillingAccountName: "Shin Gateway",
    BillingCurrency: "USD",
    BillingPeriodEnd: new Date(month.endMs),
    BillingPeriodStart: new Date(month.startMs),
    ChargeCategory: "Usage",
    ChargeClass: null,
    ChargeDescription: charge.description,
    ChargeFrequency: "Usage-Based",
    ChargePeriodEnd: new Date(charge.toMs),
    ChargePeriodStart: new Date(charge.fromMs),
    ConsumedQuantity: tokens,
    ConsumedUnit: "Tokens",
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: charge.provider,
    ListCost: cost,
    PricingCategory: "Standard",
    PricingQuantity: tokens,
    PricingUnit: "Tokens",
    ProviderName: charge.provider,
    PublisherName: charge.provider,
    RegionId: null,
    ResourceId: charge.resourceId,
    ResourceName: charge.resourceName,
    ResourceType: "Model",
    ServiceCategory: "AI and Machine Learning",
    ServiceName: charge.model,
    ServiceSubcategory: "Generative AI",
    SkuId: `${charge.provider}/${charge.resourceName}`,
    SubAccountId: charge.teamId || null,
    SubAccountName: charge.teamName,
    SubAccountType: charge.teamId === "" ? null : "Team",
    Tags: JSON.stringify(Object.fromEntries(tags)),
    x_Requests: charge.requests,
    x_TokensIn: charge.tokensIn,
    x_TokensOut: charge.tokensOut,
  };
}

/** One call as a charge; its period ends when it did. */
export function chargeOfCall(row: CallRow): Charge {
  const fromMs = row.started_at.getTime();
  return {
    fromMs,
    toMs: fromMs + Math.max(1, Math.round(row.duration_ms ?? 0)),
    costNanoUsd: row.cost_nano_usd,
    tokensIn: Number(row.prompt_tokens),
    tokensOut: Number(row.completion_tokens),
    requests: 1,
    provider: row.provider,
    model: row.model_group,
    resourceId: row.deployment_id,
    resourceName: row.upstream_model ?? row.model_group,
    description: `${row.call_type} ${row.id}`,
    teamId: row.team_id,
    teamName: row.team_alias,
    tags: {
      key: row.key_alias,
      key_id: row.key_id,
      user: row.user_name,
      user_id: row.user_id,
      end_user: row.end_user,
      tags: (row.tags ?? []).join(" "),
    },
  };
}

/** A day of one key, user, team, model and provider as a charge. @param name what an id of that kind is called */
export function chargeOfDay(
  row: FineSums,
  day: { readonly startMs: number; readonly endMs: number },
  name: (kind: "key" | "user" | "team", id: string) => string | null,
): Charge {
  return {
    fromMs: day.startMs,
    toMs: day.endMs,
    costNanoUsd: row.sums.costNanoUsd,
    tokensIn: row.sums.promptTokens,
    tokensOut: row.sums.completionTokens,
    requests: row.sums.requests,
    provider: row.provider,
    model: row.model,
    resourceId: row.model,
    resourceName: row.model,
    description: `${row.sums.requests} calls of ${row.model || "no model"}`,
    teamId: row.teamId,
    teamName: name("team", row.teamId),
    tags: {
      key: name("key", row.keyId),
      key_id: row.keyId,
      user: name("user", row.userId),
      user_id: row.userId,
    },
  };
}

/** What a price may tell beside plain tokens: service tiers and sound. */

/** The service tiers that providers sell at prices of their own, by the names that a body's `service_tier` has for them. */
export type ServiceTier = "flex" | "priority";

/** What not every price has. */
export interface FinerPrice<Price> {
  /** Absent: what the call costs without a tier. */
  readonly serviceTiers?: { readonly [tier in ServiceTier]?: Price };
  /** Of tokens that are sound; absent: as text. */
  readonly audioInputNanoUsdPerMillion?: bigint;
  readonly audioOutputNanoUsdPerMillion?: bigint;
}

/** Null: no tier, or one that costs what a call costs anyway (`auto`, `default`, a name that nobody knows). */
export function serviceTier(value: unknown): ServiceTier | null {
  return value === "flex" || value === "priority" ? value : null;
}

/** The service tiers that providers sell at prices of their own, by the names that a body's `service_tier` has for them. */
export type ServiceTier = "flex" | "priority";

/** Null: no tier, or one that costs what a call costs anyway (`auto`, `default`, a name that nobody knows). */
export function serviceTier(value: unknown): ServiceTier | null {
  return value === "flex" || value === "priority" ? value : null;
}

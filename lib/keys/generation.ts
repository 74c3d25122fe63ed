/**
 * What config.yaml says about keys that are made (`default_key_generate_params`, `upperbound_key_generate_params`,
 * `key_generation_settings`), and what it makes of a body. Pure.
 */
import { spanMs } from "#lib/budgets/span.ts";
import type { BudgetRow } from "#lib/budgets/view.ts";
import { GatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import type { GenerateBody, KeyFields, UpperBounds } from "./schema.ts";
import type { KeyRow } from "./view.ts";

export interface GenerationRule<R extends string> {
  /** Who may make such keys; null: as the gateway has it. */
  readonly allowedRoles: readonly R[] | null;
  /** Fields that the body must name. */
  readonly requiredParams: readonly string[];
}

export interface KeyRules {
  readonly defaults: Partial<GenerateBody>;
  readonly upperBounds: UpperBounds;
  readonly team: GenerationRule<"admin" | "user">;
  readonly personal: GenerationRule<string>;
}

/** Missing is what nobody wrote: absent, null, or nothing at all (clients send unset fields in all three ways). */
export function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** @throws GatewayError invalid_request when the body lacks a field that every such key must have */
export function requireParams(rules: KeyRules, body: Partial<GenerateBody>): void {
  const ofTeam = !isMissing(body.team_id ?? rules.defaults.team_id);
  const { requiredParams } = ofTeam ? rules.team : rules.personal;
  const sent = new Map<string, unknown>(Object.entries(body));
  if (isMissing(sent.get("key_alias"))) sent.set("key_alias", body.key_name);
  const missing = requiredParams.find((name) => isMissing(sent.get(name)));
  if (missing !== undefined)
    throw new GatewayError(
      "invalid_request",
      `${missing} is missing: this gateway makes ${ofTeam ? "team" : "personal"} keys only with ${requiredParams.join(", ")}`,
      { param: missing },
    );
}

/**
 * Fills what the body leaves out.
 * @param tier the tier that the body names: what it says is not left out
 */
export function withDefaults<B extends Partial<GenerateBody>>(
  body: B,
  { defaults }: KeyRules,
  tier: BudgetRow | null,
): B {
  const owned = !isMissing(body.user_id) || !isMissing(body.team_id);
  const filled: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(defaults)) {
    if (!isMissing(filled[name])) continue;
    // An owner by default is for keys without one: nobody's own key moves into a team by itself.
    if (owned && (name === "user_id" || name === "team_id")) continue;
    if (tier && !isMissing(body.budget_id) && saysTier(tier, name)) continue;
    filled[name] = value;
  }
  // Members of `defaults` are parsed by the schema that `body` is parsed by.
  return filled as B;
}

function saysTier(tier: BudgetRow, name: string): boolean {
  if (name === "budget_duration") return tier.maxBudgetNanoUsd !== null;
  return tierValue(tier, name) !== null;
}

const BOUND_COLUMNS = {
  max_budget: "maxBudgetNanoUsd",
  budget_duration: "budgetDuration",
  rpm_limit: "rpmLimit",
  tpm_limit: "tpmLimit",
  max_parallel_requests: "maxParallelRequests",
} as const;
const FINER_COLUMNS = { rph_limit: "rph", rpd_limit: "rpd", tph_limit: "tph", tpd_limit: "tpd" } as const;

type Value = number | bigint | string;

/** What a tier (or a key's own row) says to a field of a body; null: nothing. */
export function tierValue(row: Pick<KeyRow, keyof BudgetRow & keyof KeyRow>, name: string): Value | null {
  if (Object.hasOwn(BOUND_COLUMNS, name)) return row[BOUND_COLUMNS[name as keyof typeof BOUND_COLUMNS]];
  if (Object.hasOwn(FINER_COLUMNS, name))
    return row.limits[FINER_COLUMNS[name as keyof typeof FINER_COLUMNS]] ?? null;
  return null;
}

/**
 * Holds a body to the upper bounds: a higher value is refused, a missing one becomes the bound. In an update only what was
 * sent (or what a new tier brings) is looked at, and null, which would be no limit, becomes the bound.
 * @param before the key as it is; null for a new one
 * @throws GatewayError invalid_request
 */
export function withinBounds<F extends Partial<KeyFields>>(
  fields: F,
  { upperBounds }: KeyRules,
  tier: BudgetRow | null,
  before: KeyRow | null,
): F {
  const bounded: Record<string, unknown> = { ...fields };
  const newTier = fields.budget_id !== undefined;
  for (const [name, bound] of Object.entries(upperBounds)) {
    if (bound === undefined || bound === null) continue;
    const sent = bounded[name] as Value | null | undefined;
    if (before && sent === undefined && !newTier) continue;
    const own = sent === undefined && before ? keyValue(before, name) : (sent ?? null);
    const value = own ?? (tier && tierValue(tier, name));
    if (value === null && tier && name === "budget_duration" && isMissing(bounded["max_budget"])) continue;
    if (value === null) bounded[name] = bound;
    else if (isAbove(value, bound)) throw tooHigh(name, bound, own === null ? tier : null);
  }
  return bounded as F;
}

function keyValue(row: KeyRow, name: string): Value | null {
  return name === "duration" ? row.duration : tierValue(row, name);
}

function isAbove(value: Value, bound: Value): boolean {
  if (typeof value === "string" || typeof bound === "string")
    return spanMs(String(value)) > spanMs(String(bound));
  return value > bound;
}

function tooHigh(name: string, bound: Value, tier: BudgetRow | null): GatewayError {
  const whose = tier ? `${name} of budget ${tier.id}` : name;
  return new GatewayError(
    "invalid_request",
    `${whose} is over the limit of this gateway: at most ${typeof bound === "bigint" ? formatUsd(bound) : bound}`,
    { param: tier ? "budget_id" : name },
  );
}

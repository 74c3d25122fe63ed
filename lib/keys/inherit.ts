/**
 * A key that makes another hands on its own confines: models, routes, limits, budgets and end. Without this a key that may
 * spend a dollar could make one that may spend all that its user has. Pure.
 */
import { spanMs } from "#lib/budgets/span.ts";
import type { BudgetRow } from "#lib/budgets/view.ts";
import { GatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import type { Caller, SubjectPolicy } from "./caller.ts";
import { ROUTES_OF_TYPE } from "./columns.ts";
import { isMissing, tierValue } from "./generation.ts";
import type { GenerateBody } from "./schema.ts";

const CEILINGS = {
  rpm_limit: "rpm",
  tpm_limit: "tpm",
  rph_limit: "rph",
  rpd_limit: "rpd",
  tph_limit: "tph",
  tpd_limit: "tpd",
  max_parallel_requests: "maxParallelRequests",
} as const satisfies Partial<Record<keyof GenerateBody, keyof SubjectPolicy>>;
const CEILING_FIELDS = Object.keys(CEILINGS) as (keyof typeof CEILINGS)[];

/**
 * The body with what the asking key hands on.
 * @param fields defaults are in already
 * @param tier the tier of the new key: what it says low enough needs no value of the key's own
 * @throws GatewayError invalid_request where the body asks for more
 */
export function inherited(
  caller: Caller,
  fields: Partial<GenerateBody>,
  tier: BudgetRow | null,
  nowMs: number,
): Partial<GenerateBody> {
  const made: Partial<GenerateBody> = { ...fields };
  const { key } = caller;
  for (const field of CEILING_FIELDS) {
    const most = key[CEILINGS[field]];
    if (most === null) continue;
    const ofTier = tier && tierValue(tier, field);
    if (isMissing(made[field]) && ofTier !== null && Number(ofTier) <= most) continue;
    made[field] ??= most;
    if (made[field] > most) throw tooMuch(field, `at most ${most}`);
  }
  handOnBudget(key, made, tier);
  handOnBudgets(key, made);
  made.models = subset("models", key.models, made.models, ["*", "all-proxy-models"]);
  const routes = made.allowed_routes ?? (made.key_type ? ROUTES_OF_TYPE[made.key_type] : []);
  made.allowed_routes = subset("allowed_routes", caller.allowedRoutes, routes, []);
  if (caller.tags.length > 0) made.tags = [...new Set([...caller.tags, ...(made.tags ?? [])])];
  if (caller.expiresAtMs !== null) {
    const leftMs = caller.expiresAtMs - nowMs;
    made.duration ??= `${Math.max(1, Math.floor(leftMs / 1000))}s`;
    if (spanMs(made.duration) > leftMs)
      throw tooMuch("duration", `it ends at ${new Date(caller.expiresAtMs).toISOString()}`);
  }
  return made;
}

/**
 * A personal key is held to its user's limits anyway: a higher one of its own would only mislead.
 * @throws GatewayError invalid_request
 */
export function notAboveUser({ user }: Caller, fields: Partial<GenerateBody>): void {
  if (user === null) return;
  for (const field of CEILING_FIELDS) {
    const most = user[CEILINGS[field]];
    if (most !== null && (fields[field] ?? 0) > most) throw tooMuch(field, `at most ${most}`, "your user");
  }
  const most = user.maxBudgetNanoUsd;
  if (most !== null && (fields.max_budget ?? 0n) > most)
    throw tooMuch("max_budget", `at most ${formatUsd(most)}`, "your user");
}

function handOnBudget(key: SubjectPolicy, made: Partial<GenerateBody>, tier: BudgetRow | null): void {
  const [most, duration] =
    key.maxBudgetNanoUsd !== null
      ? [key.maxBudgetNanoUsd, key.budgetDuration]
      : [key.tierBudget?.maxNanoUsd ?? null, key.tierBudget?.duration ?? null];
  if (most === null) return;
  const ofTier = tier?.maxBudgetNanoUsd ?? null;
  const tierHolds =
    ofTier !== null && Number(ofTier) <= most && spanMs(tier?.budgetDuration ?? null) >= spanMs(duration);
  if (isMissing(made.max_budget) && tierHolds) return;
  if (isMissing(made.max_budget)) made.budget_duration ??= duration;
  made.max_budget ??= most;
  if (made.max_budget > most) throw tooMuch("max_budget", `at most ${formatUsd(most)}`);
  // The same money in a shorter period is more money.
  if (spanMs(made.budget_duration ?? null) < spanMs(duration))
    throw tooMuch("budget_duration", duration === null ? "its budget is for life" : `at least ${duration}`);
}

/** Ceilings of single models and further budgets are handed on as they are. */
function handOnBudgets({ finer }: SubjectPolicy, made: Partial<GenerateBody>): void {
  const own = {
    model_rpm_limit: finer.modelRpm,
    model_tpm_limit: finer.modelTpm,
    model_max_budget: finer.modelBudgets,
    budget_limits: finer.budgets,
  };
  for (const [field, value] of Object.entries(own)) {
    if (value === undefined) continue;
    if (!isMissing(Reflect.get(made, field))) throw tooMuch(field, "leave it out, the new key gets the same");
    Reflect.set(made, field, value);
  }
  if (finer.reservation !== undefined) made.reservation = finer.reservation;
}

/** A list that confines: empty means all, so a confined key hands on its own. */
function subset(
  field: "models" | "allowed_routes",
  own: readonly string[],
  asked: readonly string[] | null | undefined,
  all: readonly string[],
): string[] {
  if (own.length === 0 || own.some((name) => all.includes(name))) return [...(asked ?? [])];
  const wanted = asked ?? [];
  if (wanted.length === 0) return [...own];
  const foreign = wanted.find((name) => !own.includes(name));
  if (foreign !== undefined) throw tooMuch(field, `it has no "${foreign}" itself`);
  return [...wanted];
}

function tooMuch(field: string, most: string, whose = "the key that asks"): GatewayError {
  return new GatewayError("invalid_request", `${field} is more than ${whose} has: ${most}`, {
    param: field,
  });
}

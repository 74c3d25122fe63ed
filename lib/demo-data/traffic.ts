/** Made-up calls: busier in working hours and on working days, growing a little, with refusals and failures among them. */
import { newId } from "../ids.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** `instance_id` of made-up records: no gateway is called so. */
export const DEMO_INSTANCE = "ins_demo_data";

export interface DemoModel {
  readonly name: string;
  readonly provider: string;
  readonly upstream: string;
  readonly deploymentId: string;
}

export interface DemoCaller {
  readonly keyId: string;
  readonly userId: string;
  readonly teamId: string;
  /** None: all. */
  readonly models: readonly string[];
  readonly weight: number;
}

/** nano-dollars a token in and out, and a usual time to answer: by a model's place in the list. */
const TRAITS = [
  { priceIn: 250, priceOut: 2000, weight: 9, ms: 700 },
  { priceIn: 1250, priceOut: 10_000, weight: 5, ms: 1900 },
  { priceIn: 300, priceOut: 2500, weight: 5, ms: 620 },
  { priceIn: 3000, priceOut: 15_000, weight: 4, ms: 2300 },
  { priceIn: 590, priceOut: 790, weight: 3, ms: 410 },
] as const;
const [PLAIN] = TRAITS;

/** The calls of a day that ended before `untilMs`. @param growth share of `callsPerDay` @param random uniform in [0, 1) */
export function demoDay(
  day: {
    readonly startMs: number;
    readonly untilMs: number;
    readonly growth: number;
    readonly callsPerDay: number;
  },
  callers: readonly DemoCaller[],
  models: readonly DemoModel[],
  random: () => number,
): Record<string, unknown>[] {
  const weekend = [0, 6].includes(new Date(day.startMs).getUTCDay()) ? 0.45 : 1;
  const calls = Math.round(day.callsPerDay * day.growth * weekend * (0.85 + random() * 0.3));
  const rows: Record<string, unknown>[] = [];
  for (let call = 0; call < calls; call++) {
    const hour = Math.min(23.99, Math.max(0, 13 + (random() + random() + random() - 1.5) * 9));
    const row = demoCall(day.startMs + hour * HOUR_MS, callers, models, random);
    if (day.startMs + hour * HOUR_MS < day.untilMs) rows.push(row);
  }
  return rows;
}

function demoCall(
  ms: number,
  callers: readonly DemoCaller[],
  models: readonly DemoModel[],
  random: () => number,
): Record<string, unknown> {
  const caller = pick(callers, (one) => one.weight, random);
  const allowed = models.filter((one) => caller.models.length === 0 || caller.models.includes(one.name));
  const traitsOf = (one: DemoModel) => TRAITS[models.indexOf(one) % TRAITS.length] ?? PLAIN;
  const model = pick(allowed.length === 0 ? models : allowed, (one) => traitsOf(one).weight, random);
  const traits = traitsOf(model);
  const prompt = Math.round(400 + random() ** 3 * 48_000);
  const completion = Math.round(60 + random() ** 2 * 2400);
  const luck = random();
  const outcome = luck < 0.028 ? "refused" : luck < 0.039 ? "failed" : luck < 0.043 ? "timeout" : "ok";
  const durationMs = outcome === "refused" ? 2 + random() * 3 : traits.ms * (0.5 + random() ** 2 * 2.4);
  const ok = outcome === "ok";
  return {
    id: newId("req", Math.round(ms)),
    started_at: new Date(ms).toISOString(),
    state: "settled",
    outcome,
    instance_id: DEMO_INSTANCE,
    instance_boot: 1,
    call_type: "chat.completions",
    key_id: caller.keyId,
    user_id: caller.userId,
    team_id: caller.teamId,
    model: model.name,
    model_group: model.name,
    deployment_id: outcome === "refused" ? "" : model.deploymentId,
    provider: outcome === "refused" ? "" : model.provider,
    upstream_model: outcome === "refused" ? null : model.upstream,
    stream: random() < 0.4,
    prompt_tokens: ok ? prompt : 0,
    completion_tokens: ok ? completion : 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    usage_source: ok ? "provider" : "none",
    cost_nano_usd: ok ? prompt * traits.priceIn + completion * traits.priceOut : 0,
    unpriced: false,
    duration_ms: durationMs,
    first_byte_ms: ok ? durationMs * (0.2 + random() * 0.3) : null,
    attempts: outcome === "refused" ? 0 : 1,
    // A network that exists in documents alone (RFC 5737).
    ip: `192.0.2.${1 + Math.floor(random() * 12)}`,
    ...endOf(outcome, random),
  };
}

function endOf(outcome: string, random: () => number): Record<string, unknown> {
  if (outcome === "ok") return { status_code: 200, error_code: null, rule: null };
  if (outcome === "timeout") return { status_code: 408, error_code: "timeout", rule: null };
  if (outcome === "failed") return { status_code: 502, error_code: "upstream_error", rule: null };
  const luck = random();
  if (luck < 0.25) return { status_code: 403, error_code: "model_not_allowed", rule: null };
  if (luck < 0.7) return { status_code: 429, error_code: "rate_limit_exceeded", rule: "key_rpm" };
  return {
    status_code: 400,
    error_code: "budget_exceeded",
    rule: luck < 0.85 ? "key_budget" : "team_budget",
  };
}

function pick<T>(from: readonly T[], weightOf: (one: T) => number, random: () => number): T {
  let rest = random() * from.reduce((sum, one) => sum + weightOf(one), 0);
  for (const one of from) {
    rest -= weightOf(one);
    if (rest < 0) return one;
  }
  const [first] = from;
  if (!first) throw new RangeError("nothing to choose from");
  return first;
}

/** The same numbers at every run, uniform in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** The start of the day (UTC) `daysAgo` days before. */
export function dayStartMs(nowMs: number, daysAgo: number): number {
  return (Math.floor(nowMs / DAY_MS) - daysAgo) * DAY_MS;
}

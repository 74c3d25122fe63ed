/**
 * Thirty days of made-up traffic, for looking at the console and for its tests: people, teams and keys through the admin
 * API as an operator would make them, calls straight into the ledger's tables with rollups that agree.
 */
import type postgres from "postgres";
import type { Sql } from "#db/client.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { newId } from "#lib/ids.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface SyntheticOptions {
  readonly url: string;
  readonly masterKey: string;
  readonly sql: postgres.Sql<{ bigint: bigint }>;
  readonly nowMs: number;
  readonly days: number;
  readonly callsPerDay: number;
}

/** nano-dollars a prompt token and an answer token */
const MODELS = [
  { name: "gpt-5", provider: "openai", upstream: "gpt-5", price: [1250, 10_000], weight: 5, ms: 1900 },
  { name: "gpt-5-mini", provider: "openai", upstream: "gpt-5-mini", price: [250, 2000], weight: 9, ms: 700 },
  {
    name: "claude-sonnet",
    provider: "anthropic",
    upstream: "claude-sonnet-4-5",
    price: [3000, 15_000],
    weight: 4,
    ms: 2300,
  },
  {
    name: "gemini-flash",
    provider: "gemini",
    upstream: "gemini-2.5-flash",
    price: [300, 2500],
    weight: 5,
    ms: 620,
  },
  {
    name: "llama-70b",
    provider: "groq",
    upstream: "llama-3.3-70b-versatile",
    price: [590, 790],
    weight: 3,
    ms: 410,
  },
  {
    name: "text-embedding-3-small",
    provider: "openai",
    upstream: "text-embedding-3-small",
    price: [20, 0],
    weight: 4,
    ms: 120,
  },
] as const;

const KEYS = [
  {
    key_alias: "checkout-assistant",
    team: "Payments",
    max_budget: 400,
    budget_duration: "30d",
    rpm_limit: 600,
    weight: 8,
  },
  {
    key_alias: "search-ranking",
    team: "Search",
    max_budget: 180,
    budget_duration: "30d",
    tpm_limit: 250_000,
    models: ["gpt-5-mini", "text-embedding-3-small"],
    weight: 10,
  },
  { key_alias: "support-copilot", team: "Support", max_budget: 900, budget_duration: "1mo", weight: 9 },
  {
    key_alias: "mobile-app",
    team: "Mobile",
    rpm_limit: 120,
    max_parallel_requests: 8,
    models: ["gpt-5-mini", "gemini-flash"],
    weight: 6,
  },
  { key_alias: "nightly-evals", team: "Search", duration: "5d", weight: 3 },
  {
    key_alias: "data-warehouse-labels",
    team: "Data",
    max_budget: 60,
    budget_duration: "7d",
    models: ["llama-70b"],
    weight: 4,
  },
  { key_alias: "docs-chat", user: "noor@example.com", models: ["claude-sonnet"], weight: 3 },
  { key_alias: "ines-laptop", user: "ines@example.com", max_budget: 25, budget_duration: "30d", weight: 2 },
  { key_alias: "staging", team: "Mobile", blocked: true, weight: 0 },
  { key_alias: "hackday", user: "tom@example.com", duration: "90d", weight: 1 },
  {
    key_alias: "fraud-review",
    team: "Payments",
    models: ["gpt-5"],
    max_budget: 120,
    budget_duration: "30d",
    weight: 3,
  },
  { key_alias: "newsletter-drafts", user: "noor@example.com", weight: 0 },
] as const;

export async function seedTraffic(options: SyntheticOptions): Promise<{ keys: ReadonlyMap<string, string> }> {
  const owners = await makeOwners(options);
  const keys = new Map<string, string>();
  const pool: { id: string; userId: string; teamId: string; models: readonly string[]; weight: number }[] =
    [];
  for (const { team, user, weight, ...fields } of KEYS.map((key) => ({ team: null, user: null, ...key }))) {
    const teamId = team === null ? null : (owners.get(team) ?? null);
    const userId = user === null ? null : (owners.get(user) ?? null);
    const made = await post(options, "/key/generate", { ...fields, team_id: teamId, user_id: userId });
    keys.set(fields.key_alias, String(made["key"]));
    const models = "models" in fields ? fields.models : [];
    pool.push({ id: String(made["key_id"]), userId: userId ?? "", teamId: teamId ?? "", models, weight });
  }
  const random = seeded(7);
  const firstMs = options.nowMs - options.days * DAY_MS;
  for (let ms = firstMs; ms <= options.nowMs + DAY_MS; ms += DAY_MS)
    await ensurePartitions(options.sql as Sql, ms, 1);
  const rows: Record<string, unknown>[] = [];
  for (let day = 0; day < options.days; day++) {
    const growth = 0.55 + (0.45 * day) / options.days;
    const weekend = [0, 6].includes(new Date(firstMs + day * DAY_MS).getUTCDay()) ? 0.45 : 1;
    const calls = Math.round(options.callsPerDay * growth * weekend * (0.85 + random() * 0.3));
    for (let call = 0; call < calls; call++) {
      // Working hours are busier.
      const hour = Math.min(23.99, Math.max(0, 13 + (random() + random() + random() - 1.5) * 9));
      rows.push(
        callAt(
          firstMs + day * DAY_MS + ((hour * HOUR_MS + DAY_MS - (firstMs % DAY_MS)) % DAY_MS),
          pool,
          random,
        ),
      );
    }
  }
  await insert(
    options.sql,
    rows.filter((row) => Number(row["ms"]) <= options.nowMs),
  );
  return { keys };
}

function callAt(
  ms: number,
  pool: readonly { id: string; userId: string; teamId: string; models: readonly string[]; weight: number }[],
  random: () => number,
) {
  const key = pick(pool, random);
  const allowed = MODELS.filter((model) => key.models.length === 0 || key.models.includes(model.name));
  const model = pick(allowed, random);
  const prompt = Math.round(120 + random() ** 3 * 6000);
  const completion = model.price[1] === 0 ? 0 : Math.round(40 + random() ** 2 * 1100);
  const luck = random();
  const outcome = luck < 0.028 ? "refused" : luck < 0.039 ? "failed" : luck < 0.043 ? "timeout" : "ok";
  const ok = outcome === "ok";
  const duration = outcome === "refused" ? 2 + random() * 3 : model.ms * (0.5 + random() ** 2 * 2.4);
  const rule = random() < 0.6 ? "key_rpm" : random() < 0.5 ? "key_budget" : "team_budget";
  const refusal =
    random() < 0.25
      ? { rule: null, code: "model_not_allowed", status: 403 }
      : {
          rule,
          code: rule === "key_rpm" ? "rate_limit_exceeded" : "budget_exceeded",
          status: rule === "key_rpm" ? 429 : 400,
        };
  return {
    ms,
    id: newId("req", Math.round(ms)),
    started_at: new Date(ms).toISOString(),
    state: "settled",
    outcome,
    instance_id: "ins_synthetic",
    instance_boot: 1,
    call_type: model.price[1] === 0 ? "embeddings" : "chat.completions",
    status_code: ok ? 200 : outcome === "refused" ? refusal.status : outcome === "timeout" ? 408 : 502,
    key_id: key.id,
    user_id: key.userId,
    team_id: key.teamId,
    model: model.name,
    model_group: model.name,
    deployment_id: `dep_${model.name}`,
    provider: outcome === "refused" ? "" : model.provider,
    upstream_model: outcome === "refused" ? null : model.upstream,
    stream: random() < 0.4,
    prompt_tokens: ok ? prompt : 0,
    completion_tokens: ok ? completion : 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    usage_source: ok ? "provider" : "none",
    cost_nano_usd: ok ? prompt * model.price[0] + completion * model.price[1] : 0,
    unpriced: false,
    duration_ms: duration,
    first_byte_ms: ok ? duration * (0.2 + random() * 0.3) : null,
    attempts: outcome === "refused" ? 0 : 1,
    ip: `10.0.4.${1 + Math.floor(random() * 12)}`,
    error_code: ok
      ? null
      : outcome === "refused"
        ? refusal.code
        : outcome === "timeout"
          ? "timeout"
          : "upstream_error",
    rule: outcome === "refused" ? refusal.rule : null,
    tags: null,
  };
}

async function insert(
  sql: postgres.Sql<{ bigint: bigint }>,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== "ms");
  for (let at = 0; at < rows.length; at += 2000) {
    const json = JSON.stringify(rows.slice(at, at + 2000));
    await sql`insert into spend_records ${sql.unsafe(`(${columns.join(",")})`)}
      select ${sql.unsafe(columns.join(","))} from json_populate_recordset(null::spend_records, ${json}::text::json)`;
  }
  await sql`insert into spend_hourly (hour, key_id, user_id, team_id, model_group, provider, requests, failures, refusals,
      prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd)
    select date_trunc('hour', started_at, 'UTC'), key_id, user_id, team_id, model_group, provider, count(*),
      count(*) filter (where outcome not in ('ok', 'refused')), count(*) filter (where outcome = 'refused'),
      sum(prompt_tokens), sum(completion_tokens), 0, 0, 0, sum(cost_nano_usd)
    from spend_records where instance_id = 'ins_synthetic' group by 1, 2, 3, 4, 5, 6`;
  await sql`update virtual_keys k set last_used_at = r.used, spend_nano_usd = r.spent * 28 / 30
    from (select key_id, max(started_at) as used, sum(cost_nano_usd)::bigint as spent from spend_records
      where instance_id = 'ins_synthetic' group by 1) r where r.key_id = k.id`;
}

async function makeOwners(options: SyntheticOptions): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const team_alias of ["Payments", "Search", "Support", "Mobile", "Data"]) {
    const made = await post(options, "/team/new", { team_alias, max_budget: 2000, budget_duration: "1mo" });
    owners.set(team_alias, String(made["team_id"]));
  }
  for (const [user_email, user_alias] of [
    ["noor@example.com", "Noor Haddad"],
    ["ines@example.com", "Inês Carvalho"],
    ["tom@example.com", "Tom Okafor"],
  ]) {
    const made = await post(options, "/user/new", {
      user_email,
      user_alias,
      user_role: "internal_user",
      auto_create_key: false,
    });
    owners.set(user_email ?? "", String(made["user_id"]));
  }
  return owners;
}

async function post(
  { url, masterKey }: SyntheticOptions,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

function pick<T extends { readonly weight: number }>(from: readonly T[], random: () => number): T {
  let rest = random() * from.reduce((sum, one) => sum + one.weight, 0);
  for (const one of from) {
    rest -= one.weight;
    if (rest < 0) return one;
  }
  const [first] = from;
  if (!first) throw new RangeError("nothing to choose from");
  return first;
}

/** The same traffic at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** Who calls in the seeded database: teams, people, keys and models, made in SQL; the calls are drawn from these tables. */
import type { Sql } from "../../db/client.ts";

/** Name of the database in the cluster. */
export const DATABASE = "seeded";

export const TEAMS = 20;
export const USERS = 300;
export const KEYS = 1000;
export const MODELS = 25;

/** What is rare on purpose, to look for in Logs. */
export const RARE = {
  /** A key with some ten records in 10 million, and its user. */
  keyId: "key_seed_0990",
  userId: "usr_seed_300",
  /** A key that never called. */
  unusedKeyId: "key_seed_1000",
  /** A model with some twenty records. */
  model: "seed-model-25",
} as const;

/**
 * Fills the tables of people, teams and keys, and makes `seed_callers` and `seed_models` for who makes calls.
 * A key's rank is how often it calls: the first calls a thousand times as often as the last.
 */
export async function makeCast(sql: Sql): Promise<void> {
  await sql`insert into teams (id, alias, max_budget_nano_usd, budget_duration)
    select 'team_seed_' || lpad(n::text, 2, '0'), 'Team ' || n, 200000 * 1000000000::bigint, '1mo' from generate_series(1, ${TEAMS}) n`;
  await sql`insert into users (id, email, alias, max_budget_nano_usd, budget_duration)
    select 'usr_seed_' || lpad(n::text, 3, '0'), 'person' || n || '@example.com', 'Person ' || n,
      case when n % 2 = 0 then 20000 * 1000000000::bigint end, case when n % 2 = 0 then '1mo' end
    from generate_series(1, ${USERS}) n`;
  await sql`insert into memberships (team_id, user_id, role)
    select 'team_seed_' || lpad((1 + n % ${TEAMS})::text, 2, '0'), 'usr_seed_' || lpad(n::text, 3, '0'), 'user'
    from generate_series(1, ${USERS}) n`;
  await sql`create table seed_models as
    select n - 1 as n, 'seed-model-' || lpad(n::text, 2, '0') as name,
      (array['openai', 'anthropic', 'gemini', 'bedrock', 'groq'])[1 + n % 5] as provider,
      100 + n * 37 as price_in, 400 + n * 211 as price_out, 300 + n * 60 as ms
    from generate_series(1, ${MODELS}) n`;
  // Every second key is a team's; of the others, each has a person. The rare ones have a person alone.
  await sql`create table seed_callers as
    select n as rank, 'key_seed_' || lpad(n::text, 4, '0') as key_id,
      case when n >= 990 then ${RARE.userId} else 'usr_seed_' || lpad((1 + n % 250)::text, 3, '0') end as user_id,
      case when n % 2 = 0 and n < 990 then 'team_seed_' || lpad((1 + n / 2 % ${TEAMS})::text, 2, '0') else '' end as team_id,
      n % 3 <> 0 as budgeted
    from generate_series(1, ${KEYS}) n`;
  await sql`alter table seed_callers add primary key (rank)`;
  await sql`insert into virtual_keys (id, secret_hash, secret_start, secret_last4, alias, user_id, team_id, rpm_limit,
      max_budget_nano_usd, budget_duration, created_by, updated_by)
    select key_id, encode(sha256(key_id::bytea), 'hex'), 'sk-seed', lpad(rank::text, 4, '0'), 'seed-' || rank, user_id,
      nullif(team_id, ''), 1000, case when budgeted then 5000 * 1000000000::bigint end, case when budgeted then '1mo' end,
      'seed', 'seed'
    from seed_callers`;
  await sql`insert into tags (name, max_budget_nano_usd)
    select 'feature-' || n, 1000000 * 1000000000::bigint from generate_series(1, 12) n`;
}

/** A day's calls, made inside Postgres and added up as the gateway adds them up when it settles. */
import type { Sql } from "../../db/client.ts";

const DAY_MS = 86_400_000;

/** Crockford's base32 of a call's milliseconds and 16 random digits: an id as `newId` makes it. */
const MAKE_ID = `create or replace function seed_id(ms bigint) returns text language sql volatile as $$
  select 'req_' || ${Array.from({ length: 10 }, (_, at) => `substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((ms >> ${(9 - at) * 5}) & 31)::int + 1, 1)`).join(" || ")}
    || upper(lpad(to_hex((random() * 4294967295)::bigint), 8, '0') || lpad(to_hex((random() * 4294967295)::bigint), 8, '0'))
$$`;

/** The function that makes ids. */
export async function makeTools(sql: Sql): Promise<void> {
  await sql.unsafe(MAKE_ID);
}

/**
 * The calls of one day (UTC), in the order of time, into the day's partition, which must be there.
 * Working hours are busier; 2.8 % are refused and 1.5 % fail. The same day and number always give the same calls.
 * @param untilMs no call is later
 */
export async function makeDay(sql: Sql, startMs: number, calls: number, untilMs: number): Promise<void> {
  const partition = `spend_records_${new Date(startMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
  await sql`select setseed(${((startMs / DAY_MS) % 1000) / 1000})`;
  await sql.unsafe(
    `with moments as materialized (
      select $1::bigint + floor(least(23.9999, greatest(0, 13 + (random() + random() + random() - 1.5) * 9)) * 3600000)::bigint as ms
      from generate_series(1, $2::int)
    ), draws as materialized (
      select ms, random() as luck, random() as reason,
        -- The last of these is rare; those after it never call.
        case when random() < 0.000001 then 990 else floor(exp(random() * ln(990)))::int end as rank,
        case when random() < 0.000002 then 24 else -1 end as only_model, floor(3 * random() ^ 2)::int as model_draw,
        round(400 + random() ^ 3 * 48000)::bigint as prompt, round(60 + random() ^ 2 * 2400)::bigint as completion,
        random() as slow, random() as extra, random() as pick
      from moments where ms < $3::bigint order by ms
    ), calls as (
      select *, case when luck < 0.028 then 'refused' when luck < 0.039 then 'failed' when luck < 0.043 then 'timeout'
        when luck < 0.04301 then 'interrupted' else 'ok' end as outcome,
        case when only_model >= 0 then only_model else (rank * 7 + model_draw) % 24 end as model_n,
        case when extra < 0.2 then 'customer-' || floor(pick * 5000)::int end as customer,
        case when extra > 0.7 then array['feature-' || (1 + floor(pick * 12)::int)] end as labels
      from draws
    )
    insert into ${partition} (id, started_at, state, outcome, status_code, instance_id, instance_boot, call_type, key_id,
      user_id, team_id, end_user, model, model_group, deployment_id, provider, upstream_model, stream, prompt_tokens,
      completion_tokens, usage_source, cost_nano_usd, key_period_started_at, user_period_started_at, team_period_started_at,
      duration_ms, first_byte_ms, attempts, ip, client_request_id, response_id, error_code, rule, tags)
    select seed_id(c.ms), to_timestamp(c.ms / 1000.0), 'settled', outcome,
      case outcome when 'ok' then 200 when 'timeout' then 408 when 'failed' then 502 when 'interrupted' then 499
        else case when reason < 0.25 then 403 when reason < 0.7 then 429 else 400 end end,
      'ins_seed', 1, 'chat.completions', k.key_id, k.user_id, k.team_id, customer, m.name, m.name,
      case outcome when 'refused' then '' else 'dep_' || m.name end, case outcome when 'refused' then '' else m.provider end,
      case when outcome <> 'refused' then m.name end, pick < 0.4, case outcome when 'ok' then prompt else 0 end,
      case outcome when 'ok' then completion else 0 end, case outcome when 'ok' then 'provider' else 'none' end,
      case outcome when 'ok' then prompt * price_in + completion * price_out else 0 end,
      case when budgeted then month end, case when k.user_id ~ '[02468]$' then month end, case when k.team_id <> '' then month end,
      case outcome when 'refused' then 2 + slow * 3 else m.ms * (0.5 + slow ^ 2 * 2.4) end,
      case outcome when 'ok' then m.ms * (0.2 + slow * 0.3) end, case outcome when 'refused' then 0 else 1 end,
      '192.0.2.' || (1 + floor(pick * 250)::int), case when extra between 0.4 and 0.5 then 'trace-' || md5(c.ms::text || pick) end,
      case when outcome = 'ok' then 'chatcmpl-' || md5(c.ms::text || luck) end,
      case outcome when 'ok' then null when 'timeout' then 'timeout' when 'failed' then 'upstream_error' when 'interrupted' then null
        else case when reason < 0.25 then 'model_not_allowed' when reason < 0.7 then 'rate_limit_exceeded' else 'budget_exceeded' end end,
      case when outcome = 'refused' and reason >= 0.25 then case when reason < 0.7 then 'key_rpm' when reason < 0.85 then 'key_budget' else 'team_budget' end end,
      labels
    from calls c join seed_callers k using (rank) join seed_models m on m.n = c.model_n,
      lateral (select date_trunc('month', to_timestamp(c.ms / 1000.0), 'UTC') as month) p
    order by c.ms`,
    [startMs, calls, untilMs],
  );
}

/** The hourly rollups of the same day. */
export async function addUpDay(sql: Sql, startMs: number): Promise<void> {
  await sql`insert into spend_hourly
    select date_trunc('hour', started_at, 'UTC'), key_id, user_id, team_id, model_group, provider, count(*),
      count(*) filter (where outcome not in ('ok', 'refused')), count(*) filter (where outcome = 'refused'),
      sum(prompt_tokens), sum(completion_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
      sum(cost_nano_usd)
    from spend_records where started_at >= ${new Date(startMs)} and started_at < ${new Date(startMs + DAY_MS)}
    group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`;
}

/** Made-up traffic in the database: whether there is any, putting it in, and taking it out without a trace. */
import { sql as raw } from "drizzle-orm";
import type { Db, Sql, Tx } from "../client.ts";

/** What was put in, by id. */
export interface DemoMark {
  readonly keys: readonly string[];
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly calls: number;
  /** ISO text. */
  readonly madeAt: string;
}

const NAME = "demo_data";

export async function demoMark(sql: Sql): Promise<DemoMark | null> {
  const [row] = await sql<{ value: DemoMark }[]>`select value from settings where name = ${NAME}`;
  return row?.value ?? null;
}

export async function insertMark(tx: Tx, mark: DemoMark): Promise<void> {
  await tx.execute(
    raw`insert into settings (name, value, updated_by) values (${NAME}, ${JSON.stringify(mark)}::jsonb, 'demo_data')`,
  );
}

/** True when anything was ever called or made here beside the first admin and the first key. */
export async function hasRealData(db: Db | Tx): Promise<boolean> {
  const rows = await db.execute<{ real: boolean }>(raw`select (exists (select 1 from spend_records)
    or exists (select 1 from spend_hourly) or exists (select 1 from teams)
    or (select count(*) from virtual_keys) > 1 or (select count(*) from users) > 1) as real`);
  return rows[0]?.real ?? true;
}

/** Puts records in and adds them up by hour. @param instance whose records these are */
export async function insertDemoRecords(tx: Tx, rows: readonly Record<string, unknown>[]): Promise<void> {
  const columns = raw.join(
    Object.keys(rows[0] ?? {}).map((name) => raw.identifier(name)),
    raw`, `,
  );
  for (let at = 0; at < rows.length; at += 2000) {
    const json = JSON.stringify(rows.slice(at, at + 2000));
    await tx.execute(raw`insert into spend_records (${columns})
      select ${columns} from json_populate_recordset(null::spend_records, ${json}::text::json)`);
  }
}

export async function addUpDemoRecords(tx: Tx, instance: string): Promise<void> {
  await tx.execute(raw`insert into spend_hourly (hour, key_id, user_id, team_id, model_group, provider, requests, failures,
      refusals, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd)
    select date_trunc('hour', started_at, 'UTC'), key_id, user_id, team_id, model_group, provider, count(*),
      count(*) filter (where outcome not in ('ok', 'refused')), count(*) filter (where outcome = 'refused'),
      sum(prompt_tokens), sum(completion_tokens), 0, 0, 0, sum(cost_nano_usd)
    from spend_records where instance_id = ${instance} group by 1, 2, 3, 4, 5, 6`);
  await tx.execute(raw`update virtual_keys k set last_used_at = r.used, spend_nano_usd = r.spent
    from (select key_id, max(started_at) as used, sum(cost_nano_usd)::bigint as spent from spend_records
      where instance_id = ${instance} group by 1) r where r.key_id = k.id`);
  for (const [table, column] of [
    ["teams", "team_id"],
    ["users", "user_id"],
  ] as const)
    await tx.execute(raw`update ${raw.identifier(table)} o set spend_nano_usd = r.spent
      from (select ${raw.identifier(column)} as id, sum(r.cost_nano_usd)::bigint as spent from spend_records r
        join ${raw.identifier(table)} p on p.id = r.${raw.identifier(column)}
        where r.instance_id = ${instance} and r.started_at >= coalesce(p.spend_period_started_at, '-infinity') group by 1) r
      where r.id = o.id`);
}

/** Takes everything out that was put in; a made-up team or person that somebody real came to use stays. */
export async function deleteDemoData(tx: Tx, mark: DemoMark, instance: string): Promise<void> {
  const list = (ids: readonly string[]) =>
    raw`(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
  const keys = list(mark.keys);
  await tx.execute(raw`delete from spend_records where instance_id = ${instance}`);
  await tx.execute(raw`delete from spend_hourly where key_id in ${keys}`);
  await tx.execute(raw`delete from budget_spend where subject_id in ${keys}`);
  await tx.execute(
    raw`delete from alerts where subject_id in ${list([...mark.keys, ...mark.teams, ...mark.users])}`,
  );
  await tx.execute(raw`delete from virtual_keys where id in ${keys}`);
  await tx.execute(raw`delete from memberships where user_id in ${list(mark.users)}
    and not exists (select 1 from console_accounts a where a.user_id = memberships.user_id)`);
  await tx.execute(raw`delete from teams t where id in ${list(mark.teams)}
    and not exists (select 1 from virtual_keys k where k.team_id = t.id)
    and not exists (select 1 from memberships m where m.team_id = t.id)
    and not exists (select 1 from spend_hourly h where h.team_id = t.id)`);
  await tx.execute(raw`delete from users u where id in ${list(mark.users)}
    and not exists (select 1 from virtual_keys k where k.user_id = u.id)
    and not exists (select 1 from memberships m where m.user_id = u.id)
    and not exists (select 1 from console_accounts a where a.user_id = u.id)
    and not exists (select 1 from spend_hourly h where h.user_id = u.id)`);
  await tx.execute(raw`delete from settings where name = ${NAME}`);
}

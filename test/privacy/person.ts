/** A person with data in every store, and the search for what is left of them. */
import { expect, vi } from "vitest";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";

export const ALICE = {
  id: "usr-alice-7",
  email: "alice.liddell@example.com",
  alias: "Alice Liddell",
  ip: "203.0.113.77",
} as const;

const chat = (user?: string) => ({
  model: "dear",
  messages: [{ role: "user", content: "hello there" }],
  ...(user === undefined ? {} : { user }),
});

/** Makes Alice, her keys and calls, and rows about her that others made. @returns her key's secret */
export async function makeAlice(gateway: TestGateway): Promise<string> {
  const { call, database } = gateway;
  const { sql } = database;
  const ok = async (path: string, body: unknown, more: Record<string, string> = {}) => {
    const answer = await call("POST", path, { body, headers: more });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  };
  await ok("/team/new", { team_id: "crew", team_alias: "Crew", metadata: { contact: ALICE.email } });
  await ok("/user/new", {
    ...{ user_id: ALICE.id, user_email: ALICE.email, user_alias: ALICE.alias, auto_create_key: false },
    ...{ user_role: "proxy_admin", max_budget: 1_000, metadata: { desk: "4b, by Alice Liddell" } },
  });
  await ok("/team/member_add", {
    team_id: "crew",
    member: [{ user_id: ALICE.id, role: "admin" }],
    max_budget_in_team: 100,
  });
  const { key } = await ok("/key/generate", {
    user_id: ALICE.id,
    key_alias: `${ALICE.id}-laptop`,
    team_id: "crew",
  });
  const own = await ok("/key/generate", {
    user_id: ALICE.id,
    max_budget: 50,
    tags: ["user:alice.liddell@example.com"],
  });
  await ok(
    "/user/update",
    { user_id: ALICE.id, user_email: "alice.old@example.com" },
    { "litellm-changed-by": ALICE.email },
  );
  await ok("/user/update", { user_id: ALICE.id, user_email: ALICE.email });
  for (const secret of [key, own.key, own.key]) {
    const answer = await call("POST", "/v1/chat/completions", { key: secret, body: chat(), peer: ALICE.ip });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  // She is an admin: what she did as one.
  await call("POST", "/key/generate", { key: own.key, body: { key_alias: "made by her" }, peer: ALICE.ip });
  await call("POST", "/user/new", { key, body: { user_id: "somebody" }, peer: ALICE.ip });
  const now = new Date();
  await sql`insert into console_accounts (user_id, password_hash) values (${ALICE.id}, 'x')`;
  await sql`insert into console_sessions (id, user_id, session_version, created_at, last_seen_at, expires_at, ip, user_agent)
    values ('ses_1', ${ALICE.id}, 1, ${now}, ${now}, ${new Date(now.getTime() + 1e6)}, ${ALICE.ip}, 'curl of Alice Liddell')`;
  await sql`insert into console_codes (code_hash, kind, email, created_by, created_at, expires_at)
    values ('h', 'invitation', ${ALICE.email}, ${ALICE.id}, ${now}, ${now})`;
  await sql`insert into alerts (id, kind, subject_kind, subject_id, subject_name, cause, message)
    values ('alt_1', 'budget_soft', 'user', ${ALICE.id}, ${ALICE.alias}, 'c', 'Alice Liddell has spent much'),
      ('alt_2', 'other', 'team', 'crew', 'Crew', 'c', ${`asked by ${ALICE.id}, twice`})`;
  await sql`insert into saved_views (id, user_id, page, name, query, created_at) values ('v1', ${ALICE.id}, 'logs', 'mine', 'q=x', ${now})`;
  await sql`insert into call_contents (record_id, at, user_id, sealed_request) values ('req_x', ${now}, ${ALICE.id}, 'sealed')`;
  await sql`insert into jobs (id, kind, state, input, started_by, run_after)
    values ('job_1', 'privacy.export', 'done', ${sql.json({ subject: { kind: "user", id: ALICE.id } })}, 'master_key', ${now}),
      ('job_2', 'other', 'done', ${sql.json({ note: "x" })}, 'master_key', ${now})`;
  for (const [id, text] of [
    ["job_1", "PK archive"],
    ["job_2", `a list: ${ALICE.email}\n`],
  ] as const) {
    await sql`insert into job_files (job_id, name, content_type, expires_at) values (${id}, 'f', 'text/plain', ${now})`;
    await sql`insert into job_file_parts (job_id, part, bytes) values (${id}, 0, ${Buffer.from(text)})`;
  }
  await sql`insert into budget_spend values ('user', ${ALICE.id}, 'limit 1d', '2026-01-01', 5)`;
  await sql`insert into budget_requests (id, state, subject_kind, subject_id, amount_nano_usd, reason, requested_by, requested_at)
    values ('br_1', 'open', 'user', ${ALICE.id}, 5, 'Alice Liddell needs it', ${ALICE.id}, ${now})`;
  return own.key;
}

/** Rows of every table, as text, that hold one of these; by table. Nothing of ours is asked: the database's own catalogue is. */
export async function rowsWith(
  { database: { sql } }: TestGateway,
  words: readonly string[],
): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const found: Record<string, number> = {};
  for (const { name } of tables)
    for (const word of words) {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from ${sql(name)} t where position(${word} in t::text) > 0`;
      if (row && row.count > 0) found[`${name}: ${word}`] = row.count;
    }
  const [parts] = await sql<{ count: number }[]>`
    select count(*)::int as count from job_file_parts
    where ${words.map((word) => sql`position(${Buffer.from(word)} in bytes) > 0`).reduce((all, one) => sql`${all} or ${one}`)}`;
  if (parts && parts.count > 0) found["job_file_parts"] = parts.count;
  return found;
}

export interface Sums {
  readonly records: unknown;
  readonly hours: unknown;
  readonly budgets: unknown;
}

/** What accounts are kept for: sums by day, model and team, exactly. */
export async function sumsOf({ database: { sql } }: TestGateway): Promise<Sums> {
  return {
    records: await sql`
      select date_trunc('day', started_at, 'UTC') as day, model_group, team_id, key_id, count(*) as calls,
        sum(cost_nano_usd)::text as cost, sum(prompt_tokens) as tokens from spend_records group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    hours: await sql`
      select hour, model_group, team_id, key_id, sum(requests)::int as calls, sum(cost_nano_usd)::text as cost
      from spend_hourly group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    budgets: await sql`
      select kind, budget, period_started_at, sum(spend_nano_usd)::text as spent from budget_spend
      group by 1, 2, 3 order by 1, 2, 3`,
  };
}

/** A gateway whose calls cost something. @param settings lines below `general_settings:` */
export async function pricedGateway(
  settings = "",
  env: Record<string, string> = {},
): Promise<TestGateway & { readonly yaml: string }> {
  const upstream = await rawUpstream();
  const yaml = `
model_list:
  - model_name: dear
    litellm_params:
      model: openai/dear-upstream
      api_base: ${upstream.url}
      api_key: sk-provider
      input_cost_per_token: 0.000123457
      output_cost_per_token: 0.000001
general_settings:
  ledger_acknowledge: commit
${settings}`;
  return { ...(await testGateway({ yaml, env })), yaml };
}

/** Waits for a job's end. @throws with its error when it failed */
export async function ended(
  { database: { sql } }: TestGateway,
  id: string,
): Promise<Record<string, unknown>> {
  return vi.waitFor(
    async () => {
      const [job] = await sql<{ state: string; error: string; result: Record<string, unknown> }[]>`
        select state, error, result from jobs where id = ${id}`;
      if (job?.state === "failed") throw new Error(job.error);
      expect(job?.state).toBe("done");
      return job?.result ?? {};
    },
    { timeout: 30_000, interval: 20 },
  );
}

/**
 * Erasing a person with a million spend records among two million, and what calls feel of it: `node bench/erasure.ts URL`,
 * with the URL of an empty database. Prints the erasure's seconds, the calls' p50 and p99 before and meanwhile, and what an
 * audit event with its sealing adds to a change.
 */

import { setTimeout as delay } from "node:timers/promises";
import { sql as raw } from "drizzle-orm";
import { writeAudit } from "../lib/audit/audit.ts";
import { systemClock } from "../lib/clock.ts";
import { loadConfig } from "../lib/config/load.ts";
import { departureOf } from "../lib/gateway/http.ts";
import { silentLog } from "../lib/log.ts";
import { askErasure } from "../lib/privacy/erase-job.ts";
import { createRuntime } from "../lib/runtime.ts";

const [url, theirs = "1000000"] = process.argv.slice(2);
if (url === undefined) throw new Error("node bench/erasure.ts DATABASE_URL [RECORDS]");
const RECORDS = Number(theirs);
const DAYS = 30;
const MASTER = "sk-Bench-master-key-0123456789-abcdef";

const { config } = loadConfig({
  env: { LITELLM_MASTER_KEY: MASTER },
  cwd: process.cwd(),
  file: null,
  readFile: () => null,
  now: new Date(),
});
if (!config) throw new Error("the configuration does not load");
const runtime = await createRuntime({
  config,
  database: url,
  journalFolder: null,
  instance: { id: "ins_bench", boot: 1 },
  pseudonymKey: "bench pseudonym key",
  version: "bench",
  clock: systemClock,
  random: Math.random,
  log: silentLog,
});
const { deps } = runtime;
const { sql } = deps;

async function call(path: string, body: unknown, key = MASTER): Promise<{ status: number; text: string }> {
  const bytes = Buffer.from(JSON.stringify(body));
  const answer = await runtime.gateway.handle({
    method: "POST",
    url: path,
    headers: new Headers({ authorization: `Bearer ${key}` }),
    peer: "127.0.0.1",
    departure: departureOf(new AbortController().signal),
    bytes: async () => bytes,
  });
  let text = "";
  if (typeof answer.body === "string" || Buffer.isBuffer(answer.body)) text = answer.body.toString();
  else for await (const chunk of answer.body) text += chunk.toString();
  return { status: answer.status, text };
}

/** Calls at a steady pace until told otherwise; each one's milliseconds. */
async function load(key: string, until: () => boolean): Promise<number[]> {
  const took: number[] = [];
  const body = { model: "shin-llama-8b", messages: [{ role: "user", content: "hello" }], max_tokens: 5 };
  while (!until()) {
    const from = performance.now();
    const { status, text } = await call("/v1/chat/completions", body, key);
    if (status !== 200) throw new Error(text);
    took.push(performance.now() - from);
    await delay(5);
  }
  return took.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], part: number) =>
  (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1);

await call("/user/new", { user_id: "usr-bench-1", user_email: "bench@example.com", auto_create_key: false });
const key = JSON.parse((await call("/key/generate", { key_alias: "others" })).text).key;
process.stdout.write(`filling ${2 * RECORDS} records over ${DAYS} days\n`);
await sql.begin(async (tx) => {
  await tx`set local statement_timeout = 0`;
  for (let day = 0; day < DAYS; day += 1) {
    const start = new Date(Date.now() - day * 86_400_000).toISOString().slice(0, 10);
    const name = `spend_records_${start.replaceAll("-", "")}`;
    const end = new Date(Date.parse(start) + 86_400_000).toISOString().slice(0, 10);
    await tx.unsafe(
      `create table if not exists ${name} partition of spend_records for values from ('${start}') to ('${end}')`,
    );
    for (const user of ["usr-bench-1", "usr-other"])
      await tx`
        insert into spend_records (id, started_at, state, outcome, status_code, instance_id, instance_boot, call_type, key_id,
          user_id, model, model_group, provider, prompt_tokens, completion_tokens, usage_source, cost_nano_usd, ip, tags, response_id)
        select ${`req_${user === "usr-other" ? "o" : "b"}_${day}_`} || n, ${start}::timestamptz + n * interval '2 milliseconds', 'settled', 'ok', 200, 'ins_x', 1, 'completion',
          'key_' || (n % 50), ${user}, 'gpt-4', 'gpt-4', 'demo', 20, 30, 'provider', 1000000 + n, '203.0.113.7', array['a', 'b'], 'chatcmpl-' || n
        from generate_series(1, ${Math.ceil(RECORDS / DAYS)}) n`;
  }
});
// A slow disk may run into the statement's time-out: the figures hold all the same, and whoever reads them is told.
await sql`vacuum analyze spend_records`.catch((error: unknown) => console.error("not vacuumed:", error));

const calmUntil = performance.now() + 10_000;
const calm = await load(key, () => performance.now() > calmUntil);
let done = false;
const meanwhile = load(key, () => done);
const from = performance.now();
const subject = { kind: "user", id: "usr-bench-1" } as const;
const job = await askErasure(deps, { subject, operator: "master_key", approver: null, requestId: null });
let row: { state: string; error: string | null; result: Record<string, unknown> | null } | undefined;
do {
  await delay(50);
  [row] = await sql<NonNullable<typeof row>[]>`select state, error, result from jobs where id = ${job}`;
} while (row?.state === "queued" || row?.state === "running");
const seconds = (performance.now() - from) / 1000;
done = true;
const busy = await meanwhile;
if (row?.state !== "done") throw new Error(row?.error ?? "the erasure did not end");
process.stdout.write(
  `erased in ${seconds.toFixed(1)} s: ${JSON.stringify(Reflect.get(Object(row.result), "certificate")?.sums)}\n`,
);
process.stdout.write(`calls before:    ${calm.length}, p50 ${at(calm, 0.5)} ms, p99 ${at(calm, 0.99)} ms\n`);
process.stdout.write(`calls meanwhile: ${busy.length}, p50 ${at(busy, 0.5)} ms, p99 ${at(busy, 0.99)} ms\n`);

const actor = {
  kind: "user",
  id: "usr-admin",
  claimedBy: "alice",
  ip: "203.0.113.9",
  requestId: null,
} as const;
const values = { id: "usr-x", email: "x@example.com", alias: "X", metadata: { a: 1 }, rpmLimit: 5 };
const target = { kind: "user", id: "usr-x" } as const;
const figures: Record<string, number[]> = { without: [], with: [] };
for (let n = 0; n < 600; n += 1) {
  const audited = n % 2 === 1;
  const begun = performance.now();
  await deps.db.transaction(async (tx) => {
    await tx.execute(raw`insert into settings (name, value, updated_by) values ('bench', ${String(n)}::jsonb, 'x')
      on conflict (name) do update set value = excluded.value`);
    if (audited)
      await writeAudit(tx, actor, Date.now(), {
        action: "user.update",
        target,
        before: values,
        after: values,
      });
  });
  if (n >= 100) figures[audited ? "with" : "without"]?.push(performance.now() - begun);
}
const median = (name: string) =>
  (figures[name] ?? []).sort((a, b) => a - b)[Math.floor((figures[name]?.length ?? 0) / 2)] ?? 0;
process.stdout.write(
  `a change without an event: ${median("without").toFixed(2)} ms; with a sealed one: ${median("with").toFixed(2)} ms\n`,
);
await runtime.close();

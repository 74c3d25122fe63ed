/**
 * Memory and time of exporting a person with many records: a gateway's own job, over a database of its own.
 *
 *   node bench/export.ts postgres://... [records, 1000000]
 *
 * The database must be empty; it is left with the records.
 */
import { findJob } from "../db/queries/jobs.ts";
import { systemClock } from "../lib/clock.ts";
import { loadConfig } from "../lib/config/load.ts";
import { silentLog } from "../lib/log.ts";
import { createRuntime } from "../lib/runtime.ts";

const [url, countText = "1000000"] = process.argv.slice(2);
if (url === undefined) throw new Error("name an empty database: node bench/export.ts postgres://...");
const count = Number(countText);
const env = { LITELLM_MASTER_KEY: "sk-Bench-master-key-0123456789-abcdef" };
const { config } = loadConfig({ env, cwd: "/", file: null, readFile: () => null, now: new Date() });
if (!config) throw new Error("no configuration");
const runtime = await createRuntime({
  config,
  database: url,
  journalFolder: null,
  instance: { id: "ins_bench", boot: 1 },
  pseudonymKey: "bench",
  version: "bench",
  clock: systemClock,
  random: Math.random,
  log: silentLog,
});
const { deps } = runtime;
try {
  await deps.sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`
      insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, key_id, user_id,
        model, model_group, cost_nano_usd, prompt_tokens, ip, client_request_id, metadata)
      select 'req_' || n, now() - n * interval '1 millisecond', 'settled', 'ok', 'i', 1, 'completion', 'key_' || n % 9,
        'bench', 'gpt-4', 'gpt-4', n, 12, '203.0.113.9', md5(n::text), '{"feature": "search"}'
      from generate_series(1, ${count}) n`;
  });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  let longestMs = 0;
  let lastMs = performance.now();
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
    longestMs = Math.max(longestMs, performance.now() - lastMs - 10);
    lastMs = performance.now();
  }, 10);
  const begin = performance.now();
  const id = await deps.jobs.ask({
    kind: "privacy.export",
    input: { subjectKind: "user", subjectId: "bench" },
    startedBy: "bench",
  });
  lastMs = performance.now();
  for (;;) {
    const job = await findJob(deps.sql, id ?? "");
    if (job?.state === "done") {
      const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
      console.log(
        `${count} records in ${((performance.now() - begin) / 1000).toFixed(1)} s: ${mb(Number(job.result?.["sizeBytes"]))} ZIP; memory ${mb(before)} before, ${mb(most)} at most; longest wait of the event loop ${Math.round(longestMs)} ms`,
      );
      break;
    }
    if (job?.state === "failed" || job?.error) throw new Error(String(job.error));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  clearInterval(watch);
} finally {
  await runtime.close();
}

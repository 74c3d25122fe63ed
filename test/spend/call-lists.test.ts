/** Logs find calls by way of the rollups. Whatever is filtered by, they show the very calls that match, the newest first. */
import { expect, test } from "vitest";
import { callBuckets, listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { startRows } from "#db/queries/ledger.ts";
import { seededRandom } from "#lib/demo-data/traffic.ts";
import { firstIdAt } from "#lib/ids.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { spending } from "./spending.ts";

const NOW = "2025-06-15T10:20:00Z";
const NOW_MS = Date.parse(NOW);
const HOUR_MS = 3_600_000;
const { gateway, record } = await spending({ at: NOW });
const { sql } = gateway.runtime.deps;
const random = seededRandom(11);
const records: SpendRecord[] = [];
for (let n = 0; n < 300; n++)
  records.push(
    await record({
      at: new Date(NOW_MS - Math.floor(random() ** 2 * 60 * HOUR_MS)).toISOString(),
      keyId: `key_${Math.floor(random() ** 2 * 6)}`,
      userId: random() < 0.6 ? `usr_${Math.floor(random() * 4)}` : null,
      teamId: random() < 0.3 ? "team_0" : null,
      modelGroup: `model_${Math.floor(random() ** 3 * 5)}`,
      outcome: random() < 0.2 ? "refused" : random() < 0.1 ? "timeout" : "ok",
    }),
  );
// One that still runs: in no rollup yet.
const RUNNING = `${firstIdAt("req", NOW_MS)}ZZZZZZZZZZZZZZZZ`;
await startRows(
  sql,
  "{}",
  JSON.stringify([
    {
      ...{
        id: RUNNING,
        started_at: NOW,
        state: "started",
        instance_id: "ins_x",
        instance_boot: 1,
        call_type: "x",
      },
      ...{
        key_id: "key_0",
        user_id: "usr_0",
        team_id: "",
        model: "model_0",
        model_group: "model_0",
        deployment_id: "",
      },
      ...{
        provider: "",
        stream: false,
        prompt_tokens: 0,
        completion_tokens: 0,
        cache_read_tokens: 0,
        attempts: 0,
      },
      ...{
        cache_write_tokens: 0,
        reasoning_tokens: 0,
        usage_source: "none",
        cost_nano_usd: 0,
        unpriced: false,
      },
    },
  ]),
);

const outcomeOf = ({ outcome }: SpendRecord) =>
  outcome === "ok" || outcome === "refused" ? outcome : "failed";

function matching(filter: CallFilter): SpendRecord[] {
  return records
    .filter(
      (one) =>
        one.startedAtMs >= (filter.fromMs ?? 0) &&
        one.startedAtMs < (filter.toMs ?? Number.POSITIVE_INFINITY) &&
        (filter.keyId ?? one.keyId) === one.keyId &&
        (filter.userId ?? one.userId) === one.userId &&
        (filter.teamId ?? one.teamId) === one.teamId &&
        (filter.model ?? one.modelGroup) === one.modelGroup &&
        (filter.outcome ?? outcomeOf(one)) === outcomeOf(one),
    )
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

const OWNERS: readonly Partial<CallFilter>[] = [
  {},
  ...["key_0", "key_3", "key_5", "key_none"].map((keyId) => ({ keyId })),
  ...["usr_0", "usr_3", "usr_none"].map((userId) => ({ userId })),
  ...["model_0", "model_4", "model_none"].map((model) => ({ model })),
  { teamId: "team_0" },
  { keyId: "key_1", model: "model_1" },
  { userId: "usr_1", model: "model_2" },
];
const RANGES = [
  { fromMs: null, toMs: null },
  { fromMs: NOW_MS - 20 * HOUR_MS - 5, toMs: null },
  // Cut within hours at both ends.
  { fromMs: NOW_MS - 30 * HOUR_MS, toMs: NOW_MS - 2 * HOUR_MS - 1000 },
];
const OUTCOMES = [{}, { outcome: "ok" }, { outcome: "refused" }, { outcome: "failed" }] as const;
const FILTERS: CallFilter[] = OWNERS.flatMap((owner) =>
  RANGES.flatMap((range) => OUTCOMES.map((outcome) => ({ ...range, ...owner, ...outcome }))),
);

test.each([
  [0, 5],
  [0, 50],
  [7, 3],
])("after %i, at most %i, of each filter", async (offset, size) => {
  for (const filter of FILTERS) {
    const listed = (await listCalls(sql, filter, offset, size)).map((row) => row.id);
    const running = filter.toMs === null && filter.outcome === undefined && isRunnings(filter);
    const expected = [...(running ? [RUNNING] : []), ...matching(filter).map((one) => one.id)];
    expect(listed, JSON.stringify(filter)).toEqual(expected.slice(offset, offset + size + 1));
  }
});

test("the bars count the very calls of the list", async () => {
  for (const stepMs of [HOUR_MS, 4 * HOUR_MS, HOUR_MS / 30]) {
    const firstMs = Math.floor((NOW_MS - 30 * stepMs) / stepMs) * stepMs;
    const startsMs = Array.from({ length: 31 }, (_, index) => firstMs + index * stepMs);
    for (const owner of FILTERS.filter((one) => one.fromMs === null)) {
      const filter = { ...owner, fromMs: firstMs };
      const counted = await callBuckets(sql, filter, startsMs);
      const sums = (name: "ok" | "refused" | "failed") => counted.reduce((sum, one) => sum + one[name], 0);
      for (const name of ["ok", "refused", "failed"] as const)
        expect(sums(name), `${name} ${JSON.stringify(filter)}`).toBe(
          matching(filter).filter((one) => outcomeOf(one) === name).length,
        );
      for (const { bucket, ok } of counted)
        expect(ok).toBe(
          matching({
            ...filter,
            fromMs: firstMs + bucket * stepMs,
            toMs: firstMs + (bucket + 1) * stepMs,
          }).filter((one) => outcomeOf(one) === "ok").length,
        );
    }
  }
});

function isRunnings({ keyId, model, teamId, userId }: CallFilter): boolean {
  return (
    (keyId ?? "key_0") === "key_0" &&
    (model ?? "model_0") === "model_0" &&
    (userId ?? "usr_0") === "usr_0" &&
    teamId === undefined
  );
}

/** ClickHouse over HTTP: one insert a batch, under a token by which the server drops one that it has. */
import type { ClickhouseDestination } from "../config/callbacks.ts";
import type { CallbackPort, CallbackRecord } from "./record.ts";
import { type SendOptions, send } from "./send.ts";

/** To be made once; docs/callbacks.md holds the same. */
export function createTable(database: string, table: string): string {
  return `CREATE TABLE ${database}.${table} (
  id String, started_at DateTime64(3, 'UTC'), outcome LowCardinality(String), status Nullable(UInt16),
  call_type LowCardinality(String), key_id String, key Nullable(String), user_id Nullable(String),
  team_id Nullable(String), team Nullable(String), end_user Nullable(String), model LowCardinality(String),
  model_asked String, provider LowCardinality(String), upstream_model Nullable(String), deployment_id String,
  stream Bool, tokens_in UInt64, tokens_out UInt64, tokens_cache_read UInt64, tokens_cache_write UInt64,
  tokens_reasoning UInt64, usage_source LowCardinality(String), cost_usd Decimal(38, 9), unpriced Bool,
  duration_ms Nullable(Float64), first_byte_ms Nullable(Float64), attempts UInt16, ip Nullable(String),
  error_code Nullable(String), rule Nullable(String), tags Array(String), client_request_id Nullable(String),
  response_id Nullable(String)
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(started_at) ORDER BY (started_at, id)
SETTINGS non_replicated_deduplication_window = 1000`;
}

export function clickhousePort(destination: ClickhouseDestination, options: SendOptions): CallbackPort {
  const { database, password, table, username } = destination;
  return {
    deliver: async ({ id, records }, signal) => {
      const url = new URL(destination.url);
      url.searchParams.set("query", `INSERT INTO ${database}.${table} FORMAT JSONEachRow`);
      url.searchParams.set("insert_deduplication_token", id);
      url.searchParams.set("date_time_input_format", "best_effort");
      // A member that a later release adds must not stop the table of an earlier one.
      url.searchParams.set("input_format_skip_unknown_fields", "1");
      const headers = {
        "content-type": "application/x-ndjson",
        "x-clickhouse-user": username,
        ...(password === "" ? {} : { "x-clickhouse-key": password }),
      };
      await send(url, { method: "POST", headers, body: records.map(line).join("") }, options, signal);
    },
  };
}

function line(record: CallbackRecord): string {
  return `${JSON.stringify(record)}\n`;
}

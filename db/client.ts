/** Connections: postgres.js with bigint columns as bigint, and drizzle over it for everything off the hot path. */
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";

export type Sql = postgres.Sql<{ bigint: bigint }>;
/** A transaction of postgres.js itself; `Reader` is what both a client and a transaction can do. */
export type SqlTx = postgres.TransactionSql<{ bigint: bigint }>;
export type Reader = postgres.ISql<{ bigint: bigint }>;
export type Db = PostgresJsDatabase<Record<string, never>>;
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export interface ConnectOptions {
  /** A postgres:// URL, or the options of an embedded server (socket folder as host). */
  readonly target: string | postgres.Options<Record<string, postgres.PostgresType>>;
  readonly max: number;
  readonly applicationName: string;
  /** False: no statement gets processes that help it. */
  readonly parallel?: boolean;
  readonly onNotice?: (message: string) => void;
}

/**
 * Opens a pool (lazily: no connection is made yet). Server-side statements end after 10 s, so that a stuck query
 * cannot hold a connection for ever.
 */
export function connect(options: ConnectOptions): Sql {
  const settings = {
    max: options.max,
    idle_timeout: 0,
    connect_timeout: 2,
    max_lifetime: null,
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
    connection: {
      application_name: options.applicationName,
      statement_timeout: 10_000,
      TimeZone: "UTC",
      // Compiling a statement that names a hundred partitions takes longer than any of ours runs.
      jit: "off",
      ...(options.parallel === false ? { max_parallel_workers_per_gather: 0 } : {}),
    },
    onnotice: (notice: postgres.Notice) => options.onNotice?.(notice["message"] ?? ""),
    types: { bigint: postgres.BigInt },
  };
  return typeof options.target === "string"
    ? postgres(options.target, settings)
    : postgres({ ...options.target, ...settings });
}

export function database(sql: Sql): Db {
  return drizzle(sql);
}

/**
 * Settings of the embedded server: small and flat in memory, quick to commit, and never at the price of a lost commit.
 * Given on its command line, so they follow the build and not the cluster.
 */

export interface ServerTuning {
  readonly sharedBuffersMb?: number;
  readonly maxConnections?: number;
}

/** The `-c` settings. */
export function serverSettings(tuning: ServerTuning): Record<string, string> {
  return {
    shared_buffers: `${tuning.sharedBuffersMb ?? 32}MB`,
    max_connections: String(tuning.maxConnections ?? 50),
    unix_socket_permissions: "0700",
    cluster_name: "shin",

    // The promise "nothing lost" rests on these three.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",

    // No replica reads this WAL; less of it is written, and in fewer, larger, reused files.
    wal_level: "minimal",
    max_wal_senders: "0",
    wal_buffers: "4MB",
    wal_compression: "on",
    min_wal_size: "160MB",
    max_wal_size: "1GB",
    checkpoint_timeout: "10min",
    checkpoint_completion_target: "0.9",

    // One gateway on one machine: no workers waiting for work that never comes.
    io_method: "sync",
    max_worker_processes: "4",
    max_parallel_workers: "2",
    max_parallel_workers_per_gather: "1",
    max_logical_replication_workers: "0",
    jit: "off",
    huge_pages: "off",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "256MB",
    random_page_cost: "1.1",
    // A query over a year of daily partitions locks each of them and its indexes.
    max_locks_per_transaction: "256",
    autovacuum: "on",
    autovacuum_max_workers: "2",
    autovacuum_naptime: "30s",

    // Not "$user": a schema that happens to have the account's name must not catch our tables.
    search_path: "public",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    // Statements and row values are personal data; they stay out of a plain text file.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    update_process_title: "off",
  };
}

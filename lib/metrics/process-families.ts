/** Gauges of processes, each with the number of its worker: `sum(...)` over them is the gateway's. */
import { performance } from "node:perf_hooks";
import type { Exposition } from "./exposition.ts";
import type { Figures, Gauges } from "./figures.ts";

const STARTED_AT_SECONDS = performance.timeOrigin / 1000;

/** What the system says of this process. */
export function processGauges(): Pick<
  Gauges,
  "residentBytes" | "heapBytes" | "cpuSeconds" | "busySeconds" | "startedAtSeconds"
> {
  const { heapUsed, rss } = process.memoryUsage();
  const { system, user } = process.cpuUsage();
  return {
    residentBytes: rss,
    heapBytes: heapUsed,
    cpuSeconds: (system + user) / 1e6,
    busySeconds: performance.eventLoopUtilization().active / 1000,
    startedAtSeconds: STARTED_AT_SECONDS,
  };
}

export function writeProcesses(
  into: Exposition,
  { droppedNotes, gauges, telemetry }: Figures,
  version: string,
): void {
  into.numbers("shin_build_info", "gauge", "Always 1; the version stands in the label.", [[{ version }, 1]]);
  const family = (name: string, type: "counter" | "gauge", help: string, read: (row: Gauges) => number) =>
    into.numbers(
      name,
      type,
      help,
      gauges.map((row) => [{ worker: String(row.worker) }, read(row)]),
    );
  family("shin_in_flight_requests", "gauge", "Calls that run.", (row) => row.inFlight);
  family("litellm_in_flight_requests", "gauge", "As shin_in_flight_requests.", (row) => row.inFlight);
  family(
    "shin_ledger_queue_length",
    "gauge",
    "Records on their way to the database.",
    (row) => row.ledgerQueued,
  );
  family(
    "shin_journal_rows_waiting",
    "gauge",
    "Records on disk that wait for the database to be back.",
    (row) => row.journalWaiting,
  );
  family(
    "shin_contents_stored_total",
    "counter",
    "Calls whose prompt and answer were kept.",
    (row) => row.contentsStored,
  );
  family(
    "shin_contents_dropped_total",
    "counter",
    "Calls whose prompt and answer should have been kept and were not.",
    (row) => row.contentsDropped,
  );
  family("shin_limits_store_away", "gauge", "1 while the shared store of limits does not answer.", (row) =>
    Number(row.limitsAway),
  );
  family(
    "shin_database_away_seconds",
    "gauge",
    "How long the database has not answered; 0 when it does.",
    (row) => row.databaseAwaySeconds,
  );
  into.numbers(
    "shin_ledger_dropped_refusals_total",
    "counter",
    "Records of refused calls that were dropped because too many waited.",
    [[{}, droppedNotes]],
  );
  into.numbers(
    "shin_telemetry_records_total",
    "counter",
    "Spans and log records for OpenTelemetry by what became of them: sent, failed on the way, dropped because too many waited.",
    Object.entries(telemetry).map(([name, amount]) => {
      const [signal = "", outcome = ""] = name.split(" ");
      return [{ signal, outcome }, amount];
    }),
  );
  family(
    "process_resident_memory_bytes",
    "gauge",
    "Memory that the process holds.",
    (row) => row.residentBytes,
  );
  family(
    "nodejs_heap_size_used_bytes",
    "gauge",
    "Memory that JavaScript's objects take.",
    (row) => row.heapBytes,
  );
  family("process_cpu_seconds_total", "counter", "Processor time.", (row) => row.cpuSeconds);
  family(
    "shin_event_loop_busy_seconds_total",
    "counter",
    "Time in which the event loop worked.",
    (row) => row.busySeconds,
  );
  family(
    "process_start_time_seconds",
    "gauge",
    "When the process began, since 1970.",
    (row) => row.startedAtSeconds,
  );
}

/** What one process has counted, as plain values that pass between processes, and the sum over several. */
import { addHistogram, type Histogram } from "./histogram.ts";

/** Calls that ended the same way. */
export interface CallFigures {
  readonly model: string;
  /** Id of the team; empty for none. */
  readonly team: string;
  readonly outcome: string;
  /** Error code; empty for served calls. */
  readonly reason: string;
  readonly status: number;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  costNanoUsd: number;
}

/** How long calls of a model took. */
export interface ModelFigures {
  readonly model: string;
  readonly duration: Histogram;
  /** To the first byte of streams. */
  readonly firstByte: Histogram;
  /** Waiting for providers. */
  readonly upstream: Histogram;
  /** What the gateway added. */
  readonly overhead: Histogram;
}

export interface DeploymentFigures {
  readonly deployment: string;
  readonly model: string;
  readonly provider: string;
  served: number;
  failed: number;
}

/** Figures of a moment; they belong to one process and are not summed. */
export interface Gauges {
  readonly worker: number;
  readonly inFlight: number;
  readonly ledgerQueued: number;
  readonly journalWaiting: number;
  /** Contents of calls, since the start. */
  readonly contentsStored: number;
  readonly contentsDropped: number;
  readonly limitsAway: boolean;
  readonly databaseAwaySeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  readonly busySeconds: number;
  readonly startedAtSeconds: number;
}

export interface Figures {
  readonly calls: CallFigures[];
  readonly models: ModelFigures[];
  readonly deployments: DeploymentFigures[];
  /** Refusals before a call was read, by error code. */
  readonly turnedAway: Record<string, number>;
  droppedNotes: number;
  /** What became of spans and log records for OpenTelemetry, by `signal outcome`. */
  readonly telemetry: Record<string, number>;
  readonly gauges: Gauges[];
}

export function noFigures(): Figures {
  return {
    calls: [],
    models: [],
    deployments: [],
    turnedAway: {},
    droppedNotes: 0,
    telemetry: {},
    gauges: [],
  };
}

/** What makes two rows of calls the same one. */
export function callKey(call: Pick<CallFigures, "model" | "team" | "outcome" | "reason" | "status">): string {
  return `${call.model}\n${call.team}\n${call.outcome}\n${call.status}\n${call.reason}`;
}

/** The sum of what several processes have counted; their gauges stand side by side. */
export function sumOf(all: readonly Figures[]): Figures {
  const calls = new Map<string, CallFigures>();
  const models = new Map<string, ModelFigures>();
  const deployments = new Map<string, DeploymentFigures>();
  const sum: Figures = noFigures();
  for (const figures of all) {
    for (const row of figures.calls) {
      const own = calls.get(callKey(row));
      if (!own) calls.set(callKey(row), { ...row });
      else {
        own.calls += row.calls;
        own.promptTokens += row.promptTokens;
        own.completionTokens += row.completionTokens;
        own.costNanoUsd += row.costNanoUsd;
      }
    }
    for (const row of figures.models) {
      const own = models.get(row.model);
      if (!own) models.set(row.model, structuredClone(row));
      else
        for (const name of ["duration", "firstByte", "upstream", "overhead"] as const)
          addHistogram(own[name], row[name]);
    }
    for (const row of figures.deployments) {
      const own = deployments.get(row.deployment);
      if (!own) deployments.set(row.deployment, { ...row });
      else {
        own.served += row.served;
        own.failed += row.failed;
      }
    }
    for (const [reason, amount] of Object.entries(figures.turnedAway))
      sum.turnedAway[reason] = (sum.turnedAway[reason] ?? 0) + amount;
    sum.droppedNotes += figures.droppedNotes;
    for (const [name, amount] of Object.entries(figures.telemetry))
      sum.telemetry[name] = (sum.telemetry[name] ?? 0) + amount;
    sum.gauges.push(...figures.gauges);
  }
  sum.calls.push(...calls.values());
  sum.models.push(...models.values());
  sum.deployments.push(...deployments.values());
  return sum;
}

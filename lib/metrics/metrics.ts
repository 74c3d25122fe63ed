/**
 * Counts calls as they settle: three look-ups and plain additions a call. Names that clients choose are bounded, so that
 * no client can fill the memory of whoever scrapes.
 */
import type { SpendRecord } from "#lib/ledger/record.ts";
import {
  type CallFigures,
  callKey,
  type DeploymentFigures,
  type Figures,
  type Gauges,
  type ModelFigures,
} from "./figures.ts";
import { CALL_BOUNDS, histogram, OVERHEAD_BOUNDS, observe } from "./histogram.ts";

/** Values of one label; whatever comes later is told as `other`. */
const MOST_VALUES = 200;
const OTHER = "other";
/** A model that the gateway does not have: its name is the client's own invention. */
const UNKNOWN = "unknown";

export class Metrics {
  readonly #calls = new Map<string, CallFigures>();
  readonly #models = new Map<string, ModelFigures>();
  readonly #deployments = new Map<string, DeploymentFigures>();
  readonly #teams = new Set<string>();
  readonly #turnedAway: Record<string, number> = {};

  /** Counts a call that has ended. @param upstreamMs waited for providers; in streams, for their first byte */
  call(record: SpendRecord, upstreamMs: number): void {
    const asked = record.errorCode === "model_not_found" ? UNKNOWN : record.modelGroup;
    const model = this.#models.has(asked) || this.#models.size < MOST_VALUES ? asked : OTHER;
    const team = record.teamId === null ? "" : this.#team(record.teamId);
    const outcome = record.outcome ?? "";
    const reason = record.errorCode ?? "";
    const status = record.statusCode ?? 0;
    const key = callKey({ model, team, outcome, reason, status });
    let call = this.#calls.get(key);
    if (!call) {
      call = { model, team, outcome, reason, status, ...NOTHING };
      this.#calls.set(key, call);
    }
    call.calls += 1;
    call.promptTokens += record.usage.promptTokens;
    call.completionTokens += record.usage.completionTokens;
    call.costNanoUsd += Number(record.costNanoUsd);
    this.#time(model, record, upstreamMs);
    if (record.deploymentId !== "" && record.outcome !== "refused") this.#deployment(model, record);
  }

  /** Counts a request that was refused before it became a call. */
  turnedAway(code: string): void {
    this.#turnedAway[code] = (this.#turnedAway[code] ?? 0) + 1;
  }

  /** Everything counted until now. */
  figures(gauges: Gauges, droppedNotes: number, telemetry: Figures["telemetry"]): Figures {
    return {
      calls: [...this.#calls.values()],
      models: [...this.#models.values()],
      deployments: [...this.#deployments.values()],
      turnedAway: this.#turnedAway,
      droppedNotes,
      telemetry,
      gauges: [gauges],
    };
  }

  #team(id: string): string {
    if (this.#teams.has(id)) return id;
    if (this.#teams.size >= MOST_VALUES) return OTHER;
    this.#teams.add(id);
    return id;
  }

  #time(model: string, record: SpendRecord, upstreamMs: number): void {
    let times = this.#models.get(model);
    if (!times) {
      times = {
        model,
        duration: histogram(CALL_BOUNDS),
        firstByte: histogram(CALL_BOUNDS),
        upstream: histogram(CALL_BOUNDS),
        overhead: histogram(OVERHEAD_BOUNDS),
      };
      this.#models.set(model, times);
    }
    const durationMs = record.durationMs ?? 0;
    observe(times.duration, CALL_BOUNDS, durationMs / 1000);
    if (record.outcome === "refused") return;
    if (record.stream && record.firstByteMs !== null)
      observe(times.firstByte, CALL_BOUNDS, record.firstByteMs / 1000);
    // Of a stream's wait only the part to its first byte is measured; from there on it goes at the provider's pace.
    const ownUntilMs = record.stream ? (record.firstByteMs ?? durationMs) : durationMs;
    const overheadMs = Math.max(0, ownUntilMs - upstreamMs);
    observe(times.upstream, CALL_BOUNDS, Math.max(0, durationMs - overheadMs) / 1000);
    observe(times.overhead, OVERHEAD_BOUNDS, overheadMs / 1000);
  }

  #deployment(model: string, { deploymentId, outcome, provider }: SpendRecord): void {
    let figures = this.#deployments.get(deploymentId);
    if (!figures) {
      const deployment = this.#deployments.size < MOST_VALUES ? deploymentId : OTHER;
      figures = this.#deployments.get(deployment) ?? { deployment, model, provider, served: 0, failed: 0 };
      this.#deployments.set(deployment, figures);
    }
    if (outcome === "failed" || outcome === "timeout") figures.failed += 1;
    else figures.served += 1;
  }
}

const NOTHING = { calls: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0 };

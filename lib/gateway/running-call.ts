/** The state of one call between its first step and its settlement, which happens exactly once, whatever happened. */
import type { Lease, RuleState } from "#lib/admission/admission.ts";
import type { Named, RuleSet } from "#lib/admission/rules.ts";
import type { Deployment } from "#lib/config/config.ts";
import { serviceTier } from "#lib/config/finer-price.ts";
import type { Outcome, SpendRecord } from "#lib/ledger/record.ts";
import { costOf, NO_USAGE, priceFor, type Usage } from "#lib/models/cost.ts";
import { truncateAddress } from "#lib/privacy/anonymise.ts";
import type { RequestTrace } from "#lib/telemetry/request-trace.ts";
import { toMicros } from "../clock.ts";
import { toGatewayError } from "../errors.ts";
import type { Call } from "./call.ts";
import { type CallContent, contentOf } from "./call-content.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import type { Endpoint } from "./endpoints.ts";
import { recordedEndUser } from "./named.ts";
import { askedTier } from "./outgoing.ts";
import { logCall } from "./request-log.ts";
import { pricesOf, type Reservation } from "./reserve.ts";
import { settleLeases } from "./settle.ts";

const NO_TAGS: readonly string[] = [];
const NO_CHARGES: RuleSet["charges"] = [];

export interface Ending {
  readonly outcome: Outcome;
  readonly statusCode: number;
  readonly usage: Usage;
  readonly errorCode: string | null;
  readonly responseId: string | null;
  /** What the answer says of it; undefined: nothing. */
  readonly serviceTier?: unknown;
}

export class RunningCall {
  readonly deps: GatewayDeps;
  readonly context: AuthenticatedContext;
  readonly endpoint: Endpoint;
  readonly call: Call;
  /** What is kept of what was said; null: nothing. */
  readonly content: CallContent | null;
  modelGroup = "";
  /** The end user and the tags of the call. */
  named: readonly Named[] = [];
  states: readonly RuleState[] = [];
  /** The rule that refused. */
  rule: string | null = null;
  /** Decided by this process alone while the shared store did not answer. */
  local = false;
  /** In a strict call, the most that each answer may produce; null: as the client bounded it. */
  outputCap: number | null = null;
  attempts = 0;
  deployment: Deployment | null = null;
  firstByteMs: number | null = null;
  /** Time spent waiting for providers, for the overhead header. */
  upstreamMs = 0;
  costNanoUsd = 0n;
  /** A request has gone out, so the provider may bill the prompt. */
  sent = false;
  unpriced = false;
  #leases: Lease[] = [];
  #set: RuleSet | null = null;
  #ending: Promise<void> | null = null;

  constructor(deps: GatewayDeps, context: AuthenticatedContext, endpoint: Endpoint, call: Call) {
    this.deps = deps;
    this.context = context;
    this.endpoint = endpoint;
    this.call = call;
    this.modelGroup = call.model;
    this.content = contentOf(deps, context, endpoint, call);
  }

  /** A candidate is tried on this lease: the first holds what all of them share, a later one only what is its own. */
  admitted(deployment: Deployment, lease: Lease, { affords, set, unpriced }: Reservation): void {
    this.deployment = deployment;
    this.#leases.push(lease);
    this.#set = set;
    this.unpriced = unpriced;
    const [shared = lease] = this.#leases;
    this.costNanoUsd = shared.costNanoUsd;
    // What the shared budgets and the candidate's own have both set aside.
    const reserved = lease.costNanoUsd < shared.costNanoUsd ? lease.costNanoUsd : shared.costNanoUsd;
    this.outputCap = affords && Math.max(1, Math.floor(affords(reserved) / this.call.answers));
  }

  /** Writes the ledger's `started`. */
  start(): void {
    this.deps.ledger.start(this.context.requestId, () =>
      this.#record(null, { ...NO_USAGE, promptTokens: this.call.promptTokens, source: "estimated" }),
    );
  }

  elapsedMs(): number {
    return this.deps.clock.monotonic() - this.context.startedMonotonicMs;
  }

  /** What the call costs with that usage on its deployment: at the tier that served it, else at the one asked for. */
  #cost({ usage, serviceTier: served }: Ending): bigint {
    const { call, deployment, endpoint } = this;
    const table = deployment && pricesOf(this.context.policy.config, deployment, this.modelGroup);
    if (!table || usage.source === "none") return 0n;
    const tier = served === undefined ? askedTier(deployment, endpoint, call) : serviceTier(served);
    return costOf(priceFor(table, usage.promptTokens, tier), usage);
  }

  /** Settles admission and ledger; resolves when the record is durable. A second ending is the first one. */
  end(ending: Ending): Promise<void> {
    this.#ending ??= this.#end(ending);
    return this.#ending;
  }

  /** Ends a call that threw: refused before anything was taken, or failed after. */
  async fail(thrown: unknown): Promise<void> {
    const error = toGatewayError(thrown);
    const gone = this.context.request.departure.gone;
    const outcome: Outcome = gone
      ? "client_closed"
      : this.#leases.length === 0
        ? "refused"
        : error.code === "timeout"
          ? "timeout"
          : "failed";
    // The provider may have worked on a call that was stopped while it ran: its prompt is billed.
    const billed = this.sent && (gone || error.code === "timeout");
    const usage: Usage = billed
      ? { ...NO_USAGE, promptTokens: this.call.promptTokens, source: "estimated" }
      : NO_USAGE;
    const statusCode = gone ? 499 : error.status;
    await this.end({ outcome, statusCode, usage, errorCode: error.code, responseId: null });
  }

  async #end(ending: Ending): Promise<void> {
    const { clock, ledger } = this.deps;
    this.costNanoUsd = this.#cost(ending);
    const tokens = ending.usage.promptTokens + ending.usage.completionTokens;
    const nowMs = clock.now();
    const record = this.#record(ending, ending.usage);
    settleLeases(this.deps, this.#leases, { nowMs, tokens, costNanoUsd: this.costNanoUsd });
    logCall(this.deps, this, record, nowMs);
    // A call that no provider saw leaves nothing but its record.
    if (this.sent) this.content?.keep(record);
    // A refusal that the gateway asked for itself is no denial of anybody's.
    if (ending.outcome === "refused") {
      if (this.context.request.selfTest !== true) ledger.note(record);
    } else await ledger.settle(record);
  }

  #record(ending: Ending | null, usage: Usage): SpendRecord {
    const { call, context, deployment, endpoint } = this;
    const { caller, ip, policy } = context;
    const anonymous = policy.config.anonymizeLogs;
    return {
      id: context.requestId,
      startedAtMs: context.startedAtMs,
      callType: endpoint.callType,
      keyId: caller.keyId,
      userId: caller.userId,
      teamId: caller.teamId,
      endUser: call.endUser === null ? null : recordedEndUser(this.deps, anonymous, call.endUser),
      model: call.model,
      modelGroup: this.modelGroup,
      stream: call.stream,
      ip: anonymous ? truncateAddress(ip) : ip,
      clientRequestId: context.clientRequestId,
      tags: caller.tags.length + call.tags.length === 0 ? NO_TAGS : [...caller.tags, ...call.tags],
      metadata: traced(context.trace, call.steering.metadata),
      keyPeriodStartMs: this.#set?.keyPeriodStartMs ?? null,
      userPeriodStartMs: this.#set?.userPeriodStartMs ?? null,
      teamPeriodStartMs: this.#set?.teamPeriodStartMs ?? null,
      charges: this.#set?.charges ?? NO_CHARGES,
      deploymentId: deployment?.id ?? "",
      provider: deployment?.provider ?? "",
      upstreamModel: deployment?.upstreamModel ?? null,
      attempts: this.attempts,
      usage,
      costNanoUsd: this.costNanoUsd,
      unpriced: this.unpriced,
      outcome: ending?.outcome ?? null,
      statusCode: ending?.statusCode ?? null,
      errorCode: ending?.errorCode ?? null,
      rule: this.rule,
      responseId: ending?.responseId ?? null,
      durationMs: ending ? toMicros(this.elapsedMs()) : null,
      firstByteMs: this.firstByteMs === null ? null : toMicros(this.firstByteMs),
    };
  }
}

/** Leads from a record to its trace; a client's own member of that name stays. */
function traced(trace: RequestTrace | undefined, metadata: SpendRecord["metadata"]): SpendRecord["metadata"] {
  return trace?.identity.sampled ? { trace_id: trace.traceId, ...metadata } : metadata;
}

/** The state of one call between its first step and its settlement, which happens exactly once, whatever happened. */
import type { Lease, RuleState } from "#lib/admission/admission.ts";
import type { RuleSet } from "#lib/admission/rules.ts";
import type { Deployment } from "#lib/config/config.ts";
import type { Outcome, SpendRecord } from "#lib/ledger/record.ts";
import { costOf, NO_USAGE, priceFor, priceTable, type Usage } from "#lib/models/cost.ts";
import { pseudonym, truncateAddress } from "#lib/privacy/anonymise.ts";
import { toMicros } from "../clock.ts";
import { toGatewayError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import type { Endpoint } from "./endpoints.ts";
import { logCall } from "./request-log.ts";

const NO_TAGS: readonly string[] = [];

export interface Ending {
  readonly outcome: Outcome;
  readonly statusCode: number;
  readonly usage: Usage;
  readonly errorCode: string | null;
  readonly responseId: string | null;
}

export class RunningCall {
  readonly deps: GatewayDeps;
  readonly context: AuthenticatedContext;
  readonly endpoint: Endpoint;
  readonly call: Call;
  modelGroup = "";
  states: readonly RuleState[] = [];
  /** The rule that refused. */
  rule: string | null = null;
  attempts = 0;
  deployment: Deployment | null = null;
  firstByteMs: number | null = null;
  /** Time spent waiting for providers, for the overhead header. */
  upstreamMs = 0;
  costNanoUsd = 0n;
  /** A request has gone out, so the provider may bill the prompt. */
  sent = false;
  #leases: Lease[] = [];
  #set: RuleSet | null = null;
  #unpriced = false;
  #ending: Promise<void> | null = null;

  constructor(deps: GatewayDeps, context: AuthenticatedContext, endpoint: Endpoint, call: Call) {
    this.deps = deps;
    this.context = context;
    this.endpoint = endpoint;
    this.call = call;
    this.modelGroup = call.model;
  }

  admitted(deployment: Deployment, lease: Lease, set: RuleSet, unpriced: boolean): void {
    this.deployment = deployment;
    this.#leases.push(lease);
    this.#set = set;
    this.#unpriced = unpriced;
    this.costNanoUsd = lease.costNanoUsd;
  }

  /** A further candidate is tried on its own lease. */
  moveTo(deployment: Deployment, lease: Lease): void {
    this.deployment = deployment;
    this.#leases.push(lease);
    this.#unpriced = priceTable(deployment) === null;
  }

  /** Writes the ledger's `started`. */
  start(): void {
    const estimate: Usage = { ...NO_USAGE, promptTokens: this.call.promptTokens, source: "estimated" };
    this.deps.ledger.start(this.context.requestId, () => this.#record(null, estimate));
  }

  elapsedMs(): number {
    return this.deps.clock.monotonic() - this.context.startedMonotonicMs;
  }

  /** What the call costs with that usage on its deployment. */
  cost(usage: Usage): bigint {
    const table = this.deployment && priceTable(this.deployment);
    return table && usage.source !== "none" ? costOf(priceFor(table, usage.promptTokens), usage) : 0n;
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
    const { admission, clock, ledger } = this.deps;
    this.costNanoUsd = this.cost(ending.usage);
    const tokens = ending.usage.promptTokens + ending.usage.completionTokens;
    const nowMs = clock.now();
    const record = this.#record(ending, ending.usage);
    for (const lease of this.#leases)
      await admission.settle(lease, { nowMs, tokens, costNanoUsd: this.costNanoUsd });
    logCall(this.deps, this, record, nowMs);
    if (ending.outcome === "refused") ledger.note(record);
    else await ledger.settle(record);
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
      endUser:
        anonymous && call.endUser !== null ? pseudonym(call.endUser, this.deps.pseudonymKey) : call.endUser,
      model: call.model,
      modelGroup: this.modelGroup,
      stream: call.stream,
      ip: anonymous ? truncateAddress(ip) : ip,
      clientRequestId: context.clientRequestId,
      tags: caller.tags.length + call.tags.length === 0 ? NO_TAGS : [...caller.tags, ...call.tags],
      metadata: call.steering.metadata,
      keyPeriodStartMs: this.#set?.keyPeriodStartMs ?? null,
      userPeriodStartMs: this.#set?.userPeriodStartMs ?? null,
      teamPeriodStartMs: this.#set?.teamPeriodStartMs ?? null,
      deploymentId: deployment?.id ?? "",
      provider: deployment?.provider ?? "",
      upstreamModel: deployment?.upstreamModel ?? null,
      attempts: this.attempts,
      usage,
      costNanoUsd: this.costNanoUsd,
      unpriced: this.#unpriced,
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

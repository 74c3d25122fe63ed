/** What a request carries through the gateway, and what the gateway is made of. */

import type { Db, Sql } from "#db/client.ts";
import type { AdmissionStore } from "#lib/admission/admission.ts";
import type { RuleBasis } from "#lib/admission/rules.ts";
import type { AlertDesk } from "#lib/alerts/desk.ts";
import type { Watch } from "#lib/alerts/watch.ts";
import type { AuditSealer } from "#lib/audit/sealer.ts";
import type { HeadSigner } from "#lib/audit/signer.ts";
import type { FrontDoor } from "#lib/compliance/front-door.ts";
import type { Sightings } from "#lib/compliance/sightings.ts";
import type { ConsoleSession } from "#lib/console/session.ts";
import type { ContentStore } from "#lib/content/store.ts";
import type { SafetyParts } from "#lib/incident/safety.ts";
import type { JobDeps } from "#lib/jobs/deps.ts";
import type { JobEngine } from "#lib/jobs/engine.ts";
import type { Caller } from "#lib/keys/caller.ts";
import type { CallerLookup } from "#lib/keys/lookup.ts";
import type { SubjectLookup } from "#lib/keys/subjects.ts";
import type { Ledger } from "#lib/ledger/ledger.ts";
import type { Reconciler } from "#lib/ledger/reconciler.ts";
import type { BudgetReader } from "#lib/metrics/budget-families.ts";
import type { Figures } from "#lib/metrics/figures.ts";
import type { Metrics } from "#lib/metrics/metrics.ts";
import type { StandingReader } from "#lib/metrics/standing-families.ts";
import type { ResolveHost } from "#lib/providers/guard.ts";
import type { Upstreams } from "#lib/providers/upstream.ts";
import type { Cooldown } from "#lib/routing/cooldown.ts";
import type { ModelGroups } from "#lib/routing/groups.ts";
import type { RequestTrace } from "#lib/telemetry/request-trace.ts";
import type { Telemetry } from "#lib/telemetry/telemetry.ts";
import type { Throttle } from "#lib/throttle/throttle.ts";
import type { Clock } from "../clock.ts";
import type { DatabaseHealth } from "../database-health.ts";
import type { Log } from "../log.ts";
import type { Workers } from "../workers.ts";
import type { AddressPolicy } from "./address.ts";
import type { GatewayRequest } from "./http.ts";
import type { OpenStreams } from "./open-streams.ts";

/** What follows from one configuration; swapped as a whole on reload. */
export interface Policy extends RuleBasis {
  readonly groups: ModelGroups;
  readonly addresses: AddressPolicy;
}

export interface GatewayDeps extends SafetyParts {
  /** Sends alerts to their channels. */
  readonly alertDesk: AlertDesk;
  /** Looks for what to raise an alert about. */
  readonly watch: Pick<Watch, "pass">;
  /** What passed by that no table tells. */
  readonly sightings: Sightings;
  /** The gateway itself, for its self-test. */
  readonly frontDoor: FrontDoor;
  /** Work that outlives a request. */
  readonly jobs: JobEngine<JobDeps>;
  /** The running policy; a call reads it once and keeps it to its end. */
  readonly policy: () => Policy;
  /** Reads it anew from the configuration and the database, and puts it in force. */
  readonly policyChanged: () => Promise<void>;
  readonly sql: Sql;
  readonly db: Db;
  readonly health: DatabaseHealth;
  readonly lookup: CallerLookup;
  /** End users and tags. */
  readonly subjects: SubjectLookup;
  readonly admission: AdmissionStore;
  /** True while the shared store of limits does not answer. */
  readonly limitsAway: () => boolean;
  readonly reconciler: Reconciler;
  readonly throttle: Throttle;
  readonly ledger: Ledger;
  /** What is kept of what was said in calls. */
  readonly contents: ContentStore;
  readonly metrics: Metrics;
  /** OpenTelemetry; undefined unless it is switched on. */
  readonly telemetry: Telemetry | undefined;
  readonly budgetFigures: BudgetReader;
  readonly standingFigures: StandingReader;
  /** What every process of this gateway has counted, this one's among it. */
  readonly figuresOfAll: (own: Figures) => Promise<readonly Figures[]>;
  readonly upstreams: Upstreams;
  /** Answers that are being sent. */
  readonly openStreams: OpenStreams;
  /** Looks up names of addresses that came from outside or are called in the background. */
  readonly resolve: ResolveHost;
  readonly cooldown: Cooldown;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly auditSigner: HeadSigner;
  /** Opens what audit events hold of people, for those who may read it. */
  readonly auditSealer: AuditSealer;
  /** Keys the pseudonyms of `anonymize_logs`. */
  readonly pseudonymKey: string;
  readonly version: string;
  /** Names this runtime among those that share the database. */
  readonly origin: string;
  /** True once the process has begun to stop. */
  readonly draining: () => boolean;
  /** The processes that serve the port together; null when there is one. */
  readonly workers: () => Workers | null;
}

/** One request on its way. */
export interface RequestContext {
  readonly request: GatewayRequest;
  readonly policy: Policy;
  /** Ours, and the record's. */
  readonly requestId: string;
  /** The client's own id, when it sent a short and safe one: answered back and searchable. */
  readonly clientRequestId: string | null;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path parameters by name; set when the route is known. */
  params: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
  /** Its span; undefined while traces and logs are off. */
  trace: RequestTrace | undefined;
}

export interface AuthenticatedContext extends RequestContext {
  readonly caller: Caller;
  /** A person at the console; null for keys. */
  readonly session: ConsoleSession | null;
}

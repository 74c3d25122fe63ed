/**
 * What pages read, in the console's own process: connections of its own to the database, and the gateway for the rest. It
 * settles nothing, counts nothing, runs no job and signs nothing: of each of those there is one, and it is the gateway's.
 */
import { connect } from "#db/client.ts";
import { findCaller } from "#db/queries/callers.ts";
import type { RuleState } from "../admission/admission.ts";
import { openAudit } from "../audit/open.ts";
import { sealedDatabase } from "../audit/sealed-database.ts";
import { systemClock } from "../clock.ts";
import { DatabaseHealth } from "../database-health.ts";
import { readPolicy } from "../gateway/policy.ts";
import { FreezeRules } from "../incident/freeze-rules.ts";
import { MasterKeyRing, masterKeySeal } from "../incident/master-key-ring.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { JobEngine } from "../jobs/engine.ts";
import { JOB_KINDS } from "../jobs/kinds.ts";
import { toCaller } from "../keys/subject-policy.ts";
import { isLogLevel, type Log } from "../log.ts";
import type { ConsoleDeps } from "../next/console-deps.ts";
import { VERSION } from "../version.ts";
import type { ConsoleOrders, GatewayState } from "./console-messages.ts";
import type { GatewayQuestions } from "./gateway-answers.ts";
import { StateHeard } from "./gateway-state.ts";

/**
 * So many of the pages' figures are read at once, however many people look: each one that is read takes a processor from the
 * commits that calls wait for, and the others keep in line.
 */
const READING_CONNECTIONS = 2;
/** Who asks is looked up apart from that: a session that stood in line for two seconds would take the database to be away. */
const SESSION_CONNECTIONS = 2;
/** Drizzle's own, as in the gateway: it reads dates in a way of its own. */
const DRIZZLE_CONNECTIONS = 4;

export interface Reading {
  readonly deps: ConsoleDeps;
  readonly state: StateHeard;
  /** Closes its connections, in a process that goes on without it. */
  readonly close: () => Promise<void>;
}

export function openReading(orders: ConsoleOrders, gateway: GatewayQuestions, log: Log): Reading {
  const { database: target, encryptionKey, origin } = orders;
  const clock = systemClock;
  // One processor for a figure is enough: with helpers it would take those of calls.
  const open = (max: number, name: string) =>
    connect({ target, max, applicationName: name, parallel: false });
  const sql = open(READING_CONNECTIONS, "shin-console");
  const sessionSql = open(SESSION_CONNECTIONS, "shin-console-session");
  const drizzleSql = open(DRIZZLE_CONNECTIONS, "shin-console-admin");
  const health = new DatabaseHealth(clock);
  const seal = masterKeySeal(encryptionKey);
  const { auditSealer, auditSigner } = openAudit({
    sql,
    auditKey: orders.state.config.auditKey,
    pseudonymKey: encryptionKey,
    clock,
    log,
  });
  let policy = readPolicy(orders.state.config);
  let safeguards = safeguardsOf(orders.state, seal);
  const state = new StateHeard(orders.number, orders.state, (now, changed) => {
    if (changed.config) policy = readPolicy(now.config);
    if (changed.config && isLogLevel(now.config.logLevel)) log.level = now.config.logLevel;
    if (changed.freezes || changed.masterKeys) safeguards = safeguardsOf(now, seal);
  });
  const deps: ConsoleDeps = {
    sql,
    sessionSql,
    db: sealedDatabase(drizzleSql, auditSealer),
    health,
    clock,
    log,
    auditSealer,
    auditSigner: {
      key: auditSigner.key,
      signIfWhole: () => gateway.ask({ name: "signIfWhole", given: [] }),
    },
    pseudonymKey: encryptionKey,
    version: VERSION,
    origin,
    policy: () => policy,
    workers: () => state.state.workers,
    get safeguards() {
      return safeguards;
    },
    cooldown: {
      restsForMs: (deploymentId, nowMs) => {
        const [, untilMs = 0] = state.state.resting.find(([id]) => id === deploymentId) ?? [];
        return Math.max(0, untilMs - nowMs);
      },
    },
    // Never started: it only says what kinds of jobs there are.
    jobs: new JobEngine<JobDeps>({ sql, clock, log, origin, kinds: JOB_KINDS }),
    lookup: {
      find: async (secretHash) => {
        const row = await health.run(() => findCaller(sessionSql, secretHash));
        return row ? toCaller(row) : null;
      },
    },
    ledger: { flush: () => gateway.ask({ name: "flush", given: [] }) },
    contents: { flush: () => gateway.ask({ name: "flushContents", given: [] }) },
    masterKeyUse: { write: () => gateway.ask({ name: "writeMasterKeyUse", given: [] }) },
    throttle: { take: (...given) => gateway.ask({ name: "take", given }) },
    admission: {
      look: async (rules, nowMs) => {
        const found = await gateway.ask({ name: "look", given: [rules, nowMs] });
        return rules.map((rule, place): RuleState | null => {
          const standing = found[place] ?? null;
          return standing && { ...standing, rule };
        });
      },
    },
  };
  const close = async () => {
    await Promise.all([sql, sessionSql, drizzleSql].map((client) => client.end({ timeout: 1 })));
  };
  return { deps, state, close };
}

function safeguardsOf(
  { freezes, masterKeys }: GatewayState,
  seal: (secretHash: string) => string,
): ConsoleDeps["safeguards"] {
  return {
    freezes: freezes.length === 0 ? null : new FreezeRules(freezes),
    masterKeys: new MasterKeyRing(masterKeys, seal),
  };
}

/** The composition root: a configuration and a database become a gateway with all that it works with. */
import path from "node:path";
import { connect } from "#db/client.ts";
import { type MigrationResult, migrate } from "#db/migrate.ts";
import { installationId } from "#db/queries/installation.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { openAdmission } from "./admission/open.ts";
import { AlertDesk } from "./alerts/desk.ts";
import { Watch } from "./alerts/watch.ts";
import { openAudit } from "./audit/open.ts";
import { sealedDatabase } from "./audit/sealed-database.ts";
import { replayAfterRestore } from "./backup/replay.ts";
import { startCallbacks } from "./callbacks/jobs.ts";
import { listenForChanges } from "./changes.ts";
import { startChores } from "./chores.ts";
import type { Clock } from "./clock.ts";
import { checkSoon } from "./compliance/jobs.ts";
import { Sightings } from "./compliance/sightings.ts";
import type { Config } from "./config/config.ts";
import { ContentStore, requireContentKey } from "./content/store.ts";
import { DatabaseHealth } from "./database-health.ts";
import { RunningConfig } from "./deployments/running-config.ts";
import type { GatewayDeps } from "./gateway/context.ts";
import { frontDoorOf } from "./gateway/front-door.ts";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import { OpenStreams } from "./gateway/open-streams.ts";
import { readPolicy } from "./gateway/policy.ts";
import { newId } from "./ids.ts";
import { openSafety } from "./incident/safety.ts";
import type { JobDeps } from "./jobs/deps.ts";
import { JobEngine } from "./jobs/engine.ts";
import { JOB_KINDS } from "./jobs/kinds.ts";
import { openLookups } from "./keys/open.ts";
import { Journal } from "./ledger/journal.ts";
import { Ledger } from "./ledger/ledger.ts";
import { Reconciler } from "./ledger/reconciler.ts";
import type { Instance } from "./ledger/record.ts";
import type { Log } from "./log.ts";
import { BudgetReader } from "./metrics/budget-families.ts";
import type { Figures } from "./metrics/figures.ts";
import { Metrics } from "./metrics/metrics.ts";
import { StandingReader } from "./metrics/standing-families.ts";
import { eraseSubject } from "./privacy/erasure.ts";
import { keepHouse, PARTITION_DAYS } from "./privacy/upkeep.ts";
import { type ResolveHost, systemResolver } from "./providers/guard.ts";
import { Upstreams } from "./providers/upstream.ts";
import { roundsOf } from "./rounds.ts";
import { Cooldown } from "./routing/cooldown.ts";
import { openTelemetry } from "./telemetry/open.ts";
import { openThrottle } from "./throttle/throttle.ts";
import type { Workers } from "./workers.ts";

export interface RuntimeOptions {
  readonly config: Config;
  readonly database: Parameters<typeof connect>[0]["target"];
  /** Folder of the journal; null where there is no disk of our own. */
  readonly journalFolder: string | null;
  readonly instance: Instance;
  readonly pseudonymKey: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** The processes that serve together; without it there is one. */
  readonly workers?: () => Workers | null;
  /** Asks the others what they have counted, for `/metrics`; without it there are none. */
  readonly figuresOfAll?: (own: Figures) => Promise<readonly Figures[]>;
  /** Looks up the names of models made through the API; without it the machine's resolver does. */
  readonly resolve?: ResolveHost;
}

export interface Runtime {
  readonly gateway: Gateway;
  readonly deps: GatewayDeps;
  readonly migrations: MigrationResult;
  /** Puts a new configuration in force; calls that run keep the one they began with. */
  readonly apply: (config: Config) => Promise<void>;
  /** Says from now on, to who asks whether it is ready, that it stops. */
  readonly drain: () => void;
  /** Flushes the ledger and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Opens the database, brings it up to date, settles what an earlier run left, and builds the gateway. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { clock, log } = options;
  requireContentKey(options.config);
  let draining = false;
  const open = (max: number, name: string) =>
    connect({ target: options.database, max, applicationName: name });
  const sql = open(options.config.databasePoolSize, "shin");
  // Drizzle changes how its client reads dates and JSON, so it gets one to itself.
  const drizzleSql = open(options.config.databasePoolSize, "shin-admin");
  // The ledger has a connection of its own: no report can make a commit wait.
  const ledgerSql = open(1, "shin-ledger");
  const migrations = await migrate(sql);
  await ensurePartitions(sql, clock.now(), PARTITION_DAYS);
  const running = await RunningConfig.open(options.config, {
    sql,
    log,
    onChange: (config) => {
      policy = readPolicy(config);
    },
  });
  let policy = readPolicy(running.config);
  const health = new DatabaseHealth(clock);
  health.onChange((away) => (away ? log.error("the database is away") : log.info("the database is back")));
  const opened = options.journalFolder === null ? null : await Journal.open(options.journalFolder);
  const ledger = new Ledger({
    sql: ledgerSql,
    health,
    journal: opened?.journal ?? null,
    instance: options.instance,
    acknowledge: () => policy.config.ledgerAcknowledge,
    log,
  });
  const recovered = await ledger.recover(opened?.leftovers ?? []);
  if (recovered.replayed + recovered.interrupted > 0)
    log.warn(recovered, "settled what the last run left behind");

  const { lookup, subjects } = openLookups({ sql, clock, health }, () => policy.config);
  const origin = newId("ins", clock.now());
  const limits = await openAdmission({
    config: () => policy.config,
    instance: origin,
    namespace: await installationId(sql, origin),
    clock,
    log,
  });
  const admission = limits.store;
  const reconciler = new Reconciler({ sql, ledger, admission, clock, log });
  const throttle = await openThrottle({
    limits: () => policy.config.throttle,
    store: options.config.sharedStore,
    clock,
    log,
  });
  const { auditSealer, auditSigner } = openAudit({ ...options, sql, auditKey: options.config.auditKey });
  const contents = new ContentStore({ sql, health, log, config: () => policy.config, people: auditSealer });
  const safety = await openSafety({ sql, clock, log, health, secret: options.pseudonymKey }, policy.config);
  const jobs = new JobEngine<JobDeps>({ sql, clock, log, origin, kinds: JOB_KINDS });
  const resolve = options.resolve ?? systemResolver;
  const deps: GatewayDeps = {
    alertDesk: new AlertDesk({ sql, clock, log, config: () => policy.config, resolve }),
    jobs,
    sightings: new Sightings(clock.now()),
    frontDoor: frontDoorOf((request) => gateway.handle(request), clock),
    policy: () => policy,
    policyChanged: () => running.refresh(),
    ...safety.parts,
    sql,
    db: sealedDatabase(drizzleSql, auditSealer),
    health,
    lookup,
    subjects,
    admission,
    limitsAway: limits.away,
    telemetry: await openTelemetry(options, origin),
    reconciler,
    throttle,
    ledger,
    contents,
    metrics: new Metrics(),
    budgetFigures: new BudgetReader(sql, health),
    standingFigures: new StandingReader(sql, health),
    figuresOfAll: options.figuresOfAll ?? (async (own) => [own]),
    upstreams: new Upstreams(resolve),
    openStreams: new OpenStreams({ ...safety.parts, lookup, clock }),
    resolve,
    watch: { pass: () => watch.pass() },
    cooldown: new Cooldown(),
    clock,
    random: options.random,
    log,
    auditSigner,
    auditSealer,
    pseudonymKey: options.pseudonymKey,
    version: options.version,
    origin,
    draining: () => draining,
    workers: options.workers ?? (() => null),
  };
  const watch = new Watch(deps);
  await replayAfterRestore(deps, { database: options.database, erase: eraseSubject });
  const gateway = createGateway(deps);
  const stopListening = await listenForChanges(sql, deps, (error) =>
    log.error({ err: error }, "a change of another instance was not applied"),
  );
  const stopChores = startChores(roundsOf(deps), log);
  await keepHouse(deps);
  await startCallbacks(deps);
  auditSigner.start();
  jobs.start(deps);

  return {
    gateway,
    deps,
    migrations,
    apply: async (config) => {
      requireContentKey(config);
      await running.apply(config);
      await checkSoon(deps);
      await startCallbacks(deps);
      await safety.configured(config);
    },
    drain: () => {
      draining = true;
    },
    close: async () => {
      stopChores();
      running.close();
      await safety.stop();
      await jobs.close();
      await ledger.close();
      await contents.close();
      await limits.close();
      await deps.upstreams.close();
      throttle.close();
      await auditSigner.stop();
      await stopListening();
      await deps.telemetry?.close();
      await Promise.all([sql, drizzleSql, ledgerSql].map((client) => client.end({ timeout: 2 })));
    },
  };
}
/** Where the journal lies in a data folder. */
export const journalFolder = (dataDir: string): string => path.join(dataDir, "journal");

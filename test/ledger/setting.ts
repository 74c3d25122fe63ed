/** A ledger of its own over a fresh database and an empty journal folder. */

import { join } from "node:path";
import { onTestFinished } from "vitest";
import { connect } from "#db/client.ts";
import { DatabaseHealth } from "#lib/database-health.ts";
import { Journal } from "#lib/ledger/journal.ts";
import { Ledger } from "#lib/ledger/ledger.ts";
import type { Instance, SpendRecord } from "#lib/ledger/record.ts";
import { silentLog } from "#lib/log.ts";
import { NO_USAGE } from "#lib/models/cost.ts";
import { atEnd } from "#test/helpers/at-end.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { temporaryFolder } from "#test/helpers/house.ts";
import { type TestDatabase, testDatabase } from "#test/helpers/postgres.ts";

export const STARTED_MS = Date.UTC(2026, 5, 15, 12, 0, 0);

export interface LedgerSetting {
  readonly database: TestDatabase;
  /** Opens a ledger on a folder; what its `leftovers` are is for `recover`. */
  open(options?: OpenOptions): Promise<Opened>;
}

export interface OpenOptions {
  readonly acknowledge?: "commit" | "journal";
  readonly instance?: Instance;
  readonly folder?: string;
}

export interface Opened {
  readonly ledger: Ledger;
  readonly health: DatabaseHealth;
  readonly folder: string;
  readonly leftovers: readonly string[];
}

export async function ledgerSetting(): Promise<LedgerSetting> {
  const database = await testDatabase();
  await database.sql`insert into users (id) values ('u1')`;
  await database.sql`insert into teams (id) values ('t1')`;
  for (const id of ["k1", "k2"]) await addKey(database, id);
  const clients: { end(options: { timeout: number }): Promise<void> }[] = [];
  atEnd(() => Promise.all(clients.map((client) => client.end({ timeout: 1 }))));
  return {
    database,
    open: async ({ acknowledge = "commit", instance = { id: "ins_test", boot: 2 }, folder } = {}) => {
      const place = folder ?? join(await temporaryFolder(), "journal");
      const { journal, leftovers } = await Journal.open(place);
      const sql = connect({ target: database.options, max: 1, applicationName: "ledger" });
      clients.push(sql);
      const health = new DatabaseHealth(manualClock(), 5_000);
      const ledger = new Ledger({
        sql,
        health,
        journal,
        instance,
        acknowledge: () => acknowledge,
        log: silentLog,
      });
      onTestFinished(() => ledger.close());
      return { ledger, health, folder: place, leftovers };
    },
  };
}

export async function addKey(database: TestDatabase, id: string): Promise<void> {
  await database.sql`
    insert into virtual_keys (id, secret_hash, secret_start, secret_last4, created_by, updated_by)
    values (${id}, ${`hash-${id}`}, 'sk-0000', '0000', 'test', 'test')`;
}

let numbers = 0;

/** A settled call of key k1, user u1 and team t1 that cost 1,000 nano-dollars. */
export function record(fields: Partial<SpendRecord> = {}): SpendRecord {
  numbers += 1;
  return {
    id: `req_${String(numbers).padStart(8, "0")}`,
    startedAtMs: STARTED_MS,
    callType: "completion",
    keyId: "k1",
    userId: "u1",
    teamId: "t1",
    endUser: null,
    model: "m",
    modelGroup: "m",
    stream: false,
    ip: null,
    clientRequestId: null,
    tags: [],
    metadata: null,
    charges: [],
    keyPeriodStartMs: null,
    userPeriodStartMs: null,
    teamPeriodStartMs: null,
    deploymentId: "d",
    provider: "openai",
    upstreamModel: "m",
    attempts: 1,
    usage: { ...NO_USAGE, promptTokens: 3, completionTokens: 4, source: "provider" },
    costNanoUsd: 1_000n,
    unpriced: false,
    outcome: "ok",
    statusCode: 200,
    errorCode: null,
    rule: null,
    responseId: null,
    durationMs: 12.5,
    firstByteMs: 5,
    ...fields,
  };
}

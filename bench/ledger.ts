/**
 * Checks the promise the speed must not be bought with: every answered call has its settled record, no more and no fewer,
 * and the money is exact. Reads the table itself; the gateway's own figures are compared with it.
 */
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { COST_NANO_USD } from "./workload.ts";

export interface LedgerState {
  readonly settled: number;
  readonly costNanoUsd: bigint;
  /** Records of calls that are still open. */
  readonly open: number;
}

export interface Ledger {
  /** Counts now, after the gateway was asked for its spend (which makes it flush what waits). */
  read(): Promise<LedgerState>;
  /**
   * Waits until `calls` more records are settled than in `before` and says so in one sentence; throws when there are more,
   * when they stay away, when the cost differs, or when the gateway's own total tells another story.
   */
  expectGrowth(before: LedgerState, calls: number): Promise<string>;
  close(): Promise<void>;
}

/** In journal mode records are shipped in batches; this is ample for a batch. */
const SHIPPING_TIMEOUT_MS = 15_000;
/** `/global/spend` answers a float in USD. */
const FLOAT_TOLERANCE = 1e-9;

/**
 * Opens the ledger behind a gateway. `readSpendUsd` asks the gateway for its total spend in USD.
 */
export function openLedger(databaseUrl: string, readSpendUsd: () => Promise<number>): Ledger {
  const sql = connect(databaseUrl);
  const count = async (): Promise<LedgerState> => {
    const rows = await sql<{ settled: string; cost: string; open: string }[]>`
      select count(*) filter (where state = 'settled') as settled,
             coalesce(sum(cost_nano_usd) filter (where state = 'settled'), 0) as cost,
             count(*) filter (where state <> 'settled') as open
        from spend_records`;
    const row = rows[0];
    if (row === undefined) throw new Error("spend_records gave no count.");
    return { settled: Number(row.settled), costNanoUsd: BigInt(row.cost), open: Number(row.open) };
  };
  const read = async (): Promise<LedgerState> => {
    await readSpendUsd();
    return count();
  };
  return {
    read,
    async expectGrowth(before, calls) {
      const deadline = performance.now() + SHIPPING_TIMEOUT_MS;
      let now = await read();
      while (now.settled - before.settled < calls && performance.now() < deadline) {
        await delay(50);
        now = await read();
      }
      const grown = now.settled - before.settled;
      if (grown !== calls) {
        throw new Error(
          `${calls} calls were answered with 200, but ${grown} records were settled (${now.open} are open).`,
        );
      }
      const cost = now.costNanoUsd - before.costNanoUsd;
      const expected = BigInt(calls) * COST_NANO_USD;
      if (cost !== expected)
        throw new Error(`${calls} calls cost ${expected} nano-USD, but ${cost} were recorded.`);
      const told = await readSpendUsd();
      const recorded = Number(now.costNanoUsd) / 1e9;
      if (Math.abs(told - recorded) > FLOAT_TOLERANCE * Math.max(1, recorded)) {
        throw new Error(`GET /global/spend tells ${told} USD, the records sum up to ${recorded} USD.`);
      }
      return `${grown} of ${calls} calls recorded, ${cost} nano-USD`;
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

/** postgres.js reads no socket folder from a URL, libpq (and `shin db url`) writes it as `?host=`. */
export function connect(databaseUrl: string): postgres.Sql {
  const { searchParams, username, port, pathname } = new URL(databaseUrl);
  const socketFolder = searchParams.get("host");
  if (socketFolder === null) return postgres(databaseUrl, { max: 1 });
  return postgres({
    host: socketFolder,
    port: Number(port || 5432),
    username,
    database: pathname.slice(1),
    max: 1,
  });
}

/** Row `many-keys`: does a gateway with 1,000,000 keys, 10,000 of them of one user, start as fast and as small as an empty one? */
import { type Gateway, startGateway } from "../gateway.ts";
import { connect } from "../ledger.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { rssMb } from "../process-memory.ts";
import { withLedgerCheck } from "../rounds.ts";
import type { Row } from "../row.ts";
import { median, medianRatio, rotated } from "../statistics.ts";
import { PLAIN_KEY, type Subjects } from "../subjects.ts";
import { SMALL_BODY } from "../workload.ts";
import { driveWithWrk } from "../wrk.ts";

const KEYS = 1_000_000;
const KEYS_OF_OWNER = 10_000;
const OWNER = "bench-owner";
const MOST = 1.1;

interface Side {
  readonly name: string;
  readonly databaseUrl: string;
  readonly startMs: number[];
  readonly readyMb: number[];
  readonly calledMb: number[];
}

export const manyKeys: Row = async ({ stage, checkout, quick }) => {
  const rounds = quick ? 1 : 5;
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const newSide = async (name: string): Promise<Side> => ({
    name,
    databaseUrl: await postgres.createDatabase(name),
    startMs: [],
    readyMb: [],
    calledMb: [],
  });
  const [empty, full] = [await newSide("empty"), await newSide("full")];
  // The key that calls belongs to the user with 10,000 others; the user comes with the keys, after the first start.
  const owned: Subjects = { ...PLAIN_KEY, key: { ...PLAIN_KEY.key, user_id: OWNER } };
  const start = ({ databaseUrl, name }: Side, subjects: Subjects = owned): Promise<Gateway> =>
    startGateway(stage, { name, checkout, upstream, databaseUrl, subjects, ledgerAcknowledge: "commit" });
  for (const side of [empty, full]) {
    await (await start(side, PLAIN_KEY)).stop(); // makes the tables
    await fill(side.databaseUrl, side === full ? KEYS : 0);
  }
  for (let round = 0; round < rounds; round++) {
    for (const side of rotated([empty, full], round)) {
      const gateway = await start(side);
      side.startMs.push(gateway.startMs);
      side.readyMb.push(rssMb(gateway.pid));
      const load = { seconds: 1, connections: 8, body: SMALL_BODY };
      await withLedgerCheck(gateway, () => driveWithWrk(stage, gateway, load));
      side.calledMb.push(rssMb(gateway.pid));
      await gateway.stop();
    }
  }
  const goal = (what: string, figures: (side: Side) => readonly number[]) => ({
    what,
    measured: medianRatio(figures(full), figures(empty)),
    bound: "at most" as const,
    target: MOST,
    unit: "x",
  });
  return {
    tables: [
      {
        title: "from the start of the process until it is ready; RSS when ready and after a second of calls",
        columns: [
          { title: "keys" },
          { title: "start ms", digits: 0 },
          { title: "ready MB", digits: 0 },
          { title: "called MB", digits: 0 },
        ],
        rows: [empty, full].map((side) => [
          side === full ? KEYS.toLocaleString("en-US") : "none",
          median(side.startMs),
          median(side.readyMb),
          median(side.calledMb),
        ]),
      },
    ],
    goals: [
      goal("start with a million keys, of without", (side) => side.startMs),
      goal("RSS when ready, of without", (side) => side.readyMb),
      goal("RSS after calls, of without", (side) => side.calledMb),
    ],
    notes: [`${KEYS_OF_OWNER.toLocaleString("en-US")} of the keys belong to the user whose key calls.`],
  };
};

/** The user, and so many keys: each with limits and a budget, the first 10,000 of them the user's. */
async function fill(databaseUrl: string, keys: number): Promise<void> {
  const sql = connect(databaseUrl);
  try {
    await sql`insert into users (id) values (${OWNER})`;
    await sql`
      insert into virtual_keys (id, secret_hash, secret_start, secret_last4, alias, user_id, rpm_limit,
                                max_budget_nano_usd, created_by, updated_by)
      select 'key_bench' || n, encode(sha256(('bench' || n)::bytea), 'hex'), 'sk-benc', lpad((n % 10000)::text, 4, '0'),
             'bench-' || n, case when n <= ${KEYS_OF_OWNER} then ${OWNER} end, 1000, 1000000000000, 'bench', 'bench'
        from generate_series(1, ${keys}::int) n`;
    await sql`analyze virtual_keys`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

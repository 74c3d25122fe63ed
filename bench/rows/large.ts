/**
 * Row `large`: chat bodies of 400 kB, about 100,000 tokens of prompt, ours against nginx as plain proxy. A second nginx
 * that keeps bodies in memory stands beside it for reference: bare node that only passes bytes on reaches about 0.3 of that one.
 */
import { startGateway } from "../gateway.ts";
import { startReverseProxy, startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { rateRatio, recordNotes, roundsTable, runRounds } from "../rounds.ts";
import type { Row } from "../row.ts";
import { largeBody } from "../workload.ts";

const CONNECTIONS = 64;
const BODY_BYTES = 400_000;

export const large: Row = async ({ stage, checkout, quick }) => {
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const targets = [
    await startReverseProxy(stage, upstream),
    await startReverseProxy(stage, upstream, true),
    await startGateway(stage, {
      name: "shin commit",
      checkout,
      upstream,
      ledgerAcknowledge: "commit",
      databaseUrl: await postgres.createDatabase("commit"),
    }),
  ];
  const measured = await runRounds(stage, targets, {
    load: { seconds: quick ? 2 : 5, connections: CONNECTIONS, body: largeBody(BODY_BYTES) },
    rounds: quick ? 1 : 3,
    warmUpSeconds: quick ? 1 : 3,
  });
  const [nginx, inMemory, shin] = measured;
  if (!nginx || !inMemory || !shin) throw new Error("A target was lost.");
  return {
    tables: [roundsTable(`chat body of 400 kB, ${CONNECTIONS} connections`, measured, [nginx, inMemory])],
    goals: [
      {
        what: "400 kB, of nginx",
        measured: rateRatio(shin, nginx),
        bound: "at least",
        target: 0.3,
        unit: "x",
      },
    ],
    notes: recordNotes(measured),
  };
};

/** Row `throughput`: small chat calls as fast as 64 connections can, ours against nginx and Portkey's gateway. */
import { startGateway } from "../gateway.ts";
import { startReverseProxy, startStaticUpstream } from "../nginx.ts";
import { startPortkey } from "../portkey.ts";
import { startPostgres } from "../postgres.ts";
import { rateRatio, recordNotes, roundsTable, runRounds } from "../rounds.ts";
import type { Row } from "../row.ts";
import { SMALL_BODY } from "../workload.ts";

const CONNECTIONS = 64;

export const throughput: Row = async ({ stage, checkout, quick }) => {
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const ours = { checkout, upstream };
  const targets = [
    await startReverseProxy(stage, upstream),
    await startPortkey(stage, upstream),
    await startGateway(stage, {
      ...ours,
      name: "shin commit",
      ledgerAcknowledge: "commit",
      databaseUrl: await postgres.createDatabase("commit"),
    }),
    await startGateway(stage, { ...ours, name: "shin embedded", ledgerAcknowledge: "commit" }),
    await startGateway(stage, {
      ...ours,
      name: "shin journal",
      ledgerAcknowledge: "journal",
      databaseUrl: await postgres.createDatabase("journal"),
    }),
  ];
  const measured = await runRounds(stage, targets, {
    load: { seconds: quick ? 2 : 5, connections: CONNECTIONS, body: SMALL_BODY },
    rounds: quick ? 1 : 3,
    warmUpSeconds: quick ? 1 : 5,
  });
  const [nginx, portkey, commit, embedded, journal] = measured;
  if (!nginx || !portkey || !commit || !embedded || !journal) throw new Error("A target was lost.");
  return {
    tables: [roundsTable(`small chat body, ${CONNECTIONS} connections`, measured, [nginx, portkey])],
    goals: [
      {
        what: "commit, of portkey",
        measured: rateRatio(commit, portkey),
        bound: "at least",
        target: 6,
        unit: "x",
      },
      {
        what: "commit, of nginx",
        measured: rateRatio(commit, nginx),
        bound: "at least",
        target: 0.18,
        unit: "x",
      },
      {
        what: "embedded, of commit",
        measured: rateRatio(embedded, commit),
        bound: "at least",
        target: 0.9,
        unit: "x",
      },
    ],
    notes: recordNotes(measured),
  };
};

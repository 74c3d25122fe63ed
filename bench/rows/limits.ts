/** Row `limits`: what limits and budgets of every kind of subject cost, and what counting them in a Redis costs. */
import { join } from "node:path";
import { startGateway } from "../gateway.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { startRedis } from "../redis.ts";
import { rateRatio, recordNotes, roundsTable, runRounds } from "../rounds.ts";
import type { Row } from "../row.ts";
import { ALL_SUBJECTS, PLAIN_KEY, type Subjects } from "../subjects.ts";
import { SMALL_BODY } from "../workload.ts";

const CONNECTIONS = 64;

export const limits: Row = async ({ stage, checkout, quick }) => {
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const redis = { REDIS_URL: await startRedis(stage) };
  const start = async (name: string, subjects: Subjects, environment: Record<string, string>) =>
    startGateway(stage, {
      checkout,
      upstream,
      name,
      subjects,
      environment,
      ledgerAcknowledge: "commit",
      databaseUrl: await postgres.createDatabase(name.replaceAll(" ", "_")),
    });
  const targets = [
    await start("key", PLAIN_KEY, {}),
    await start("all subjects", ALL_SUBJECTS, {}),
    await start("key redis", PLAIN_KEY, redis),
    await start("all redis", ALL_SUBJECTS, redis),
  ];
  const measured = await runRounds(stage, targets, {
    load: { seconds: quick ? 2 : 5, connections: CONNECTIONS, body: SMALL_BODY },
    rounds: quick ? 1 : 4,
    warmUpSeconds: quick ? 1 : 5,
  });
  const [key, all, keyRedis, allRedis] = measured;
  if (!key || !all || !keyRedis || !allRedis) throw new Error("A target was lost.");
  const admission = await stage.run({
    label: "one admission",
    command: process.execPath,
    args: [join(import.meta.dirname, "../admission.ts")],
    folder: join(import.meta.dirname, "../.."),
  });
  return {
    tables: [roundsTable(`small chat body, ${CONNECTIONS} connections, commit`, measured, [key, all])],
    goals: [
      {
        what: "limits of all subjects, of those of a key",
        measured: rateRatio(all, key),
        bound: "at least",
        target: 0.9,
        unit: "x",
      },
      {
        what: "a key's limits in Redis, of in memory",
        measured: rateRatio(keyRedis, key),
        bound: "at least",
        target: 0.5,
        unit: "x",
      },
      {
        what: "limits of all subjects in Redis, of in memory",
        measured: rateRatio(allRedis, all),
        bound: "at least",
        target: 0.5,
        unit: "x",
      },
      {
        what: "12 rules in memory, take and settle",
        measured: figureIn(admission, /^memory: ([\d.]+) us/m),
        bound: "at most",
        target: 15,
        unit: " us",
      },
      {
        what: "12 rules in Redis, commands a call, one at a time",
        measured: figureIn(admission, /^Redis, 1 at a time: .* ([\d.]+) commands a call/m),
        bound: "at most",
        target: 2,
        unit: "",
      },
    ],
    notes: [...recordNotes(measured), ...admission.trim().split("\n")],
  };
};

function figureIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`bench/admission.ts printed no such figure:\n${output}`);
  return Number(found);
}

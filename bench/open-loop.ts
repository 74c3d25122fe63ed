/**
 * An open-loop client: it sends at evenly spaced times whether or not earlier calls were answered, and counts each
 * latency from the time the call was due. So a stall is seen by all calls that should have been sent during it.
 * Run as `node open-loop.ts '<Order as JSON>'`; prints one line of figures.
 */
import { Worker } from "node:worker_threads";
import { type HttpConnection, openConnection, prepareRequest } from "./http-connection.ts";
import type { Pace } from "./pacer.ts";
import { percentile } from "./statistics.ts";
import { CHAT_PATH, SMALL_BODY } from "./workload.ts";

export interface Order {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly perSecond: number;
  /** The measured time; WARM_UP_SECONDS of the same load come before it and do not count. */
  readonly seconds: number;
}

export interface OpenLoopFigures {
  /** All calls sent and answered, warm-up included: what the ledger must hold. */
  readonly calls: number;
  readonly notOk: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How late the client itself sent; part of each latency above, alike for every target. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
}

/** Connections opened before the first call; more are never opened, a call waits for a free one and its wait counts. */
const CONNECTIONS = 64;
/** The client's own code is compiled in this time; without it its first calls would be every target's p99. */
const WARM_UP_SECONDS = 1;
const LEAD_NS = 50_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

async function drive(order: Order): Promise<OpenLoopFigures> {
  const warmUpCalls = order.perSecond * WARM_UP_SECONDS;
  const calls = warmUpCalls + Math.round(order.perSecond * order.seconds);
  const request = prepareRequest(order.origin, CHAT_PATH, order.headers, SMALL_BODY);
  const latenciesMs = new Float64Array(calls);
  const lagsMs = new Float64Array(calls);
  const { promise: allAnswered, resolve, reject } = Promise.withResolvers<void>();
  const opening = Array.from({ length: CONNECTIONS }, () => openConnection(order.origin, reject));
  const connections = await Promise.all(opening);
  const idle: HttpConnection[] = [...connections];
  const due: bigint[] = [];
  let answered = 0;
  let sent = 0;
  let notOk = 0;

  const sendOn = (connection: HttpConnection, dueNs: bigint): void => {
    lagsMs[sent++] = millisecondsSince(dueNs);
    connection.send(request, (status) => {
      latenciesMs[answered++] = millisecondsSince(dueNs);
      if (status !== 200) notOk++;
      const next = due.shift();
      if (next === undefined) idle.push(connection);
      else sendOn(connection, next);
      if (answered === calls) resolve();
    });
  };
  const pace: Pace = {
    startNs: process.hrtime.bigint() + LEAD_NS,
    intervalNs: NS_PER_SECOND / BigInt(order.perSecond),
    count: calls,
  };
  const pacer = new Worker(new URL("./pacer.ts", import.meta.url), { workerData: pace });
  pacer.once("error", reject);
  pacer.on("message", (dueNs: bigint) => {
    const connection = idle.pop();
    if (connection === undefined) due.push(dueNs);
    else sendOn(connection, dueNs);
  });
  await allAnswered;
  for (const connection of connections) connection.close();
  const latencies = latenciesMs.subarray(warmUpCalls).sort();
  const lags = lagsMs.subarray(warmUpCalls).sort();
  return {
    calls,
    notOk,
    p50Ms: percentile(latencies, 50),
    p99Ms: percentile(latencies, 99),
    maxMs: percentile(latencies, 100),
    lagP50Ms: percentile(lags, 50),
    lagP99Ms: percentile(lags, 99),
  };
}

function millisecondsSince(ns: bigint): number {
  return Number(process.hrtime.bigint() - ns) / 1e6;
}

if (import.meta.main) {
  const order: Order = JSON.parse(process.argv[2] ?? "");
  console.log(JSON.stringify(await drive(order)));
}

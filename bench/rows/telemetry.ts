/**
 * Row `telemetry`: what it costs to be looked at. One gateway by itself, one whose metrics are scraped each second, one that
 * sends a trace of every call to a receiver on this machine, and one that sends its log record, too.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Gateway, startGateway } from "../gateway.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { answersOk, freePort, waitUntilReady } from "../readiness.ts";
import { rateRatio, recordNotes, roundsTable, runRounds } from "../rounds.ts";
import type { Row } from "../row.ts";
import type { Stage } from "../stage.ts";
import { PLAIN_KEY } from "../subjects.ts";
import { SMALL_BODY } from "../workload.ts";

const CONNECTIONS = 64;
const SCRAPE_MS = 1_000;

export const telemetry: Row = async ({ stage, checkout, quick }) => {
  const upstream = await startStaticUpstream(stage);
  const postgres = await startPostgres(stage);
  const receiver = await startReceiver(stage);
  const start = async (name: string, environment: Record<string, string>): Promise<Gateway> =>
    startGateway(stage, {
      checkout,
      upstream,
      name,
      environment,
      subjects: { ...PLAIN_KEY, general: ["require_auth_for_metrics_endpoint: false"] },
      ledgerAcknowledge: "commit",
      databaseUrl: await postgres.createDatabase(name),
    });
  const scraped = await start("scraped", {});
  const traced = await start("traced", {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
    OTEL_LOGS_EXPORTER: "none",
  });
  const logged = await start("logged", { OTEL_EXPORTER_OTLP_ENDPOINT: receiver });
  const targets = [
    await start("plain", {}),
    { ...scraped, during: () => scrape(scraped.origin) },
    traced,
    logged,
  ];
  const measured = await runRounds(stage, targets, {
    load: { seconds: quick ? 2 : 5, connections: CONNECTIONS, body: SMALL_BODY },
    rounds: quick ? 1 : 8,
    warmUpSeconds: quick ? 1 : 5,
  });
  const [plain, withMetrics, withTraces, withLogs] = measured;
  if (!plain || !withMetrics || !withTraces || !withLogs) throw new Error("A target was lost.");
  return {
    tables: [roundsTable(`small chat body, ${CONNECTIONS} connections, commit`, measured, [plain])],
    goals: [
      {
        what: "metrics scraped each second, of plain",
        measured: rateRatio(withMetrics, plain),
        bound: "at least",
        target: 0.95,
        unit: "x",
      },
      {
        what: "every call traced, of plain",
        measured: rateRatio(withTraces, plain),
        bound: "at least",
        target: 0.85,
        unit: "x",
      },
    ],
    notes: [
      ...recordNotes(measured),
      await delivered("traced", traced.origin),
      await delivered("logged", logged.origin),
    ],
  };
};

async function startReceiver(stage: Stage): Promise<string> {
  const port = await freePort();
  const started = stage.start({
    label: "OTLP receiver",
    command: process.execPath,
    args: [join(import.meta.dirname, "../otlp-receiver.ts"), String(port)],
  });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(started, () => answersOk(origin), 10_000);
  return origin;
}

/** Scrapes as Prometheus would, until told to end. */
function scrape(origin: string): () => Promise<void> {
  const ending = new AbortController();
  const work = (async () => {
    while (!ending.signal.aborted) {
      await metricsOf(origin);
      await delay(SCRAPE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return () => {
    ending.abort();
    return work;
  };
}

async function metricsOf(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/metrics`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}: ${text}`);
  return text;
}

/** Spans that were dropped cost nothing to send, so a ratio without this would mean little. */
async function delivered(name: string, origin: string): Promise<string> {
  // The last batches leave within a second.
  await delay(2 * SCRAPE_MS);
  const text = await metricsOf(origin);
  const count = (outcome: string) =>
    [...text.matchAll(/^shin_telemetry_records_total\{(.*)\} (\d+)$/gm)]
      .filter(([, labels]) => labels?.includes(`outcome="${outcome}"`))
      .reduce((sum, [, , amount]) => sum + Number(amount), 0);
  const figures = ["sent", "failed", "dropped"].map(
    (outcome) => `${count(outcome).toLocaleString("en-US")} ${outcome}`,
  );
  return `${name}: spans and log records ${figures.join(", ")}.`;
}

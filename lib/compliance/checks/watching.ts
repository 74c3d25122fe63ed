/** Checks of what is written down and who looks at it: the log, its readers, figures, alerts. */
import { open, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { channelFacts, failureShare } from "#db/queries/check-facts.ts";
import { loggedCalls } from "#db/queries/check-privacy.ts";
import { newId } from "../../ids.ts";
import { type Check, DAY_MS, daysSince, failed, notApplicable, passed, plural, unknown } from "../check.ts";
import { lastSeen, stamp } from "../sightings.ts";

const TAIL_BYTES = 262_144;
const TRIES = 20;
const TRY_MS = 50;
const MOST_FAILURES = 0.05;
const TEST_DAYS = 30;

const writes: Check = {
  id: "logging",
  title: "Logging enabled",
  requirement: "Logging enabled",
  guide: ["pre-9", "layer-5"],
  gdpr: ["32"],
  soc2: ["CC7.2"],
  ask: {
    what: "Standard output is collected by the system (journald, Docker, Kubernetes), and kept.",
    days: 365,
  },
  fix: {
    steps: [
      "Set general_settings.log_level to info, and json_logs to true",
      "Set general_settings.log_file, or let the system collect standard output and attest that here",
    ],
  },
  needs: "gateway",
  run: async ({ config, log, nowMs }) => {
    const facts = { level: config.logLevel, json: config.jsonLogs, file: config.logFile !== null };
    if (!["trace", "debug", "info"].includes(config.logLevel))
      return failed(`log_level is ${config.logLevel}: calls and refused keys are not logged`, facts);
    if (config.logFile === null)
      return unknown("The log goes to standard output: who collects it cannot be seen from here", facts);
    const marker = newId("chk", nowMs);
    log.info({ marker }, "compliance check: is this line in the log file?");
    log.flushLines();
    return (await isInTail(config.logFile, marker))
      ? passed("A line was written and found in the log file", facts)
      : failed("A line was written and did not reach the log file within a second", facts);
  },
};

async function isInTail(file: string, marker: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size > 0) {
      const handle = await open(file, "r");
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      await handle.read(bytes, 0, bytes.length, Math.max(0, size - bytes.length));
      await handle.close();
      if (bytes.includes(marker)) return true;
    }
    await wait(TRY_MS);
  }
  return false;
}

const reviewed: Check = {
  id: "logs_watched",
  title: "Logs are looked at",
  requirement: "Monitor logs for errors",
  guide: ["security-5", "post-4", "layer-5"],
  gdpr: ["32(1)(d)"],
  soc2: ["CC7.2", "CC7.3"],
  ask: { what: "Somebody has gone through the refused and failed calls of the last month.", days: 30 },
  fix: {
    steps: [
      "Open Logs with outcome refused, then failed, and follow up what stands out",
      "Attest the review here, with what was found",
    ],
    link: { href: "/ui/logs?range=24h&outcome=failed", label: "Open Logs" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const { calls, failures } = await failureShare(sql, new Date(nowMs - DAY_MS));
    const facts = { calls_24h: calls, failed_24h: failures };
    const told = `${failures} of ${plural(calls, "call")} failed in 24 hours`;
    if (calls >= 20 && failures / calls > MOST_FAILURES) return failed(told, facts);
    return unknown(`${told}; whether somebody looks cannot be seen from here`, facts);
  },
};

const monitoring: Check = {
  id: "monitoring",
  title: "Monitoring set up",
  requirement: "Monitoring set up",
  guide: ["pre-10", "layer-5"],
  gdpr: ["32"],
  soc2: ["A1.1", "CC7.2"],
  ask: {
    what: "Something else than /metrics watches the gateway and calls somebody when it is down.",
    days: 180,
  },
  fix: {
    steps: [
      "Let Prometheus scrape /metrics with an auditor's key: docs/deploy/monitoring.md has the lines",
      "Or attest here what watches the gateway instead",
    ],
  },
  needs: "gateway",
  run: async ({ nowMs, previous, sightings }) => {
    const atMs = lastSeen(sightings.seen().scrapeAtMs, previous["scraped_at"]);
    const facts = { scraped_at: stamp(atMs) };
    // A run an hour carries the time on, so a scrape may look an hour older than the newest.
    if (atMs !== null && nowMs - atMs < 2 * 3_600_000)
      return passed(`/metrics was read at ${stamp(atMs)}`, facts);
    return unknown(
      atMs === null ? "Nobody has read /metrics" : `/metrics was last read at ${stamp(atMs)}`,
      facts,
    );
  },
};

const alerts: Check = {
  id: "alerts",
  title: "Alerts reach somebody",
  requirement: "Set up alerts",
  guide: ["post-5", "layer-5"],
  gdpr: ["33"],
  soc2: ["CC7.2", "CC7.3"],
  ask: null,
  fix: {
    steps: [
      "Add a webhook, Slack or e-mail channel under Settings, Alerts",
      "Send a test, at least every 30 days",
    ],
    link: { href: "/ui/settings/alerts", label: "Open Alerts" },
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const { enabled, tested_at: at } = await channelFacts(sql);
    const facts = { channels: enabled, tested_at: at?.toISOString() ?? null };
    if (enabled === 0) return failed("No channel: alerts stand in the console and in the log alone", facts);
    if (at === null) return failed(`${plural(enabled, "channel")}, and no test has arrived by any`, facts);
    const days = daysSince(at, nowMs);
    const told = `${plural(enabled, "channel")}, last tested ${plural(days, "day")} ago`;
    return days > TEST_DAYS ? failed(told, facts) : passed(told, facts);
  },
};

const trail: Check = {
  id: "request_log",
  title: "Every call is on record",
  requirement: "Audit trail: timestamp, user, model, tokens of every request",
  guide: ["practice-3"],
  gdpr: ["5(2)"],
  soc2: ["CC7.2"],
  ask: null,
  fix: {
    steps: [
      "Query request_log in the database: shin db shell",
      "If calls are missing, look at the ledger on the health page",
    ],
  },
  needs: "gateway",
  run: async ({ nowMs, sql }) => {
    const since = new Date(nowMs - DAY_MS);
    const { calls } = await failureShare(sql, since);
    const logged = await loggedCalls(sql, since);
    const facts = { calls_24h: calls, logged_24h: logged };
    if (calls + logged === 0) return notApplicable("No call was made in the last 24 hours", facts);
    if (logged === 0)
      return failed(`${plural(calls, "call")} in 24 hours, and request_log shows none`, facts);
    return passed(
      `request_log shows ${plural(logged, "call")} of the last 24 hours, with time, user, model and tokens`,
      facts,
    );
  },
};

export const WATCHING_CHECKS: readonly Check[] = [writes, reviewed, monitoring, alerts, trail];

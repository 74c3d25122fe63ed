/** `shin check --production` and `shin compliance`: the checks in the terminal, and as an exit code for CI. */
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runOffline } from "../compliance/offline.ts";
import { faultOfReport, type SignedReport } from "../compliance/report.ts";
import { standingView } from "../compliance/standing.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { readFileIfPresent } from "../config/process.ts";
import { StartError } from "../node/start-error.ts";
import { renderChecks, renderReport, type Shown } from "./compliance-text.ts";
import type { CliHost } from "./main.ts";
import { findGateway, type RunningGateway } from "./running-gateway.ts";

/** Exit code when something is failed or open. */
const FOUND = 3;
const PATIENCE_MS = 5 * 60_000;
const LOOK_MS = 500;

export interface ComplianceOptions {
  readonly config?: string;
  readonly data?: string;
  readonly url?: string;
  readonly key?: string;
  readonly json: boolean;
}

/** Runs the checks: of the gateway that answers, else those that the configuration alone can show. @returns 0, or 3 */
export async function checkProduction(options: ComplianceOptions, host: CliHost): Promise<number> {
  const { config, gateway } = await locate(options, host);
  if (gateway !== null) {
    await ended(gateway, await gateway.ask("POST", "/compliance/run", {}));
    const { checks } = await gateway.ask("GET", "/compliance");
    return tell({ origin: gateway.origin, checks: shown(checks), unseen: 0 }, options.json, host);
  }
  if (options.url !== undefined)
    throw new StartError("gateway_away", `no gateway answers at ${options.url}`, {
      advice: "Start it, or leave --url out to look at the configuration alone.",
    });
  // As it would run: what is put up with in development is not here.
  const given = { config: { ...config, production: true }, cwd: process.cwd(), nowMs: host.now().getTime() };
  const { standings, unseen } = await runOffline(given);
  return tell({ origin: null, checks: shown(standings.map(standingView)), unseen }, options.json, host);
}

/** The gateway answers while its longer checks may still wait behind other jobs: what is told here is told when they are done. */
async function ended(gateway: RunningGateway, { job_id: id }: Record<string, unknown>): Promise<void> {
  if (typeof id !== "string") return;
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    const { state } = await gateway.ask("GET", `/jobs/${id}`);
    if (state !== "queued" && state !== "running") return;
    await sleep(LOOK_MS);
  }
  throw new StartError(
    "gateway_refused",
    `the checks at ${gateway.origin} did not end within ${PATIENCE_MS / 60_000} minutes`,
    {
      advice: `shin jobs list shows what they wait for; the job is ${id}.`,
    },
  );
}

/** Without a gateway nobody can vouch for what is not seen: only what is seen to be wrong counts then. */
function tell(
  found: { readonly origin: string | null; readonly checks: readonly Shown[]; readonly unseen: number },
  asJson: boolean,
  host: CliHost,
): number {
  const bad = found.origin === null ? ["failed"] : ["failed", "unknown", "expired"];
  const findings = found.checks.filter(({ status }) => bad.includes(status)).length;
  host.out(
    asJson
      ? `${JSON.stringify({ ready: findings === 0, gateway: found.origin, not_seen: found.unseen, checks: found.checks })}\n`
      : renderChecks(found, findings, host.color),
  );
  return findings === 0 ? 0 : FOUND;
}

/** Writes the signed report of the gateway that runs, as it stands: nothing is looked at anew. */
export async function writeReport(
  options: ComplianceOptions & { out?: string },
  host: CliHost,
): Promise<void> {
  const { gateway } = await locate(options, host);
  if (gateway === null)
    throw new StartError("gateway_away", "no gateway answers here", {
      advice:
        "Start it, or name it with --url; without one shin check --production looks at the configuration.",
    });
  const signed = readSigned(await gateway.ask("GET", "/compliance/report"));
  if (options.out !== undefined) {
    await writeFile(options.out, `${JSON.stringify(signed, null, 2)}\n`, { mode: 0o600 });
    host.out(`${options.out}  signed by key ${signed.manifest.key_id}\n`);
  } else host.out(options.json ? `${JSON.stringify(signed)}\n` : renderReport(signed));
}

/** Verifies a report that somebody hands over; needs no gateway. @returns 0, or 3 when it is not what was signed */
export async function verifyReport(file: string, keys: readonly string[], host: CliHost): Promise<number> {
  const signed = readSigned(JSON.parse(await readFile(file, "utf8")));
  const fault = faultOfReport(signed, keys);
  const { key_id, signed_at } = signed.manifest;
  host.out(fault === null ? `signed ${signed_at} by key ${key_id}\n` : `NOT GOOD: ${fault}\n`);
  if (fault === null && keys.length === 0)
    host.out("The file itself names that key: compare it with GET /audit/key, or pass --key\n");
  return fault === null ? 0 : FOUND;
}

async function locate(
  { config: file, data, key, url }: ComplianceOptions,
  host: CliHost,
): Promise<{ config: Config; gateway: RunningGateway | null }> {
  const { config, problems, shownFile } = loadConfig({
    env: host.env,
    cwd: process.cwd(),
    readFile: readFileIfPresent,
    now: host.now(),
    ...(file === undefined ? {} : { file }),
    ...(data === undefined ? {} : { dataDir: data }),
  });
  if (config === null) {
    const first = problems.find(({ severity }) => severity === "error");
    throw new StartError("config_invalid", first?.message ?? "the configuration has errors", {
      advice: shownFile === null ? "Correct the environment." : `shin config check ${shownFile} shows where.`,
    });
  }
  return { config, gateway: await findGateway(config, { url: url ?? null, key: key ?? null }) };
}

function shown(checks: unknown): readonly Shown[] {
  return Array.isArray(checks) ? (checks as Shown[]) : [];
}

function readSigned(value: unknown): SignedReport {
  if (typeof value === "object" && value !== null && "report" in value && "manifest" in value)
    return value as SignedReport;
  throw new StartError("data_unusable", "this is no signed compliance report", {
    advice: "Make one with shin compliance report --out report.json.",
  });
}
